"""What people may do to the whole, and that it is noted."""

from dataclasses import replace

import pytest

from fastworker.application.client import TaskClient
from fastworker.application.limits import Limits
from fastworker.application.steering import NOBODY, Edit
from fastworker.domain.action import Action, Actor
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    Draining,
    IdConflict,
    InvalidOption,
    NotFinished,
    NotWaiting,
    QueueFull,
    ResultExpired,
    UnknownTask,
    UnknownTaskId,
    UnknownWorker,
)
from fastworker.domain.events import ActionTaken
from fastworker.domain.ledger import CHANGES_KEPT
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import PriorityChange
from fastworker.domain.terms import Backoff, Terms
from tests.unit.system.system import a_system
from tests.unit.system.tasks import echo

from ...builders import ManualCoordinator, a_failure, a_submission, a_uuid7, an_outcome
from ..domain.ledger_snapshot import snapshot

ANN = Actor("ann", "operator", "127.0.0.1")
HIGH, LOW, NORMAL = TaskPriority.HIGH, TaskPriority.LOW, TaskPriority.NORMAL


def noted(plane: ManualCoordinator) -> list[tuple[str, str, str, str]]:
    """Return what was noted, as (what, target, before, after); all was done by ann."""
    actions = [event.action for event in plane.sink.events if isinstance(event, ActionTaken)]
    assert all(action.actor is ANN for action in actions)
    return [(action.what, action.target, action.before, action.after) for action in actions]


def finished(plane: ManualCoordinator, task_id: str, status: TaskStatus = TaskStatus.SUCCESS, **kwargs: object) -> None:
    """Have a task come to its end."""
    plane.join()
    plane.accepted(a_submission(task_id, **kwargs))
    plane.report(*plane.poll(), an_outcome(status))


# ---- submitting ----


def test_a_task_is_submitted_for_nobody_and_runs():
    plane = ManualCoordinator()
    plane.join(declared={"echo": Terms(retries=3)})
    plane.poll()
    plane.coordinator.steering.submit(ANN, a_submission("t1"), now=plane.now)
    (task,) = plane.read_leases()
    plane.report(task)

    assert (plane.status("t1"), task.session_id, task.submission.terms.retries) == (TaskStatus.SUCCESS, NOBODY, 3)
    assert plane.unread() == []
    assert noted(plane) == [("submit", "t1", "", "echo")]
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_the_same_submission_again_is_the_same_task():
    plane = ManualCoordinator()
    submission = a_submission("t1")
    for _ in range(2):
        plane.coordinator.steering.submit(ANN, submission, now=plane.now)

    assert len(plane.ledger.tasks) == 1


@pytest.mark.parametrize(
    ("submission", "error"),
    [(a_submission("taken", payload=b"{}"), IdConflict), (a_submission("new", name="nobodys"), UnknownTask)],
)
def test_what_is_refused_is_not_noted_as_done(submission, error):
    plane = ManualCoordinator()
    plane.accepted(a_submission("taken"))
    with pytest.raises(error):
        plane.coordinator.steering.submit(ANN, submission, now=plane.now)

    assert noted(plane) == []


def test_a_full_queue_and_a_control_plane_that_stops_take_nothing_from_people_either():
    plane = ManualCoordinator(limits=Limits(max_queued=1))
    plane.accepted(a_submission())
    with pytest.raises(QueueFull):
        plane.coordinator.steering.submit(ANN, a_submission(), now=plane.now)
    plane.coordinator.drain()
    with pytest.raises(Draining):
        plane.coordinator.steering.submit(ANN, a_submission(), now=plane.now)


# ---- running again ----


def test_a_finished_task_runs_again_as_it_was():
    plane = ManualCoordinator()
    finished(plane, "t1", payload=b"[7]", terms=Terms(retries=2, delay_seconds=0.0, expires_seconds=60.0))
    plane.coordinator.steering.rerun(ANN, "t1", "t2", now=plane.now)
    again = plane.find("t2").submission

    assert (again.payload, again.priority) == (b"[7]", NORMAL)
    assert again.terms == Terms(retries=2, origin="t1")
    assert noted(plane) == [("rerun", "t1", "", "t2")]


