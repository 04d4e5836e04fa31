"""How many attempts of a function end: each that was leased, however it ended."""

import pytest

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.terms import Backoff, Terms

from ....builders import a_failure, a_submission, an_outcome
from .observed import ObservedCoordinator


def ended(plane: ObservedCoordinator) -> int:
    """Return how many attempts of `echo` have ended in the last minute."""
    plane.tick_history(1)
    rate = plane.observatory.functions.of("echo", plane.now).ended.per_second(now=plane.now)
    seconds = plane.now // 5 * 5 + 2.5 - 1000  # from the start to the middle of the present step
    return round(rate * seconds)


@pytest.mark.parametrize(
    "status",
    [TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.LOST, TaskStatus.CANCELLED],
    ids=lambda each: each.value,
)
def test_an_attempt_counts_however_it_ended(status: TaskStatus):
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    if status is TaskStatus.LOST:
        plane.leave()
    else:
        plane.report(task, an_outcome(status))

    assert ended(plane) == 1


def test_a_task_that_was_cancelled_before_its_first_attempt_counts_nothing():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")

    assert ended(plane) == 0


def test_a_task_that_was_cancelled_before_its_next_attempt_counts_those_that_it_had():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(60.0))))
    (task,) = plane.poll()
    plane.report(task, a_failure())
    plane.cancel("t1")

    assert ended(plane) == 1


def test_of_a_task_that_is_tried_again_each_attempt_counts_also_one_that_was_cancelled():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(1.0))))
    (task,) = plane.poll()
    plane.report(task, a_failure())
    plane.fire_after(5.0)
    (task,) = plane.poll()
    plane.report(task, an_outcome(TaskStatus.CANCELLED))

    assert ended(plane) == 2
