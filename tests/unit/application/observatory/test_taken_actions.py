"""What people did with one task."""

from fastworker.application.observatory.taken_actions import TakenAction, actions_on, deleted_by
from fastworker.domain.action import Actor
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms

from ....builders import a_submission
from .observed import ObservedCoordinator

ANN, BOB = (Actor(name, "operator", "127.0.0.1") for name in ("ann", "bob"))


def told(plane: ObservedCoordinator, task_id: str) -> list[TakenAction]:
    return actions_on(plane.find(task_id), plane.observatory.audit)


def test_what_people_did_with_a_task_that_nobody_followed_is_told_in_order():
    plane = ObservedCoordinator()
    steering = plane.coordinator.steering
    plane.join()
    steering.submit(ANN, a_submission("t1", terms=Terms(delay_seconds=60.0)), now=plane.now)
    plane.now += 1.0
    steering.set_priority(BOB, "t1", TaskPriority.HIGH, now=plane.now)
    plane.now += 1.0
    assert plane.find("t1").journal is None
    steering.run_now(ANN, "t1", now=plane.now)
    plane.report(*plane.poll())
    plane.now += 1.0
    steering.rerun(BOB, "t1", "t2", now=plane.now)
    began_at = plane.now - 3.0

    assert told(plane, "t1") == [
        TakenAction(began_at, "submit", "ann", "", "echo"),
        TakenAction(began_at + 1, "set priority", "bob", "normal", "high"),
        TakenAction(began_at + 2, "run now", "ann", "scheduled", "queued"),
        TakenAction(began_at + 3, "rerun", "bob", "", "t2"),
    ]


def deleter(plane: ObservedCoordinator, task_id: str) -> str | None:
    return deleted_by(task_id, plane.observatory.audit, plane.ledger.results)


def test_who_deleted_a_task_is_told_of_one_that_somebody_deleted():
    plane = ObservedCoordinator()
    steering = plane.coordinator.steering
    steering.submit(ANN, a_submission("t1"), now=plane.now)
    steering.cancel(ANN, "t1", now=plane.now)
    assert (deleter(plane, "t1"), deleter(plane, "t2")) == (None, None)
    steering.delete(BOB, "t1", now=plane.now)

    assert deleter(plane, "t1") == "bob"


def test_nobody_is_blamed_for_a_task_that_was_submitted_after_they_deleted_another_of_its_id():
    plane = ObservedCoordinator(result_ttl_seconds=60.0)
    steering = plane.coordinator.steering
    plane.accepted(a_submission("t1"))
    steering.cancel(ANN, "t1", now=plane.now)
    steering.delete(BOB, "t1", now=plane.now)
    plane.now += 1.0
    plane.accepted(a_submission("t1"))
    steering.cancel(ANN, "t1", now=plane.now)
    plane.now += 100.0
    assert deleter(plane, "t1") is None  # its time is over
    plane.coordinator.tick(now=plane.now)

    assert deleter(plane, "t1") is None


def test_nobody_is_blamed_for_a_task_that_was_deleted_with_many_others():
    plane = ObservedCoordinator()
    steering = plane.coordinator.steering
    steering.submit(ANN, a_submission("t1"), now=plane.now)
    steering.cancel(ANN, "t1", now=plane.now)
    steering.delete(BOB, "t1", now=plane.now)
    plane.now += 1.0
    steering.submit(ANN, a_submission("t1"), now=plane.now)
    steering.cancel(ANN, "t1", now=plane.now)
    steering.delete_some(["t1"], now=plane.now)

    assert deleter(plane, "t1") is None


def test_a_priority_that_was_set_for_many_at_once_is_told_of_each():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1"))
    plane.coordinator.steering.set_priority_of_some(ANN, ["t1"], TaskPriority.LOW, now=plane.now)

    assert told(plane, "t1") == [TakenAction(plane.now, "set priority", "ann", "normal", "low")]


def test_what_was_done_to_something_else_of_that_name_is_not_told():
    plane = ObservedCoordinator()
    steering = plane.coordinator.steering
    steering.submit(ANN, a_submission("echo"), now=plane.now)
    steering.cancel(ANN, "echo", now=plane.now)
    steering.delete(ANN, "echo", now=plane.now)
    plane.now += 1.0
    plane.accepted(a_submission("echo"))
    steering.pause_function(BOB, "echo", now=plane.now)
    plane.now += 1.0
    steering.cancel(BOB, "echo", now=plane.now)

    assert told(plane, "echo") == [TakenAction(plane.now, "cancel", "bob", "queued", "cancelled")]