def test_a_finished_task_runs_again_edited():
    plane = ManualCoordinator()
    finished(plane, "t1", TaskStatus.FAILURE, payload=b"[7]", terms=Terms(retries=2))
    edit = Edit(payload=b"[8]", priority=LOW, terms={"timeout_seconds": 5.0})
    again = plane.coordinator.steering.rerun(ANN, "t1", "t2", edit=edit, now=plane.now)

    assert again is plane.find("t2").submission
    assert (again.name, again.payload, again.priority) == ("echo", b"[8]", LOW)
    assert again.terms == Terms(retries=2, timeout_seconds=5.0, origin="t1")


ALL_TERMS = Terms(
    retries=2,
    backoff=Backoff(initial=7.0),
    retry_on=("builtins.OSError",),
    never_on=("builtins.KeyError",),
    timeout_seconds=30.0,
    delay_seconds=0.0,
    expires_seconds=60.0,
    tags=("nightly",),
)


@pytest.mark.parametrize(
    ("edited", "changed"),
    [
        ({}, {}),
        ({"retries": 5, "delay_seconds": 10.0}, {"retries": 5, "delay_seconds": 10.0}),
        ({"retries": None, "timeout_seconds": None}, {"retries": None, "timeout_seconds": None}),
        ({"delay_seconds": None, "expires_seconds": None}, {"delay_seconds": None, "expires_seconds": None}),
    ],
)
def test_what_an_edit_leaves_out_stays_as_it_was_agreed_and_none_takes_it_away(edited, changed):
    plane = ManualCoordinator()
    finished(plane, "t1", terms=ALL_TERMS)
    again = plane.coordinator.steering.rerun(ANN, "t1", "t2", edit=Edit(terms=edited), now=plane.now)

    assert again.terms == replace(ALL_TERMS, origin="t1", **changed)


def test_what_an_edit_takes_away_is_as_the_function_declares_it():
    plane = ManualCoordinator()
    finished(plane, "t1", terms=Terms(retries=1, timeout_seconds=1.0))
    plane.join(declared={"echo": Terms(retries=4, timeout_seconds=9.0)})
    plane.coordinator.steering.rerun(ANN, "t1", "t2", edit=Edit(terms={"retries": None}), now=plane.now)

    assert plane.find("t2").submission.terms == Terms(retries=4, timeout_seconds=1.0, origin="t1")


@pytest.mark.parametrize(
    ("edit", "tags"),
    [
        (Edit(), ("nightly",)),
        (Edit(terms={"retries": 1}), ("nightly",)),
        (Edit(terms={"tags": ("tenant:acme",)}), ("tenant:acme",)),
        (Edit(terms={"tags": ()}), ()),
    ],
)
def test_a_task_that_runs_again_keeps_its_tags_unless_it_is_given_others(edit, tags):
    plane = ManualCoordinator()
    finished(plane, "t1", terms=Terms(tags=("nightly",)))

    assert plane.coordinator.steering.rerun(ANN, "t1", "t2", edit=edit, now=plane.now).terms.tags == tags


@pytest.mark.parametrize(
    ("task_id", "new_id", "error"),
    [("nobodys", "t9", UnknownTaskId), ("waits", "t9", NotFinished), ("done", "done", IdConflict)],
)
def test_what_cannot_run_again_does_not(task_id, new_id, error):
    plane = ManualCoordinator()
    finished(plane, "done")
    plane.accepted(a_submission("waits"))
    with pytest.raises(error):
        plane.coordinator.steering.rerun(ANN, task_id, new_id, now=plane.now)

    assert noted(plane) == []


# ---- priorities ----


