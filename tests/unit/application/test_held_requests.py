"""Requests that wait for news."""

import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.held_requests import HeldRequests
from fastworker.application.messages import Noted, Reported

NEWS = {Noted: "", Reported: " with nothing"}


class Held:
    """Held requests, and the names of those that were answered, in order."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.began_at = self.clock.now()
        self.requests = HeldRequests(self.clock, hold_seconds=5.0)
        self.answered: list[str] = []

    def hold(self, key: str, *follows: str, name: str = "") -> None:
        reply = self.requests.hold(key, Noted, nothing=lambda: Reported(superseded=[]), follows=follows)
        reply.then(
            lambda late: self.answered.append((name or key) + ("" if late.make() == Noted() else " with nothing"))
        )

    def expire(self, *, at: float) -> None:
        self.requests.expire(now=self.began_at + at)

    @property
    def is_empty(self) -> bool:
        return not (self.requests._held or self.requests._follows or self.requests._followers)


def test_a_request_waits_until_there_is_news_for_its_sender() -> None:
    held = Held()
    held.hold("w1")
    held.hold("w2")
    held.requests.wake(["w1", "w9"])
    assert held.answered == ["w1"]


def test_a_request_without_news_is_answered_after_some_seconds_and_nothing_of_it_is_left() -> None:
    held = Held()
    held.hold("c1", "t1", "t2")
    held.expire(at=4.9)
    assert held.answered == []
    held.expire(at=5.0)
    assert held.answered == ["c1"]
    assert held.is_empty


def test_a_newer_request_takes_the_place_of_the_older_which_gets_nothing() -> None:
    held = Held()
    held.hold("w1", name="older")
    held.hold("w1", name="newer")
    assert held.answered == ["older with nothing"]
    held.requests.wake(["w1"])
    assert held.answered == ["older with nothing", "newer"]
    assert held.is_empty


def test_whoever_follows_a_task_is_woken_by_news_of_it() -> None:
    held = Held()
    held.hold("c1", "t1", "t2")
    held.hold("c2", "t1")
    held.hold("c3", "t3")
    held.requests.wake(["t1"])
    assert sorted(held.answered) == ["c1", "c2"]
    held.requests.wake(["t2", "t3"])
    assert held.answered[2:] == ["c3"]
    assert held.is_empty


def test_a_newer_request_follows_what_it_names_and_not_what_the_older_did() -> None:
    held = Held()
    held.hold("c1", "t1", "t2", name="older")
    held.hold("c1", "t2", "t3", name="newer")
    held.requests.wake(["t1"])
    assert held.answered == ["older with nothing"]
    held.requests.wake(["t3"])
    assert held.answered == ["older with nothing", "newer"]
    assert held.is_empty


def test_news_for_nobody_are_no_matter() -> None:
    held = Held()
    held.requests.wake(["w1", "c1", "t1"])
    assert held.is_empty


@pytest.mark.anyio
async def test_those_that_came_first_are_answered_first_and_a_newer_one_of_the_same_sender_waits_anew() -> None:
    held = Held()
    held.hold("c1", name="older")
    held.hold("c2")
    await held.clock.advance(3)
    held.hold("c1", name="newer")
    held.expire(at=5)
    assert held.answered == ["older with nothing", "c2"]
    held.expire(at=8)
    assert held.answered == ["older with nothing", "c2", "newer"]
    assert held.is_empty
