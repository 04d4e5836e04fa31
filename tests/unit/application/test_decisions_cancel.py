"""Cancelling, running again, following, and draining one worker."""

import pytest

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    Draining,
    IdConflict,
    NotFinished,
    ResultExpired,
    UnknownSession,
    UnknownTaskId,
    UnknownWorker,
)
from fastworker.domain.journal import OTHERS_KEPT, LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Backoff, Terms

from ...builders import ManualCoordinator, a_failure, a_submission, a_uuid7, an_outcome

DELAYED = Terms(delay_seconds=60.0)
STEADY = Backoff(4.0, jitter=0.0)
LINE = LogLine("info", "log", "text")


def a_running_task(terms: Terms | None = None, **options) -> ManualCoordinator:
    """A worker runs `t1`."""
    plane = ManualCoordinator(**options)
    plane.join()
    plane.accepted(a_submission("t1", terms=terms or Terms()))
    plane.poll()
    return plane


# ---- cancelling what waits ----


@pytest.mark.parametrize("terms", [Terms(), DELAYED])
def test_a_waiting_task_that_is_cancelled_ends_and_never_starts(terms):
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=terms), a_submission("t2"))

    assert plane.cancel("t1") is Cancellation.CANCELLED
    assert (plane.status("t1"), plane.unread()) == (TaskStatus.CANCELLED, ["t1"])
    assert plane.find("t1").outcome.error.message == "cancelled while it waited"
    plane.join(slots=2)
    plane.fire_after(60.0)
    assert [task.task_id for task in plane.poll()] == ["t2"]


def test_a_task_that_waits_to_be_tried_again_is_cancelled_at_once():
    plane = a_running_task(Terms(retries=3, backoff=STEADY))
    plane.report(plane.find("t1"), a_failure())

    assert plane.cancel("t1") is Cancellation.CANCELLED
    assert plane.coordinator.next_timer_at() is None


def test_the_queue_shows_nothing_of_cancelled_tasks_however_many():
    plane = ManualCoordinator()
    plane.accepted(*(a_submission(f"t{number}") for number in range(300)))
    for number in range(300):
        if number % 3:
            plane.cancel(f"t{number}")
    kept = [f"t{number}" for number in range(0, 300, 3)]
    assert [task.task_id for task in plane.ledger.queue] == kept
    plane.join(slots=300)

    assert [task.task_id for task in plane.poll()] == kept


# ---- cancelling what runs ----


def test_the_worker_of_a_running_task_is_told_to_end_it_once():
    plane = a_running_task()
    lease = plane.find("t1").lease
    plane.coordinator.take_ready()

    assert plane.cancel("t1") is Cancellation.STOPPING
    assert "worker" in plane.coordinator.take_ready()
    assert plane.cancel("t1") is Cancellation.STOPPING
    assert plane.poll() == []
    assert plane.stops == [lease]
    assert plane.status("t1") is TaskStatus.RUNNING


def test_a_running_task_that_its_worker_ends_is_cancelled():
    plane = a_running_task(Terms(retries=3))
    task = plane.find("t1")
    plane.cancel("t1")

    assert plane.report(task, an_outcome(TaskStatus.CANCELLED)) == []
    assert (plane.status("t1"), plane.unread()) == (TaskStatus.CANCELLED, ["t1"])


def test_a_task_that_succeeds_before_its_worker_can_end_it_is_a_success():
    plane = a_running_task()
    task = plane.find("t1")
    plane.cancel("t1")

    assert plane.report(task) == []
    assert plane.status("t1") is TaskStatus.SUCCESS
    assert plane.cancel("t1") is Cancellation.FINISHED


def test_a_cancelled_task_that_fails_is_not_tried_again():
    plane = a_running_task(Terms(retries=3))
    plane.cancel("t1")
    plane.report(plane.find("t1"), a_failure())

    assert plane.status("t1") is TaskStatus.FAILURE