def test_a_task_of_another_priority_stands_behind_those_that_have_it_and_tells_who_has_changed_it():
    plane = ManualCoordinator()
    plane.accepted(a_submission("late"), a_submission("high", priority=HIGH), a_submission("next"))
    plane.now += 5.0
    before = plane.coordinator.steering.set_priority(ANN, "late", HIGH, now=plane.now)
    plane.join(slots=3)

    assert before is NORMAL
    assert [task.task_id for task in plane.poll()] == ["high", "late", "next"]
    assert plane.find("late").priority_changes == (PriorityChange(plane.now, NORMAL, HIGH, "ann"),)
    assert plane.find("late").wait_seconds == 5.0
    assert noted(plane) == [("set priority", "late", "normal", "high")]
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_a_priority_that_a_task_has_already_changes_nothing():
    plane = ManualCoordinator()
    plane.accepted(a_submission("first"), a_submission("second"))
    steering = plane.coordinator.steering

    assert steering.set_priority(ANN, "first", NORMAL, now=plane.now) is NORMAL
    assert [task.task_id for task in plane.ledger.queue] == ["first", "second"]
    assert (noted(plane), plane.find("first").priority_changes) == ([], ())


def test_a_scheduled_task_has_its_new_priority_when_its_time_comes():
    plane = ManualCoordinator()
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=60.0)), a_submission("waits"))
    plane.coordinator.steering.set_priority(ANN, "later", HIGH, now=plane.now)
    plane.fire_next()

    assert [task.task_id for task in plane.ledger.queue] == ["later", "waits"]


def test_a_task_that_leaves_a_paused_priority_starts():
    plane = ManualCoordinator()
    steering = plane.coordinator.steering
    steering.pause_priority(ANN, NORMAL, now=plane.now)
    plane.accepted(a_submission("held"))
    plane.join()
    assert plane.poll() == []
    steering.set_priority(ANN, "held", LOW, now=plane.now)

    assert [task.task_id for task in plane.read_leases()] == ["held"]


def test_the_same_submission_again_is_the_same_task_whatever_its_priority_is_by_now():
    plane = ManualCoordinator()
    submission = a_submission("t1")
    plane.accepted(submission)
    plane.coordinator.steering.set_priority(ANN, "t1", LOW, now=plane.now)
    plane.accepted(submission)

    assert plane.find("t1").submission.priority is LOW


@pytest.mark.parametrize(("task_id", "error"), [("nobodys", UnknownTaskId), ("runs", NotWaiting), ("done", NotWaiting)])
def test_only_a_task_that_waits_gets_another_priority(task_id, error):
    plane = ManualCoordinator()
    finished(plane, "done")
    plane.accepted(a_submission("runs"))
    plane.poll()
    with pytest.raises(error):
        plane.coordinator.steering.set_priority(ANN, task_id, LOW, now=plane.now)

    assert noted(plane) == []


def test_only_so_many_changes_of_a_priority_are_remembered():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    for priority in [LOW, HIGH] * CHANGES_KEPT:
        plane.coordinator.steering.set_priority(ANN, "t1", priority, now=plane.now)

    assert len(plane.find("t1").priority_changes) == CHANGES_KEPT
    assert plane.find("t1").priority_changes[-1].after is HIGH


# ---- running now ----


def test_a_scheduled_task_that_is_wanted_now_starts_at_once_and_only_once():
    plane = ManualCoordinator()
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=60.0)))
    plane.join()
    assert plane.poll() == []
    plane.now += 5.0
    status = plane.coordinator.steering.run_now(ANN, "later", now=plane.now)
    (task,) = plane.read_leases()

    assert (status, task.task_id, task.due_at, task.wait_seconds) == (TaskStatus.RUNNING, "later", None, 0.0)
    assert noted(plane) == [("run now", "later", "scheduled", "running")]
    assert plane.coordinator.next_timer_at() is None
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_a_task_that_waits_for_its_next_attempt_has_it_now():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(60.0, jitter=0.0))))
    plane.report(*plane.poll(), a_failure())
    plane.coordinator.steering.run_now(ANN, "t1", now=plane.now)
    (task,) = plane.poll()
    plane.report(task, an_outcome())

    assert (task.attempts, task.status) == (2, TaskStatus.SUCCESS)


