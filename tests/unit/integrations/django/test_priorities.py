"""Django's priorities and FastWorker's."""

import pytest

from fastworker.domain.priority import TaskPriority
from fastworker.integrations.django.priorities import TYPICAL, number_of, priority_of


@pytest.mark.parametrize(
    ("number", "priority"),
    [
        (-100, TaskPriority.LOW),
        (-1, TaskPriority.LOW),
        (0, TaskPriority.NORMAL),
        (1, TaskPriority.HIGH),
        (50, TaskPriority.HIGH),
        (51, TaskPriority.CRITICAL),
        (100, TaskPriority.CRITICAL),
    ],
)
def test_each_of_djangos_priorities_is_one_of_four(number: int, priority: TaskPriority) -> None:
    assert priority_of(number) is priority


@pytest.mark.parametrize("priority", TaskPriority)
def test_the_number_that_stands_for_a_priority_means_it(priority: TaskPriority) -> None:
    assert priority_of(TYPICAL[priority]) is priority


def test_a_task_that_was_looked_up_has_its_declared_number_unless_it_was_enqueued_with_another() -> None:
    assert number_of(TaskPriority.HIGH, 7) == 7
    assert number_of(TaskPriority.LOW, 7) == -100