def test_a_cancelled_task_whose_worker_is_lost_is_lost_and_not_tried_again():
    plane = a_running_task(Terms(retries=3))
    plane.cancel("t1")
    plane.tick_after(15.0)

    assert plane.status("t1") is TaskStatus.LOST


def test_a_cancelled_task_whose_lease_was_never_read_is_cancelled_when_its_worker_leaves():
    plane = a_running_task()
    plane.received["worker"] = 0
    plane.cancel("t1")
    plane.leave()

    assert plane.status("t1") is TaskStatus.CANCELLED


def test_a_cancelled_task_that_runs_is_lost_when_its_worker_leaves_without_reading_the_stop():
    plane = a_running_task()
    plane.cancel("t1")
    plane.leave()

    assert plane.status("t1") is TaskStatus.LOST


# ---- too late ----


def test_cancelling_twice_tells_the_same_twice():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")

    assert plane.cancel("t1") is Cancellation.CANCELLED
    assert plane.ledger.finished[TaskStatus.CANCELLED] == 1


def test_an_id_that_was_forgotten_is_told_from_one_that_was_never_seen():
    plane = ManualCoordinator(result_ttl_seconds=60.0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))
    plane.tick_after(60.0)

    assert plane.cancel(a_uuid7(1000)) is Cancellation.FORGOTTEN
    assert plane.cancel(a_uuid7(2000)) is Cancellation.UNKNOWN


def test_a_result_whose_time_is_over_is_forgotten_and_not_unknown_before_it_is_reaped():
    plane = ManualCoordinator(result_ttl_seconds=60.0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))
    plane.now += 60.0

    assert plane.cancel(a_uuid7(1000)) is Cancellation.FORGOTTEN


def test_each_of_many_ids_is_answered_in_its_place():
    plane = a_running_task()
    plane.accepted(a_submission("t2"))

    assert plane.coordinator.cancel(["t2", "t9", "t1", "t2"], now=plane.now) == [
        Cancellation.CANCELLED,
        Cancellation.UNKNOWN,
        Cancellation.STOPPING,
        Cancellation.CANCELLED,
    ]


# ---- running again ----


@pytest.mark.parametrize("outcome", [an_outcome(), a_failure(), an_outcome(TaskStatus.CANCELLED)])
def test_a_finished_task_can_be_run_again_as_a_new_one_that_names_its_origin(outcome):
    terms = Terms(retries=0, timeout_seconds=9.0, delay_seconds=5.0, expires_seconds=60.0)
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", payload=b"[7]", priority=TaskPriority.HIGH, terms=terms))
    plane.fire_next()
    plane.report(*plane.poll(), outcome)

    assert plane.rerun("t1", "t2") is None
    again = plane.find("t2")
    assert again.submission.payload == b"[7]"
    assert again.submission.priority is TaskPriority.HIGH
    assert again.submission.terms == Terms(retries=0, timeout_seconds=9.0, origin="t1")
    assert again.status is TaskStatus.QUEUED
    assert plane.status("t1") is outcome.status


def test_a_task_that_has_not_ended_is_not_run_again():
    plane = a_running_task()
    with pytest.raises(NotFinished, match="task t1 is running: only a finished task can be run again"):
        plane.rerun("t1", "t2")


def test_a_task_that_is_not_known_is_not_run_again():
    plane = ManualCoordinator()
    with pytest.raises(UnknownTaskId, match="no task 't9' was seen"):
        plane.rerun("t9", "t2")


def test_a_task_whose_result_is_not_kept_any_more_is_not_run_again():
    plane = ManualCoordinator(result_capacity=0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))
    with pytest.raises(ResultExpired, match="its result is not kept any more"):
        plane.rerun(a_uuid7(1000), a_uuid7(2000))


def test_a_draining_control_plane_runs_nothing_again():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")
    plane.coordinator.drain()

    assert isinstance(plane.rerun("t1", "t2"), Draining)


def test_a_task_is_not_run_again_under_its_own_id():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")
    with pytest.raises(IdConflict, match="use another id"):
        plane.rerun("t1", "t1")


