"""What is tried again, when, and how often."""

from dataclasses import replace

import pytest

from fastworker.application.limits import Limits
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.terms import Backoff, Terms

from ...builders import ManualCoordinator, a_failure, a_submission, an_outcome

STEADY = Backoff(4.0, factor=2.0, maximum=10.0, jitter=0.0)


def a_plane_that_runs(terms: Terms, **options) -> ManualCoordinator:
    """A worker runs `t1`."""
    plane = ManualCoordinator(**options)
    plane.join()
    plane.accepted(a_submission("t1", terms=terms))
    plane.poll()
    return plane


def fail(plane: ManualCoordinator, outcome=None) -> float:
    """End the running attempt of `t1` with a failure; return how long it then waits."""
    plane.report(plane.find("t1"), outcome or a_failure())
    return plane.find("t1").due_at - plane.now


def run_next(plane: ManualCoordinator) -> None:
    """Have the next attempt of `t1` leased."""
    plane.fire_next()
    plane.poll()


def lose(plane: ManualCoordinator, worker_id: str = "worker") -> None:
    """Let the worker fall silent, and come again."""
    plane.tick_after(15.0)
    plane.join(worker_id)
    if plane.status("t1") is TaskStatus.SCHEDULED:
        plane.fire_next()
    plane.poll(worker_id)


# ---- failures ----


def test_without_retries_the_first_failure_is_the_end():
    plane = a_plane_that_runs(Terms(backoff=STEADY))
    plane.report(plane.find("t1"), a_failure())

    assert plane.status("t1") is TaskStatus.FAILURE


def test_a_failed_task_waits_for_its_backoff_which_grows_up_to_its_maximum():
    plane = a_plane_that_runs(Terms(retries=4, backoff=STEADY))
    waits = []
    for _ in range(4):
        waits.append(fail(plane))
        assert plane.status("t1") is TaskStatus.SCHEDULED
        run_next(plane)

    assert waits == [4.0, 8.0, 10.0, 10.0]
    plane.report(plane.find("t1"), a_failure())
    assert (plane.status("t1"), plane.find("t1").attempts) == (TaskStatus.FAILURE, 5)


def test_the_jitter_shortens_the_wait_by_no_more_than_its_part():
    waits = set()
    for _ in range(3):
        plane = a_plane_that_runs(Terms(retries=20, backoff=Backoff(8.0, factor=1.0, jitter=0.25)))
        for _ in range(20):
            waits.add(fail(plane))
            run_next(plane)

    assert all(6.0 <= wait <= 8.0 for wait in waits)
    assert max(waits) - min(waits) > 1.0


def test_a_task_may_ask_for_another_wait_than_its_backoff():
    plane = a_plane_that_runs(Terms(retries=1, backoff=STEADY))

    assert fail(plane, a_failure(retry_after=77.0)) == 77.0


@pytest.mark.parametrize(
    "outcome",
    [a_failure(is_retryable=False), a_failure(is_retryable=False, retry_after=1.0), an_outcome(TaskStatus.CANCELLED)],
)
def test_what_is_not_to_be_tried_again_is_final_whatever_retries_are_left(outcome):
    plane = a_plane_that_runs(Terms(retries=5))
    plane.report(plane.find("t1"), outcome)

    assert plane.status("t1") is outcome.status


def test_a_success_ends_the_retries():
    plane = a_plane_that_runs(Terms(retries=5))
    fail(plane)
    run_next(plane)
    plane.report(plane.find("t1"))

    assert (plane.status("t1"), plane.find("t1").attempts) == (TaskStatus.SUCCESS, 2)


def test_earlier_attempts_are_kept_and_only_the_latest_of_them():
    plane = a_plane_that_runs(Terms(retries=5, backoff=STEADY), attempts_kept=2)
    for number in (1, 2, 3):
        fail(plane, a_failure(f"failure {number}"))
        run_next(plane)
    history = plane.find("t1").history

    assert [(each.number, each.worker_id, each.status, each.error.message) for each in history] == [
        (2, "worker", TaskStatus.FAILURE, "failure 2"),
        (3, "worker", TaskStatus.FAILURE, "failure 3"),
    ]
    assert all(each.run_seconds == 0.5 for each in history)


