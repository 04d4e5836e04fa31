"""Moments at which something is done, unless it is over by then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.alarms import Alarms

pytestmark = pytest.mark.anyio


class Bell:
    """Alarms that note what they ring for, and when."""

    def __init__(self) -> None:
        self.clock = ManualClock(now=0.0)
        self.rung: list[tuple[float, str]] = []
        self.over: set[str] = set()
        self.alarms: Alarms[str] = Alarms(self.clock, self.ring, still_on=lambda thing: thing not in self.over)

    def ring(self, thing: str) -> None:
        """Note it."""
        self.rung.append((self.clock.now(), thing))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Bell"]:
        """Run beside the test."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.alarms.run)
            yield self
            group.cancel_scope.cancel()


async def test_each_alarm_rings_once_at_its_moment() -> None:
    async with Bell().open() as bell:
        for at, thing in ((30, "late"), (10, "early"), (20, "middle"), (20, "middle, too")):
            bell.alarms.set(at, thing)
        await bell.clock.advance(100)
        assert bell.rung == [(10, "early"), (20, "middle"), (20, "middle, too"), (30, "late")]


async def test_an_alarm_that_is_set_while_a_later_one_is_waited_for_rings_first() -> None:
    async with Bell().open() as bell:
        bell.alarms.set(30, "late")
        await bell.clock.advance(5)
        bell.alarms.set(10, "early")
        await bell.clock.advance(5)
        assert bell.rung == [(10, "early")]


async def test_a_moment_that_is_over_rings_at_once() -> None:
    async with Bell().open() as bell:
        await bell.clock.advance(5)
        bell.alarms.set(1, "missed")
        await bell.clock.settle()
        assert bell.rung == [(5, "missed")]


async def test_what_is_over_by_then_does_not_ring() -> None:
    async with Bell().open() as bell:
        bell.alarms.set(10, "over")
        bell.alarms.set(10, "on")
        bell.over.add("over")
        await bell.clock.advance(10)
        assert bell.rung == [(10, "on")]


async def test_the_next_moment_is_known() -> None:
    async with Bell().open() as bell:
        assert bell.alarms.next_at is None
        bell.alarms.set(20, "late")
        bell.alarms.set(10, "early")
        assert bell.alarms.next_at == 10
        await bell.clock.advance(10)
        assert bell.alarms.next_at == 20


async def test_one_thing_may_have_several_alarms() -> None:
    async with Bell().open() as bell:
        bell.alarms.set(10, "thing")
        bell.alarms.set(20, "thing")
        await bell.clock.advance(20)
        assert bell.rung == [(10, "thing"), (20, "thing")]


async def test_an_alarm_may_set_another() -> None:
    class Again(Bell):
        def ring(self, thing: str) -> None:
            super().ring(thing)
            if self.clock.now() < 3:
                self.alarms.set(self.clock.now() + 1, thing)

    async with Again().open() as bell:
        bell.alarms.set(1, "thing")
        await bell.clock.advance(10)
        assert [at for at, _ in bell.rung] == [1, 2, 3]


async def test_what_is_over_does_not_pile_up_and_what_is_on_still_rings() -> None:
    async with Bell().open() as bell:
        bell.alarms.set(2_000_000, "on")
        for number in range(10_000):
            bell.alarms.set(1_000_000 + number, f"over {number}")
            bell.over.add(f"over {number}")
        assert len(bell.alarms._heap) <= 256
        await bell.clock.advance(2_000_000)
        assert bell.rung == [(2_000_000, "on")]