def test_only_an_open_session_runs_a_task_again():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")
    with pytest.raises(UnknownSession):
        plane.rerun("t1", "t2", session_id="gone")


# ---- following ----


def test_the_steps_of_a_followed_task_are_numbered_from_where_it_was():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.follow("t1")
    plane.follow("t1")
    plane.join()
    (task,) = plane.poll()
    plane.note("t1", task.lease, Progress(1.0, 2.0), LINE)
    plane.now += 1.0
    plane.report(task)

    steps = plane.steps("t1")
    assert [(step.number, step.attempt, step.status or step.progress or step.line) for step in steps] == [
        (1, 0, TaskStatus.QUEUED),
        (2, 1, TaskStatus.RUNNING),
        (3, 1, Progress(1.0, 2.0)),
        (4, 1, LINE),
        (5, 1, TaskStatus.SUCCESS),
    ]
    assert [step.at for step in steps] == [1000.0] * 4 + [1001.0]
    assert [step.number for step in plane.steps("t1", after=3)] == [4, 5]


def test_a_task_that_is_tried_again_has_a_journal_without_being_followed():
    plane = a_running_task(Terms(retries=1, backoff=STEADY))
    plane.report(plane.find("t1"), a_failure())
    plane.fire_next()

    assert [(step.attempt, step.status) for step in plane.steps("t1")] == [
        (1, TaskStatus.RUNNING),
        (1, TaskStatus.SCHEDULED),
        (1, TaskStatus.QUEUED),
    ]


def test_a_task_that_says_something_has_a_journal_without_being_followed():
    plane = a_running_task()
    plane.note("t1", plane.find("t1").lease, LINE)

    assert [step.status or step.line for step in plane.steps("t1")] == [TaskStatus.RUNNING, LINE]


def test_a_task_that_nobody_follows_and_that_says_nothing_has_no_journal():
    plane = a_running_task()
    plane.report(plane.find("t1"))
    plane.follow("t1")
    plane.follow("no such")

    assert plane.find("t1").journal is None


def test_log_lines_and_progress_do_not_push_out_each_other():
    plane = a_running_task(lines_kept=3)
    lease = plane.find("t1").lease
    plane.note("t1", lease, *[LINE] * 10, *[Progress(float(number)) for number in range(2 * OTHERS_KEPT)])
    steps = plane.steps("t1")

    assert len([step for step in steps if step.line]) == 3
    assert len(steps) == 3 + OTHERS_KEPT
    assert [step.number for step in steps][:4] == [9, 10, 11, steps[3].number]
    assert steps[-1].number == plane.find("t1").journal.last == 1 + 10 + 2 * OTHERS_KEPT


def test_every_step_of_a_followed_task_wakes_whoever_follows_it():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=STEADY, delay_seconds=5.0)))
    plane.follow("t1")
    plane.join()

    def is_woken() -> bool:
        return "t1" in plane.coordinator.take_ready()

    plane.fire_next()
    assert is_woken()
    (task,) = plane.poll()
    assert is_woken()
    plane.note("t1", task.lease, LINE)
    assert is_woken()
    plane.report(task, a_failure())
    assert is_woken()
    plane.cancel("t1")
    assert is_woken()


def test_notes_under_a_lease_that_is_over_are_dropped():
    plane = a_running_task(Terms(retries=1, backoff=STEADY))
    lease = plane.find("t1").lease
    plane.join()
    plane.note("t1", lease, LINE)
    plane.fire_next()
    plane.poll()
    plane.note("t1", lease, LINE)
    plane.note("no such", lease, LINE)

    assert not any(step.line for step in plane.steps("t1"))


def test_a_worker_that_is_not_registered_says_nothing():
    plane = a_running_task()
    lease = plane.find("t1").lease
    plane.leave()
    with pytest.raises(UnknownWorker):
        plane.note("t1", lease, LINE)


