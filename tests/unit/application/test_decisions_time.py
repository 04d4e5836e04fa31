"""Delays, deadlines and timeouts."""

import ast
from pathlib import Path

import pytest

import fastworker.application
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Backoff, Terms

from ...builders import ManualCoordinator, a_submission, an_outcome

# ---- delays ----


def test_a_delayed_task_starts_when_it_is_due_and_not_before():
    plane = ManualCoordinator()
    plane.join()
    plane.poll()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=10.0)))
    plane.fire_after(9.9)
    assert plane.status("t1") is TaskStatus.SCHEDULED
    assert plane.read_leases() == []
    plane.fire_after(0.1)

    assert [task.task_id for task in plane.read_leases()] == ["t1"]


def test_a_delayed_task_arrives_when_it_is_due():
    plane = ManualCoordinator()
    plane.accepted(a_submission("late", terms=Terms(delay_seconds=10.0)), a_submission("early"))
    plane.accepted(a_submission("urgent", terms=Terms(delay_seconds=10.0), priority=TaskPriority.HIGH))
    plane.fire_after(10.0)
    plane.accepted(a_submission("last"))
    plane.join(slots=4)

    assert [task.task_id for task in plane.poll()] == ["urgent", "early", "late", "last"]


def test_the_wait_of_a_delayed_task_counts_from_when_it_was_due():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=10.0)))
    plane.fire_after(10.0)
    plane.now += 2.0
    plane.join()
    (task,) = plane.poll()

    assert task.wait_seconds == 2.0


def test_a_delay_of_nothing_is_none():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=0.0)))

    assert plane.status("t1") is TaskStatus.QUEUED


def test_the_next_timer_is_the_soonest_of_those_that_still_hold():
    plane = ManualCoordinator()
    assert plane.coordinator.next_timer_at() is None
    for seconds in (30.0, 10.0, 20.0):
        plane.accepted(a_submission(f"t{seconds:.0f}", terms=Terms(delay_seconds=seconds)))
    assert plane.coordinator.next_timer_at() == 1010.0
    plane.cancel("t10")

    assert plane.coordinator.next_timer_at() == 1020.0


# ---- deadlines ----


@pytest.mark.parametrize("delay", [None, 60.0])
def test_a_task_that_was_not_started_before_its_deadline_expires_and_its_client_is_told(delay):
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=delay, expires_seconds=5.0)))
    plane.fire_after(4.9)
    assert plane.status("t1") is (TaskStatus.SCHEDULED if delay else TaskStatus.QUEUED)
    plane.coordinator.take_ready()
    plane.fire_after(0.1)

    assert (plane.status("t1"), plane.unread()) == (TaskStatus.EXPIRED, ["t1"])
    assert "client" in plane.coordinator.take_ready()


def test_a_task_whose_deadline_is_at_its_submission_never_starts():
    plane = ManualCoordinator()
    plane.join()
    plane.poll()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=0.0)))

    assert (plane.read_leases(), plane.status("t1")) == ([], TaskStatus.EXPIRED)


def test_a_task_that_started_in_time_does_not_expire():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0)))
    (task,) = plane.poll()
    plane.fire_after(6.0)
    assert plane.status("t1") is TaskStatus.RUNNING

    assert plane.report(task) == []
    assert plane.status("t1") is TaskStatus.SUCCESS


def test_a_lease_says_until_when_the_attempt_may_start_and_one_that_came_too_late_expires():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0, retries=3)))
    (task,) = plane.poll()
    assert task.lease.start_by == 1005.0
    plane.now += 6.0

    assert plane.report(task, an_outcome(TaskStatus.EXPIRED)) == []
    assert (plane.status("t1"), plane.find("t1").attempts, plane.unread()) == (TaskStatus.EXPIRED, 0, ["t1"])


def test_a_lease_that_is_given_back_after_the_deadline_expires():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0)))
    plane.poll()
    plane.received["worker"] = 0
    plane.now += 6.0
    plane.leave()

    assert plane.status("t1") is TaskStatus.EXPIRED