def test_a_task_that_is_tried_again_arrives_anew_behind_those_that_wait():
    plane = a_plane_that_runs(Terms(retries=1, backoff=Backoff(0.0)))
    plane.accepted(a_submission("t2"))
    plane.report(plane.find("t1"), a_failure())

    assert [task.task_id for task in plane.poll()] == ["t2"]


def test_a_retry_may_run_on_another_worker():
    plane = a_plane_that_runs(Terms(retries=1, backoff=Backoff(0.0)))
    plane.join("other")
    plane.poll("other")
    plane.report(plane.find("t1"), a_failure())

    assert [task.lease.attempt for task in plane.read_leases("other")] == [2]


def test_what_a_worker_declares_holds_where_the_submission_says_nothing():
    plane = ManualCoordinator()
    plane.join(declared={"echo": Terms(retries=2, backoff=STEADY, timeout_seconds=9.0)})
    plane.accepted(a_submission("t1", terms=Terms(retries=0)), a_submission("t2"))

    assert plane.find("t1").submission.terms == Terms(retries=0, backoff=STEADY, timeout_seconds=9.0)
    assert plane.find("t2").submission.terms == Terms(retries=2, backoff=STEADY, timeout_seconds=9.0)


def test_the_newest_worker_says_what_is_declared():
    plane = ManualCoordinator()
    plane.join("old", declared={"echo": Terms(retries=2)})
    plane.join("new")
    plane.accepted(a_submission("t1"))

    assert plane.find("t1").submission.terms == Terms()


# ---- losses ----


def test_a_lost_worker_uses_up_an_attempt_like_any_failure():
    plane = a_plane_that_runs(Terms(retries=1, backoff=STEADY))
    lose(plane)
    plane.report(plane.find("t1"), a_failure())

    assert (plane.status("t1"), plane.find("t1").attempts) == (TaskStatus.FAILURE, 2)


def test_a_task_that_kills_its_workers_stops_at_the_cap_whatever_retries_are_left():
    plane = a_plane_that_runs(Terms(retries=100, backoff=STEADY), limits=Limits(max_losses=3))
    lose(plane)
    lose(plane)
    assert plane.status("t1") is TaskStatus.RUNNING
    lose(plane)

    assert (plane.status("t1"), plane.find("t1").attempts) == (TaskStatus.LOST, 3)


def test_failures_do_not_count_as_losses():
    plane = a_plane_that_runs(Terms(retries=100, backoff=STEADY), limits=Limits(max_losses=2))
    for _ in range(5):
        fail(plane)
        run_next(plane)
    lose(plane)

    assert (plane.status("t1"), plane.find("t1").losses) == (TaskStatus.RUNNING, 1)


def test_the_end_of_a_task_names_every_worker_that_it_has_lost():
    plane = ManualCoordinator(limits=Limits(max_losses=3))
    plane.accepted(a_submission("t1", terms=Terms(retries=9, backoff=STEADY)))
    for worker_id in ("a", "b", "c"):
        plane.join(worker_id)
        if plane.status("t1") is TaskStatus.SCHEDULED:
            plane.fire_next()
        plane.poll(worker_id)
        plane.leave(worker_id)

    assert plane.find("t1").outcome.error.error_type == "WorkerLost"
    assert plane.find("t1").outcome.error.message == "; ".join(
        f"attempt {number} on worker '{worker_id}': left, its --drain-timeout was over"
        for number, worker_id in enumerate("abc", start=1)
    )


def test_the_text_says_how_the_worker_was_lost():
    reasons = []
    for go in (
        lambda plane: plane.tick_after(20.0),
        lambda plane: plane.join(),
        lambda plane: plane.join(incarnation="second life"),
        lambda plane: plane.coordinator.dismiss_workers(now=plane.now),
    ):
        plane = a_plane_that_runs(Terms())
        go(plane)
        reasons.append(plane.find("t1").outcome.error.message.partition(": ")[2])

    assert reasons == [
        "silent for 20.0 s",
        "joined again",
        "replaced by another process of the same worker id",
        "the control plane stopped",
    ]