def test_a_followed_task_that_is_given_back_is_said_to_wait_again():
    plane = a_running_task()
    plane.follow("t1")
    plane.received["worker"] = 0
    plane.leave()

    assert [step.status for step in plane.steps("t1")] == [TaskStatus.RUNNING, TaskStatus.QUEUED]


# ---- draining one worker ----


def test_a_worker_that_drains_is_told_at_once_and_leased_no_more():
    plane = ManualCoordinator()
    plane.join(slots=2)
    plane.poll()
    plane.coordinator.drain_worker("worker", now=plane.now)
    assert plane.coordinator.take_ready() == {"worker"}
    assert plane.coordinator.has_orders("worker", "first life")
    plane.accepted(a_submission("t1"))

    assert plane.poll() == []
    assert plane.coordinator.orders("worker", "first life") == (1, [])
    assert plane.status("t1") is TaskStatus.QUEUED


def test_a_worker_that_drains_finishes_what_it_runs_and_what_it_had_not_read_yet():
    plane = a_running_task()
    plane.received["worker"] = 0
    plane.coordinator.drain_worker("worker", now=plane.now)
    (task,) = plane.poll()

    assert plane.report(task) == []
    assert plane.status("t1") is TaskStatus.SUCCESS


def test_another_worker_takes_what_one_that_drains_does_not():
    plane = ManualCoordinator()
    plane.join("a")
    plane.join("b")
    plane.poll("a")
    plane.poll("b")
    plane.coordinator.drain_worker("a", now=plane.now)
    plane.accepted(a_submission("t1"))

    assert [task.task_id for task in plane.read_leases("b")] == ["t1"]


def test_a_worker_that_says_that_it_is_leaving_is_leased_no_more_and_not_told_to_drain():
    plane = a_running_task()
    task = plane.find("t1")
    plane.accepted(a_submission("t2"))

    assert plane.poll(is_leaving=True) == []
    assert not plane.coordinator.has_orders("worker", "first life")
    plane.report(task)
    assert (plane.status("t1"), plane.status("t2")) == (TaskStatus.SUCCESS, TaskStatus.QUEUED)


def test_a_worker_that_says_with_its_report_that_it_is_leaving_is_leased_nothing_in_its_place():
    plane = a_running_task()
    task = plane.find("t1")
    plane.accepted(a_submission("t2"))
    plane.poll()
    ended = [("t1", task.lease.token, an_outcome())]
    plane.coordinator.report("worker", "first life", ended, 0, is_leaving=True, now=plane.now)

    assert plane.status("t2") is TaskStatus.QUEUED


def test_draining_a_worker_twice_changes_nothing():
    plane = ManualCoordinator()
    plane.join()
    plane.coordinator.drain_worker("worker", now=plane.now)
    events = list(plane.sink.events)
    plane.coordinator.drain_worker("worker", now=plane.now)

    assert plane.sink.events == events


@pytest.mark.parametrize(("workers", "shown"), [((), "none"), (("b", "a"), "a, b")])
def test_draining_a_worker_that_is_not_there_names_those_that_are(workers, shown):
    plane = ManualCoordinator()
    for worker_id in workers:
        plane.join(worker_id)
    with pytest.raises(UnknownWorker, match=f"no worker 'w9' is connected; connected: {shown}$"):
        plane.coordinator.drain_worker("w9", now=plane.now)


def test_a_worker_that_drains_and_joins_again_is_a_new_one():
    plane = ManualCoordinator()
    plane.join()
    plane.coordinator.drain_worker("worker", now=plane.now)
    plane.join(incarnation="second life")
    plane.accepted(a_submission("t1"))

    assert [task.task_id for task in plane.poll()] == ["t1"]


def test_when_a_worker_drains_the_control_plane_takes_over_at_once_what_it_knows():
    plane = ManualCoordinator()
    plane.join("worker", slots=1)
    plane.join("local", is_local=True)
    assert plane.poll("local") == []
    plane.accepted(a_submission("t1"))
    plane.coordinator.drain_worker("worker", now=plane.now)

    assert [task.task_id for task in plane.read_leases("local")] == ["t1"]
