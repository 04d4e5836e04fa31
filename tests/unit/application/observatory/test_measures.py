"""What is measured, under its names, and how it looks from outside."""

from itertools import pairwise

import pytest

from fastworker.application.observatory import instruments
from fastworker.application.observatory.durations import Durations
from fastworker.application.observatory.instruments import (
    BAD_FRAMES,
    CONNECTIONS,
    HISTOGRAM_BOUNDS,
    INSTRUMENTS,
    MESSAGES,
    RUN,
    TRAFFIC,
    WAIT,
    Buckets,
    Kind,
    buckets,
)
from fastworker.application.observatory.readings import readings
from fastworker.application.ports.transport import Traffic
from fastworker.application.transport_ends import EndRole, TransportEnd
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Backoff, Terms
from fastworker.domain.vitals import Vitals

from ....builders import a_failure, a_submission, an_outcome
from .observed import ObservedCoordinator

ENDS = [
    TransportEnd(EndRole.CLIENTS, "tcp://here:1", 3, Traffic(10, 1_000, 9, 900), bad_frames=2),
    TransportEnd(EndRole.BEACON, "tcp://here:2", 0, Traffic(0, 0, 7, 70)),
]
VITALS = Vitals(processor_share=0.5, resident_bytes=5, lag_seconds=0.1, round_trip_seconds=0.01)


def a_busy_plane() -> ObservedCoordinator:
    """Of three tasks, one waited 2 s and succeeded after 0.25 s, one failed, one waits; another one for its time."""
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1", priority=TaskPriority.HIGH), a_submission("t2", name="add"), a_submission("t3"))
    plane.accepted(a_submission("t4", priority=TaskPriority.LOW, terms=Terms(delay_seconds=60)))
    plane.now += 2.0
    plane.join(slots=2, names=("echo", "add"))
    plane.beat(vitals=VITALS)
    first, second = plane.poll_all()
    plane.report(first, an_outcome(run_seconds=0.25))
    plane.report(second, a_failure(is_retryable=False))
    return plane


def values(plane: ObservedCoordinator) -> dict[str, dict[str, float]]:
    """The present values of each instrument by the value of its label."""
    found = readings(plane.ledger, plane.observatory, ENDS, now=plane.now)
    return {
        reading.instrument.name: {"".join(labels.values()): value for labels, value in reading.values}
        for reading in found
    }


def test_readings_tell_what_is_and_what_has_been():
    found = values(a_busy_plane())
    assert found["tasks.submitted"] == {"critical": 0, "high": 1, "normal": 2, "low": 1}
    assert found["tasks.finished"] == {"success": 1, "failure": 1, "cancelled": 0, "lost": 0, "expired": 0}
    assert sum(found["tasks.queued"].values()) + found["tasks.running"][""] == 1
    assert (found["tasks.scheduled"], found["tasks.retried"]) == ({"": 1}, {"": 0})
    assert (found["workers"], found["slots"], found["slots_stuck"]) == ({"": 1}, {"": 2}, {"": 0})
    assert found["results_kept"] == {"": 2}


def test_what_goes_over_each_end_of_the_transport_is_told_by_end_and_direction():
    plane = a_busy_plane()
    told = readings(plane.ledger, plane.observatory, ENDS, now=plane.now)
    found = {reading.instrument: reading.values for reading in told}
    assert found[CONNECTIONS] == [({"end": "clients"}, 3), ({"end": "beacon"}, 0)]
    assert found[MESSAGES] == [
        ({"end": "clients", "direction": "received"}, 10),
        ({"end": "clients", "direction": "sent"}, 9),
        ({"end": "beacon", "direction": "received"}, 0),
        ({"end": "beacon", "direction": "sent"}, 7),
    ]
    assert [value for _, value in found[TRAFFIC]] == [1_000, 900, 0, 70]
    assert found[BAD_FRAMES] == [({"end": "clients"}, 2), ({"end": "beacon"}, 0)]


