"""Waiting tasks that were given another priority: they have waited longer than their place in the queue tells."""

from heapq import heapify, heappop, heappush

from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

FEW = 64

type Change = tuple[float, int, str]
"""Since when a task waits, the arrival that it got with its new priority, and its id: ended tasks are not held."""


class ChangedPriorities:
    """Of each priority those that came to it by a change, who waits longest first; the others are let go in time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._changes: dict[TaskPriority, list[Change]] = {priority: [] for priority in TaskPriority}
        self._many = dict.fromkeys(TaskPriority, FEW)

    def add(self, task: Task) -> None:
        """Note that a waiting task has another priority now."""
        priority = task.submission.priority
        changes = self._changes[priority]
        heappush(changes, (task.queued_at, task.arrival, task.task_id))
        if len(changes) > self._many[priority]:
            changes[:] = filter(self._waits, changes)
            heapify(changes)
            self._many[priority] = FEW + 2 * len(changes)

    def waiting_since(self, priority: TaskPriority) -> float | None:
        """Return since when the first of them waits; None when none does."""
        changes = self._changes[priority]
        while changes and not self._waits(changes[0]):
            heappop(changes)
        return changes[0][0] if changes else None

    def _waits(self, change: Change) -> bool:
        _, arrival, task_id = change
        task = self._ledger.tasks.get(task_id)
        return task is not None and task.status is TaskStatus.QUEUED and task.arrival == arrival