def test_a_task_that_expires_frees_its_place_for_the_next_one_behind_it():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0)), a_submission("t2"))
    plane.fire_after(5.0)
    plane.join()

    assert [task.task_id for task in plane.poll()] == ["t2"]


# ---- timeouts ----


def a_plane_over_time(terms: Terms, *, is_read: bool = True) -> ManualCoordinator:
    """The worker of `t1` beats, and does not end the attempt."""
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=terms))
    plane.poll()
    if not is_read:
        plane.received["worker"] = 0
    plane.now += 24.9
    plane.beat()
    plane.coordinator.fire(now=plane.now)
    return plane


def test_an_attempt_that_its_worker_does_not_end_is_given_up_some_seconds_after_its_timeout():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0))
    assert plane.status("t1") is TaskStatus.RUNNING
    plane.coordinator.take_ready()
    plane.fire_after(0.1)
    task = plane.find("t1")

    assert (task.status, task.outcome.error.error_type) == (TaskStatus.FAILURE, "TaskTimeout")
    assert "given up after 25 s" in task.outcome.error.message
    assert plane.coordinator.take_ready() == {"client", "worker"}


def test_the_worker_of_an_attempt_that_was_given_up_is_told_to_stop_it():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0))
    token = plane.find("t1").lease.token
    plane.fire_after(0.1)
    plane.poll()

    assert [lease.token for lease in plane.stops] == [token]


def test_a_lease_that_was_given_up_before_it_was_read_is_read_as_a_stop():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0), is_read=False)
    token = plane.find("t1").lease.token
    plane.fire_after(0.1)

    assert plane.poll() == []
    assert [lease.token for lease in plane.stops] == [token, token]


def test_an_attempt_that_was_given_up_is_tried_again_and_its_late_report_superseded():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0, retries=1, backoff=Backoff(0.0)))
    late = plane.find("t1").lease
    plane.fire_after(0.1)
    (task,) = plane.poll()

    assert (task.lease.attempt, task.history[0].run_seconds) == (2, pytest.approx(25.0))
    assert plane.report_lease("t1", late) == ["t1"]
    assert plane.report(task) == []


@pytest.mark.parametrize(
    "terms",
    [
        Terms(never_on=("builtins.TimeoutError",)),
        Terms(retry_on=("builtins.ValueError",)),
    ],
)
def test_an_attempt_that_was_given_up_is_tried_again_only_where_timeouts_may_be(terms):
    plane = a_plane_over_time(terms.over(Terms(timeout_seconds=10.0, retries=1)))
    plane.fire_after(0.1)

    assert plane.status("t1") is TaskStatus.FAILURE


def test_the_timeout_of_an_earlier_attempt_does_not_end_a_later_one():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(timeout_seconds=10.0, retries=1, backoff=Backoff(0.0))))
    plane.poll()
    plane.now += 20.0
    plane.join()
    plane.poll()
    plane.fire_after(10.0)

    assert plane.status("t1") is TaskStatus.RUNNING


def test_a_cancelled_attempt_that_is_given_up_is_not_tried_again():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0, retries=3))
    plane.cancel("t1")
    plane.fire_after(0.1)

    assert plane.status("t1").is_final


# ---- no other clock ----


@pytest.mark.parametrize("name", ["coordinator", "decisions", "admission", "views", "progress_watch", "limits"])
def test_no_clock_is_read_where_decisions_are_made(name):
    source = Path(fastworker.application.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and not node.level
    }

    assert imported.isdisjoint({"time", "datetime", "uuid", "asyncio", "anyio", "threading"})


def test_time_in_which_the_control_plane_stood_still_does_not_count_against_an_attempt():
    plane = a_plane_over_time(Terms(timeout_seconds=10.0))
    plane.coordinator.forgive(20.0, now=plane.now)
    plane.fire_after(19.0)
    assert plane.status("t1") is TaskStatus.RUNNING

    plane.fire_after(1.1)
    assert plane.status("t1") is TaskStatus.FAILURE
