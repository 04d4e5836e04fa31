"""How long tasks wait whose priority was changed."""

from fastworker.application.observatory import instruments
from fastworker.application.observatory.changed_priorities import FEW
from fastworker.application.observatory.readings import readings
from fastworker.domain.action import Actor
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms

from ....builders import a_submission
from .observed import ObservedCoordinator

ANN = Actor("ann", "operator", "127.0.0.1")
HIGH, NORMAL, LOW = TaskPriority.HIGH, TaskPriority.NORMAL, TaskPriority.LOW


def set_priority(plane: ObservedCoordinator, task_id: str, priority: TaskPriority) -> None:
    plane.coordinator.steering.set_priority(ANN, task_id, priority, now=plane.now)


def with_an_old_task_behind_a_young_one() -> ObservedCoordinator:
    """Return a plane where "old" waits since 1000, in low, and was put behind "young", of 4600."""
    plane = ObservedCoordinator()
    plane.accepted(a_submission("old"))
    plane.now += 3600.0
    plane.accepted(a_submission("young", priority=LOW))
    set_priority(plane, "old", LOW)
    return plane


def test_the_oldest_is_who_has_waited_longest_also_behind_a_younger_one():
    plane = with_an_old_task_behind_a_young_one()
    plane.now += 5.0
    told = {
        reading.instrument: reading.values for reading in readings(plane.ledger, plane.observatory, [], now=plane.now)
    }

    assert told[instruments.OLDEST] == [({}, 3605.0)]
    assert plane.observatory.waiting_since([LOW]) == 1000.0
    assert plane.observatory.waiting_since([NORMAL]) is None


def test_who_was_moved_on_or_runs_does_not_count_where_it_was():
    plane = with_an_old_task_behind_a_young_one()
    set_priority(plane, "old", HIGH)
    assert (plane.observatory.waiting_since([LOW]), plane.observatory.waiting_since()) == (4600.0, 1000.0)
    plane.join()
    plane.poll()
    assert plane.observatory.waiting_since([HIGH]) is None
    assert plane.observatory.waiting_since() == 4600.0


def test_a_scheduled_task_waits_from_when_it_is_due_whatever_its_priority():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("late", terms=Terms(delay_seconds=10.0)))
    set_priority(plane, "late", HIGH)
    assert plane.observatory.waiting_since() is None
    plane.tick_after(10.0)
    assert plane.observatory.waiting_since() == 1010.0


def test_those_that_left_are_let_go_however_often_priorities_change():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1"))
    for priority in (HIGH, LOW) * 5 * FEW:
        set_priority(plane, "t1", priority)

    assert max(map(len, plane.observatory._changed_priorities._changes.values())) <= FEW + 2
    assert plane.observatory.waiting_since([LOW]) == 1000.0
