"""Requests that wait for news."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.held_requests import HeldRequests
from tests.unit.system.system import Call, System, a_system

pytestmark = pytest.mark.anyio


class Held:
    """Held requests, each of which waits beside the test."""

    def __init__(self, system: System) -> None:
        self.clock: ManualClock = system.clock
        self.requests = HeldRequests(system.clock, hold_seconds=5.0)
        self._system = system

    async def hold(self, key: str, *follows: str) -> Call[bool]:
        call = self._system.call(self.requests.hold, key, follows=follows)
        await self._system.settle()
        return call

    async def wake(self, *keys: str) -> None:
        self.requests.wake(keys)
        await self._system.settle()

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        self.requests.expire(now=self.clock.now())
        await self._system.settle()

    @property
    def is_empty(self) -> bool:
        return not (self.requests._held or self.requests._follows or self.requests._followers)


@asynccontextmanager
async def held_requests() -> AsyncIterator[Held]:
    async with a_system() as system:
        yield Held(system)


async def test_a_request_waits_until_there_is_news_for_its_sender() -> None:
    async with held_requests() as held:
        one, other = await held.hold("w1"), await held.hold("w2")
        await held.wake("w1", "w9")
        assert (one.is_done, other.is_done) == (True, False)
        assert one.result() is True


async def test_a_request_without_news_is_answered_after_some_seconds_and_nothing_of_it_is_left() -> None:
    async with held_requests() as held:
        call = await held.hold("c1", "t1", "t2")
        await held.advance(4.9)
        assert not call.is_done
        await held.advance(0.1)
        assert call.result() is True
        assert held.is_empty


async def test_a_newer_request_takes_the_place_of_the_older_which_is_told_so() -> None:
    async with held_requests() as held:
        older, newer = await held.hold("w1"), await held.hold("w1")
        assert older.result() is False
        assert not newer.is_done
        await held.wake("w1")
        assert newer.result() is True
        assert held.is_empty


async def test_whoever_follows_a_task_is_woken_by_news_of_it() -> None:
    async with held_requests() as held:
        one, two, none = await held.hold("c1", "t1", "t2"), await held.hold("c2", "t1"), await held.hold("c3", "t3")
        await held.wake("t1")
        assert (one.result(), two.result(), none.is_done) == (True, True, False)
        await held.wake("t2")
        await held.wake("t3")
        assert none.result() is True
        assert held.is_empty


async def test_a_newer_request_follows_what_it_names_and_not_what_the_older_did() -> None:
    async with held_requests() as held:
        await held.hold("c1", "t1", "t2")
        newer = await held.hold("c1", "t2", "t3")
        await held.wake("t1")
        assert not newer.is_done
        await held.wake("t3")
        assert newer.result() is True
        assert held.is_empty


async def test_news_for_nobody_are_no_matter() -> None:
    async with held_requests() as held:
        await held.wake("w1", "c1", "t1")
        assert held.is_empty


async def test_those_that_came_first_are_answered_first_and_a_newer_one_of_the_same_sender_waits_anew() -> None:
    async with held_requests() as held:
        await held.hold("c1")
        other = await held.hold("c2")
        await held.advance(3)
        newer = await held.hold("c1")
        await held.advance(2)
        assert (other.is_done, newer.is_done) == (True, False)
        await held.advance(3)
        assert newer.result() is True
        assert held.is_empty