def test_a_task_that_is_wanted_now_goes_behind_those_that_wait_and_is_waited_for_from_now_on():
    plane = ManualCoordinator()
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=60.0)), a_submission("first"))
    plane.now += 5.0
    assert plane.coordinator.steering.run_now(ANN, "later", now=plane.now) is TaskStatus.QUEUED
    plane.accepted(a_submission("last"))
    plane.now += 2.0
    plane.join(slots=9)

    assert [task.task_id for task in plane.poll()] == ["first", "later", "last"]
    assert plane.find("later").wait_seconds == 2.0


def test_a_task_that_was_wanted_now_is_run_again_edited_with_the_delay_that_was_agreed():
    plane = ManualCoordinator()
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=3600.0)))
    plane.join()
    plane.now += 3.4
    plane.coordinator.steering.run_now(ANN, "later", now=plane.now)
    plane.report(*plane.poll(), an_outcome())
    again = plane.coordinator.steering.rerun(ANN, "later", "again", edit=Edit(terms={"retries": 1}), now=plane.now)

    assert (again.terms.delay_seconds, plane.status("again")) == (3600.0, TaskStatus.SCHEDULED)


def test_a_pause_holds_a_task_that_is_wanted_now():
    plane = ManualCoordinator()
    plane.coordinator.steering.pause_priority(ANN, NORMAL, now=plane.now)
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=60.0)))
    plane.join()
    plane.poll()

    assert plane.coordinator.steering.run_now(ANN, "later", now=plane.now) is TaskStatus.QUEUED
    assert plane.read_leases() == []


def test_a_task_that_is_wanted_now_expires_when_it_would_have():
    plane = ManualCoordinator()
    plane.accepted(a_submission("later", terms=Terms(delay_seconds=60.0, expires_seconds=70.0)))
    plane.coordinator.steering.run_now(ANN, "later", now=plane.now)
    assert plane.fire_next() == 70.0

    assert plane.status("later") is TaskStatus.EXPIRED


def test_what_is_due_by_itself_goes_before_what_is_wanted_now():
    plane = ManualCoordinator()
    plane.accepted(*(a_submission(f"after {delay}", terms=Terms(delay_seconds=delay)) for delay in (5.0, 60.0, 7.0)))
    plane.now += 10.0  # and no timer was looked at yet
    steering = plane.coordinator.steering
    assert steering.run_now(ANN, "after 7.0", now=plane.now) is TaskStatus.QUEUED
    steering.run_now(ANN, "after 60.0", now=plane.now)

    assert [task.task_id for task in plane.ledger.queue] == ["after 5.0", "after 7.0", "after 60.0"]


@pytest.mark.parametrize(
    ("task_id", "error"),
    [("nobodys", UnknownTaskId), ("waits", NotWaiting), ("runs", NotWaiting), ("done", NotWaiting)],
)
def test_only_a_scheduled_task_can_be_run_now(task_id, error):
    plane = ManualCoordinator()
    finished(plane, "done")
    plane.accepted(a_submission("runs"), a_submission("waits"))
    plane.poll()
    with pytest.raises(error):
        plane.coordinator.steering.run_now(ANN, task_id, now=plane.now)

    assert noted(plane) == []


# ---- deleting ----


def test_a_finished_task_is_deleted_and_whoever_waits_for_it_hears_of_its_end_nevertheless():
    plane = ManualCoordinator()
    finished(plane, "done", TaskStatus.FAILURE)
    finished(plane, "other")
    status = plane.coordinator.steering.delete(ANN, "done", now=plane.now)

    assert status is TaskStatus.FAILURE
    assert plane.ledger.results.task_ids() == ["other"]
    assert plane.unread() == ["done", "other"]
    assert noted(plane) == [("delete", "done", "failure", "forgotten")]
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_a_deleted_task_is_like_one_whose_time_is_over():
    plane = ManualCoordinator()
    task_id = a_uuid7(1)
    finished(plane, task_id)
    plane.coordinator.steering.delete(ANN, task_id, now=plane.now)
    with pytest.raises(ResultExpired):
        plane.coordinator.steering.delete(ANN, task_id, now=plane.now)

    assert plane.cancel(task_id) is Cancellation.FORGOTTEN
    assert [entry[0] for entry in noted(plane)] == ["delete"]