# ---- the end of retries ----


def test_a_retry_that_would_be_due_only_after_the_deadline_is_not_made():
    plane = a_plane_that_runs(Terms(retries=5, backoff=STEADY, expires_seconds=4.0))
    plane.report(plane.find("t1"), a_failure())

    assert plane.status("t1") is TaskStatus.FAILURE


def test_a_retry_that_is_due_before_the_deadline_is_made_and_expires_if_nobody_takes_it():
    plane = a_plane_that_runs(Terms(retries=5, backoff=STEADY, expires_seconds=4.5))
    fail(plane)
    plane.fire_next()
    assert plane.status("t1") is TaskStatus.QUEUED
    plane.fire_next()

    assert (plane.status("t1"), plane.now) == (TaskStatus.EXPIRED, 1004.5)


@pytest.mark.parametrize("is_lost", [False, True])
def test_while_the_control_plane_drains_nothing_is_tried_again(is_lost):
    plane = a_plane_that_runs(Terms(retries=5))
    plane.coordinator.drain()
    if is_lost:
        plane.tick_after(15.0)
    else:
        plane.report(plane.find("t1"), a_failure())

    assert plane.status("t1") is (TaskStatus.LOST if is_lost else TaskStatus.FAILURE)


# ---- late reports ----


@pytest.mark.parametrize("outcome", [an_outcome(payload=b"7"), a_failure(is_retryable=False)])
@pytest.mark.parametrize("is_due", [False, True])
def test_a_worker_thought_lost_that_reports_while_the_task_waits_ends_it(outcome, is_due):
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join()
    if is_due:
        plane.fire_next()
    assert plane.status("t1") is (TaskStatus.QUEUED if is_due else TaskStatus.SCHEDULED)

    assert plane.report_lease("t1", lease, outcome) == []
    assert (plane.status("t1"), plane.find("t1").outcome, plane.unread()) == (outcome.status, outcome, ["t1"])
    assert (len(plane.ledger.queue), plane.ledger.scheduled, plane.coordinator.next_timer_at()) == (0, 0, None)


def test_a_late_failure_that_may_be_tried_again_is_taken_and_changes_nothing():
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join()

    assert plane.report_lease("t1", lease, a_failure()) == []
    assert (plane.status("t1"), plane.ledger.superseded) == (TaskStatus.SCHEDULED, 0)


@pytest.mark.parametrize("status", [TaskStatus.CANCELLED, TaskStatus.EXPIRED])
def test_a_late_end_that_tells_nothing_of_the_work_is_superseded(status):
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join()

    assert plane.report_lease("t1", lease, an_outcome(status)) == ["t1"]
    assert plane.status("t1") is TaskStatus.SCHEDULED


def test_a_late_report_is_superseded_once_the_task_is_leased_again():
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join("other")
    plane.join("worker")
    plane.fire_next()
    (task,) = plane.poll("other")

    assert plane.report_lease("t1", lease) == ["t1"]
    assert plane.report(task) == []
    assert plane.find("t1").attempts == 2


def test_a_report_on_a_task_that_failed_and_waits_is_superseded():
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    task = plane.find("t1")
    fail(plane)

    assert plane.report(task) == ["t1"]
    assert plane.status("t1") is TaskStatus.SCHEDULED


def test_a_late_report_that_ended_its_task_may_be_sent_again():
    plane = a_plane_that_runs(Terms(retries=3, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join()
    plane.report_lease("t1", lease)

    assert plane.report_lease("t1", lease) == []
    assert plane.report_lease("t1", lease, a_failure()) == ["t1"]


# ---- traces ----


def test_the_next_attempt_is_told_the_trace_of_the_one_before():
    trace = (("traceparent", "00-1"),)
    plane = a_plane_that_runs(Terms(retries=2, backoff=STEADY))
    fail(plane, replace(a_failure(), trace=trace))
    run_next(plane)
    assert plane.find("t1").lease.previous_trace == trace

    fail(plane)
    run_next(plane)
    assert plane.find("t1").lease.previous_trace is None
