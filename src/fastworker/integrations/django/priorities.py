"""Django's 201 priorities as the four of FastWorker, and back.

Tasks of one of the four are served in the order of their arrival, whichever of Django's numbers they had.
"""

from fastworker.domain.priority import TaskPriority

LEAST_CRITICAL = 51
TYPICAL = {TaskPriority.CRITICAL: 100, TaskPriority.HIGH: 50, TaskPriority.NORMAL: 0, TaskPriority.LOW: -100}


def priority_of(number: int) -> TaskPriority:
    """Return `low` for -100 to -1, `normal` for 0, `high` for 1 to 50, `critical` for 51 to 100."""
    if number < 0:
        return TaskPriority.LOW
    if number == 0:
        return TaskPriority.NORMAL
    return TaskPriority.HIGH if number < LEAST_CRITICAL else TaskPriority.CRITICAL


def number_of(priority: TaskPriority, declared: int) -> int:
    """Return the declared number if it means this priority, else the number that stands for it."""
    return declared if priority_of(declared) is priority else TYPICAL[priority]