@pytest.mark.parametrize(("task_id", "error"), [("nobodys", UnknownTaskId), ("waits", NotFinished)])
def test_only_a_task_that_has_ended_is_deleted(task_id, error):
    plane = ManualCoordinator()
    plane.accepted(a_submission("waits"))
    with pytest.raises(error):
        plane.coordinator.steering.delete(ANN, task_id, now=plane.now)

    assert noted(plane) == []
    assert list(plane.ledger.tasks) == ["waits"]


# ---- ending ----


def test_a_cancel_is_noted_with_what_the_task_was_and_what_became_of_it():
    plane = ManualCoordinator()
    finished(plane, "done")
    plane.accepted(a_submission("runs"))
    plane.poll()
    plane.accepted(a_submission("waits"))
    steering = plane.coordinator.steering
    answers = [steering.cancel(ANN, task_id, now=plane.now) for task_id in ("waits", "runs", "done", "nobodys")]

    assert answers == [
        Cancellation.CANCELLED,
        Cancellation.STOPPING,
        Cancellation.FINISHED,
        Cancellation.UNKNOWN,
    ]
    assert noted(plane) == [
        ("cancel", "waits", "queued", "cancelled"),
        ("cancel", "runs", "running", "stopping"),
        ("cancel", "done", "success", "finished"),
        ("cancel", "nobodys", "", "unknown"),
    ]


def test_a_worker_is_drained_once_and_noted_each_time():
    plane = ManualCoordinator()
    plane.join()
    for _ in range(2):
        plane.coordinator.steering.drain_worker(ANN, "worker", now=plane.now)
    with pytest.raises(UnknownWorker):
        plane.coordinator.steering.drain_worker(ANN, "nobody", now=plane.now)

    assert plane.ledger.workers["worker"].is_draining
    assert noted(plane) == [
        ("drain worker", "worker", "working", "draining"),
        ("drain worker", "worker", "draining", "draining"),
    ]


def test_a_purge_cancels_what_waits_and_tells_of_each_whether_it_did():
    plane = ManualCoordinator()
    finished(plane, "done")
    plane.accepted(a_submission("runs"))
    plane.poll()
    plane.accepted(a_submission("waits"), a_submission("later", terms=Terms(delay_seconds=9.0)))
    waited = plane.coordinator.steering.purge_some(["waits", "runs", "later", "done", "nobodys"], now=plane.now)

    assert waited == [True, False, False, False, False]
    assert [plane.status(task_id) for task_id in ("waits", "runs", "later")] == [
        TaskStatus.CANCELLED,
        TaskStatus.RUNNING,
        TaskStatus.SCHEDULED,
    ]


# ---- pausing ----


def test_tasks_of_a_paused_priority_wait_while_others_run():
    plane = ManualCoordinator()
    plane.join(slots=9)
    steering = plane.coordinator.steering
    pause = steering.pause_priority(ANN, NORMAL, reason="the disk is full", now=plane.now)
    plane.accepted(a_submission("held"), a_submission("low", priority=LOW))
    assert [task.task_id for task in plane.poll()] == ["low"]
    plane.poll()
    steering.resume_priority(ANN, NORMAL, now=plane.now)

    assert [task.task_id for task in plane.read_leases()] == ["held"]
    assert pause == Pause("ann", "the disk is full", 1000.0)
    assert noted(plane) == [
        ("pause priority", "normal", "not paused", "paused: the disk is full"),
        ("resume priority", "normal", "paused: the disk is full", "not paused"),
    ]