def test_what_a_worker_has_not_measured_is_not_told():
    plane = ObservedCoordinator()
    plane.join("w1", slots=2)
    plane.join("w2")
    plane.beat("w1", vitals=Vitals(resident_bytes=5))
    found = values(plane)
    assert (found["worker.memory"], found["worker.processor_share"]) == ({"w1": 5}, {})
    assert found["worker.slots_busy"] == {"w1": 0, "w2": 0}


def test_the_oldest_is_the_one_that_waits_for_the_longest_at_any_priority():
    plane = ObservedCoordinator()
    assert values(plane)["oldest_queued"] == {"": 0.0}
    plane.accepted(a_submission("t1", priority=TaskPriority.LOW))
    plane.now += 5.0
    plane.accepted(a_submission("t2", priority=TaskPriority.HIGH))
    plane.now += 1.0
    assert values(plane)["oldest_queued"] == {"": 6.0}


def test_readings_and_histograms_are_all_instruments_with_their_labels_and_nothing_else():
    plane = a_busy_plane()
    found = readings(plane.ledger, plane.observatory, ENDS, now=plane.now)
    assert [*(reading.instrument for reading in found), WAIT, RUN] == list(INSTRUMENTS)
    for reading in found:
        assert {tuple(labels) for labels, _ in reading.values} == {reading.instrument.labels}


def test_histograms_tell_waits_by_priority_and_runs_by_task_function():
    plane = a_busy_plane()
    measures = plane.observatory.measures
    waits = {each.labels["priority"]: (each.count, each.seconds) for each in measures.histogram(WAIT)}
    assert waits["high"] == (1, 2.0)
    assert waits["critical"] == (0, 0.0)
    runs = {each.labels["task"]: (each.count, each.seconds) for each in measures.histogram(RUN)}
    assert runs["echo"] == (1, 0.25)


def test_attempts_that_are_tried_again_count_as_runs_and_lost_ones_do_not():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=2, backoff=Backoff(4.0))))
    [task] = plane.poll_all()
    plane.report(task, a_failure())
    plane.fire_next()
    plane.poll_all()
    plane.tick_after(20.0)
    [runs] = plane.observatory.measures.histogram(RUN)
    assert (runs.labels, runs.count) == ({"task": "echo"}, 1)
    assert values(plane)["tasks.retried"] == {"": 2}


def test_whoever_listens_is_told_the_same_durations():
    told: list[tuple[str, dict[str, str], list[float]]] = []
    plane = ObservedCoordinator()
    plane.observatory.measures.spent = lambda instrument, labels, durations: told.append(
        (instrument.name, dict(labels), list(durations))
    )
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(plane.poll_all()[0], an_outcome(run_seconds=0.25))
    plane.tick_history(1.0)
    assert told == [("task.wait", {"priority": "normal"}, [0.0]), ("task.run", {"task": "echo"}, [0.25])]


def test_buckets_are_cumulative_and_each_four_times_as_wide_as_the_one_before():
    durations = Durations()
    durations.add([0.0001, 0.00011, 0.1, 1.0, 1_000_000.0])
    found = buckets({}, durations)
    assert found == Buckets({}, found.counts, 5, pytest.approx(1_000_001.10021))
    assert dict(zip(HISTOGRAM_BOUNDS, found.counts, strict=True)) == {
        bound: sum(each <= bound for each in (0.0001, 0.00011, 0.1, 1.0)) for bound in HISTOGRAM_BOUNDS
    }
    assert HISTOGRAM_BOUNDS[0] == 1e-4
    assert [later / bound for bound, later in pairwise(HISTOGRAM_BOUNDS)] == [pytest.approx(4.0)] * (
        len(HISTOGRAM_BOUNDS) - 1
    )


def test_names_are_unique_and_prometheus_has_units_and_totals_in_them():
    assert len({each.prometheus_name for each in INSTRUMENTS}) == len(INSTRUMENTS)
    assert instruments.SUBMITTED.prometheus_name == "fastworker_tasks_submitted_total"
    assert instruments.OLDEST.prometheus_name == "fastworker_oldest_queued_seconds"
    assert (WAIT.prometheus_name, WAIT.full_name) == ("fastworker_task_wait_seconds", "fastworker.task.wait")
    assert {each.kind for each in INSTRUMENTS} == set(Kind)
