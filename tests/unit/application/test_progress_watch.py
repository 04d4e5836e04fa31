"""Tasks that wait although there is room for them."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from fastworker.application.progress_watch import ProgressWatch

from ...builders import ManualCoordinator, a_submission


def a_stalled_plane(**options) -> tuple[ManualCoordinator, ProgressWatch]:
    """A worker that has room and never asks, and a task that it could run."""
    plane = ManualCoordinator(**options)
    plane.join(slots=2)
    plane.accepted(a_submission("t1"))
    return plane, ProgressWatch(plane.ledger, stall_seconds=10.0)


@pytest.fixture
def said_events() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged while the test runs."""
    with capture_logs() as events:
        yield events


def test_a_stall_is_said_once_and_so_is_its_end(said_events):
    plane, watch = a_stalled_plane()
    for _ in range(5):
        plane.now += 4.0
        watch.look(now=plane.now)
    assert [event["event"] for event in said_events] == ["no_progress"]
    assert said_events[0] | {"hint": ""} == {
        "event": "no_progress",
        "log_level": "warning",
        "seconds": 12.0,
        "waiting": 1,
        "free_slots": 2,
        "workers": ["worker"],
        "hint": "",
    }
    plane.poll()
    watch.look(now=plane.now)

    assert [event["event"] for event in said_events] == ["no_progress", "progress_again"]


def test_what_is_leased_in_between_is_progress(said_events):
    plane, watch = a_stalled_plane()
    for _ in range(10):
        plane.now += 6.0
        plane.report(*plane.poll())
        plane.accepted(a_submission())
        watch.look(now=plane.now)

    assert said_events == []


def test_waiting_for_a_worker_that_has_no_room_is_no_stall(said_events):
    plane = ManualCoordinator()
    plane.join()
    plane.poll()
    plane.accepted(a_submission(), a_submission())
    watch = ProgressWatch(plane.ledger, stall_seconds=10.0)
    for _ in range(5):
        plane.now += 6.0
        watch.look(now=plane.now)

    assert said_events == []


def test_waiting_for_a_worker_that_drains_or_while_all_drains_is_no_stall(said_events):
    one, other = a_stalled_plane(), a_stalled_plane()
    one[0].coordinator.drain_worker("worker", now=one[0].now)
    other[0].coordinator.drain()
    for plane, watch in (one, other):
        for _ in range(5):
            plane.now += 6.0
            watch.look(now=plane.now)

    assert said_events == []


def test_a_second_stall_is_said_again(said_events):
    plane, watch = a_stalled_plane()
    for _ in range(2):
        for _ in range(5):
            plane.now += 4.0
            watch.look(now=plane.now)
        plane.poll()
        plane.accepted(a_submission())
        watch.look(now=plane.now)

    assert [event["event"] for event in said_events] == ["no_progress", "progress_again"] * 2


def test_a_stall_ends_also_when_what_waited_is_gone(said_events):
    plane, watch = a_stalled_plane()
    for _ in range(5):
        plane.now += 4.0
        watch.look(now=plane.now)
    plane.cancel("t1")
    watch.look(now=plane.now)

    assert [event["event"] for event in said_events] == ["no_progress", "progress_again"]
