"""The last hour of each worker."""

import pytest

from fastworker.application.observatory import worker_series
from fastworker.application.observatory.worker_series import POINTS, STEP_SECONDS, Points
from fastworker.domain.action import Actor
from fastworker.domain.vitals import Vitals

from ....builders import a_submission
from .observed import ObservedCoordinator

ANN = Actor("ann", "operator", "127.0.0.1")


def vitals(share: float | None = None, *, memory: int = 1, lag: float = 0.0, trip: float | None = None) -> Vitals:
    return Vitals(processor_share=share, resident_bytes=memory, lag_seconds=lag, round_trip_seconds=trip)


def a_plane(*worker_ids: str) -> ObservedCoordinator:
    plane = ObservedCoordinator()
    for worker_id in worker_ids or ("worker",):
        plane.join(worker_id, slots=4)
    plane.tick_history(1)
    return plane


def pass_step(plane: ObservedCoordinator, *beats: Vitals) -> None:
    """Let a step pass, with beats in its first seconds."""
    for second in range(STEP_SECONDS):
        if second < len(beats):
            plane.beat(vitals=beats[second])
        plane.tick_history(1)


def points(plane: ObservedCoordinator, worker_id: str = "worker") -> Points:
    found = plane.observatory.worker_series.of(worker_id)
    assert found is not None
    return found


def test_a_step_tells_the_mean_use_the_last_memory_and_the_worst_waits():
    plane = a_plane()
    pass_step(plane, vitals(0.2, memory=5, lag=0.3, trip=0.1), vitals(0.4, memory=3, lag=0.1, trip=0.2))

    assert points(plane).at == [plane.now]
    assert points(plane).columns == {
        "processor_share": [pytest.approx(0.3)],
        "memory_bytes": [3],
        "loop_lag_seconds": [0.3],
        "round_trip_seconds": [0.2],
        "busy_slots": [0],
        "slots": [4],
    }


def test_what_was_not_told_is_none():
    plane = a_plane()
    pass_step(plane)
    pass_step(plane, vitals())

    assert points(plane).columns["memory_bytes"] == [None, 1]
    assert points(plane).columns["processor_share"] == points(plane).columns["round_trip_seconds"] == [None, None]


def test_a_worker_that_beats_seldom_is_as_it_said_last():
    plane = a_plane()
    pass_step(plane, vitals(0.5, lag=2.0))
    pass_step(plane)

    assert points(plane).columns["processor_share"] == [0.5, 0.5]
    assert points(plane).columns["loop_lag_seconds"] == [2.0, 2.0]


def test_the_busiest_moment_of_a_step_counts():
    plane = a_plane()
    plane.accepted(a_submission("t1"), a_submission("t2"))
    tasks = plane.poll_all()
    plane.tick_history(1)
    for task in tasks:
        plane.report(task)
    pass_step(plane)
    pass_step(plane)

    assert points(plane).columns["busy_slots"] == [2, 0]


def test_a_resize_changes_how_many_slots_there_are_from_then_on():
    plane = a_plane()
    pass_step(plane)
    plane.coordinator.steering.resize_worker(ANN, "worker", 2, now=plane.now)
    pass_step(plane)

    assert points(plane).columns["slots"] == [4, 2]


def test_an_hour_is_kept_and_no_more():
    plane = a_plane()
    for step in range(POINTS + 5):
        pass_step(plane, vitals(memory=step))

    assert len(points(plane).at) == POINTS
    assert {len(column) for column in points(plane).columns.values()} == {POINTS}
    assert points(plane).columns["memory_bytes"][-1] == POINTS + 4


def test_beyond_a_number_of_workers_who_comes_later_has_no_series_until_another_is_gone(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(worker_series, "MOST_WORKERS", 2)
    plane = a_plane("w1", "w2", "w3")
    assert plane.observatory.worker_series.of("w3") is None
    plane.leave("w1")
    plane.tick_history(1)

    assert plane.observatory.worker_series.of("w1") is None
    assert points(plane, "w3").at == []


def test_a_worker_that_joins_again_at_once_goes_on_and_another_life_begins_anew():
    plane = a_plane()
    pass_step(plane, vitals())
    plane.join()
    assert len(points(plane).at) == 1
    plane.join(incarnation="second life")

    assert plane.observatory.worker_series.of("worker") is None