def test_tasks_of_a_paused_function_wait_while_others_run():
    plane = ManualCoordinator(names=("echo", "add"))
    plane.join(slots=9, names=("echo", "add"))
    steering = plane.coordinator.steering
    steering.pause_function(ANN, "echo", now=plane.now)
    steering.pause_function(ANN, "echo", reason="again", now=plane.now)
    plane.accepted(a_submission("held"), a_submission("other", name="add"))
    assert [task.task_id for task in plane.poll()] == ["other"]
    plane.poll()
    steering.resume_function(ANN, "echo", now=plane.now)

    assert [task.task_id for task in plane.read_leases()] == ["held"]
    assert noted(plane) == [
        ("pause function", "echo", "not paused", "paused"),
        ("pause function", "echo", "paused", "paused: again"),
        ("resume function", "echo", "paused: again", "not paused"),
    ]


def test_resuming_what_is_not_paused_changes_nothing():
    plane = ManualCoordinator()
    before = len(plane.sink.events)
    plane.coordinator.steering.resume_priority(ANN, LOW, now=plane.now)
    plane.coordinator.steering.resume_function(ANN, "nobodys", now=plane.now)

    assert len(plane.sink.events) == before


def test_a_pause_ends_by_itself_when_its_time_is_over():
    plane = ManualCoordinator()
    plane.join(slots=9)
    plane.coordinator.steering.pause_priority(ANN, NORMAL, seconds=5.0, now=plane.now)
    plane.coordinator.steering.pause_function(ANN, "echo", seconds=8.0, now=plane.now)
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.tick_after(5.0)
    assert (plane.ledger.pauses.priorities, plane.read_leases()) == ({}, [])
    plane.tick_after(3.0)

    assert [task.task_id for task in plane.read_leases()] == ["t1"]


def test_a_paused_task_expires_and_can_be_cancelled():
    plane = ManualCoordinator()
    plane.coordinator.steering.pause_priority(ANN, NORMAL, now=plane.now)
    plane.accepted(a_submission("t1", terms=Terms(expires_seconds=5.0)), a_submission("t2"))
    plane.cancel("t2")
    plane.fire_after(5.0)

    assert (plane.status("t1"), plane.status("t2")) == (TaskStatus.EXPIRED, TaskStatus.CANCELLED)


def test_what_nobody_knows_cannot_be_paused():
    plane = ManualCoordinator()

    with pytest.raises(UnknownTask, match="did you mean: echo"):
        plane.coordinator.steering.pause_function(ANN, "ecko", now=plane.now)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), 1e12])
def test_a_pause_of_no_time_is_refused(seconds):
    with pytest.raises(InvalidOption, match="a pause of"):
        ManualCoordinator().coordinator.steering.pause_priority(ANN, LOW, seconds=seconds, now=1000.0)


# ---- the record ----


def test_a_refusal_is_noted_with_its_reason():
    plane = ManualCoordinator()
    action = Action(ANN, "cancel", "t1", refusal="a viewer may not")
    plane.coordinator.steering.note(action, now=plane.now)

    assert plane.sink.events[-1] == ActionTaken(action, plane.now)
    assert plane.ledger.actions == 1


def test_what_is_noted_is_bounded_whatever_was_asked():
    plane = ManualCoordinator()
    plane.coordinator.steering.note(Action(ANN, "cancel", "x" * 10_000, refusal="y" * 10_000), now=plane.now)
    action = plane.sink.events[-1].action

    assert len(action.target) + len(action.refusal) < 600


@pytest.mark.anyio
async def test_a_persons_decision_is_heard_by_whoever_waits() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            control_plane.role.steer(lambda steering, now: steering.pause_function(ANN, "echo", now=now))
            waiting = system.call(result_of_echo, client)
            await system.advance(3.0)
            assert not waiting.is_done
            control_plane.role.steer(lambda steering, now: steering.resume_function(ANN, "echo", now=now))
            await system.settle()

            assert waiting.result() == 7


async def result_of_echo(client: TaskClient) -> object:
    return await (await client.delay("echo", 7))
