"""Waiting tasks that were given another priority: they have waited longer than their place in the queue tells."""

from heapq import heapify, heappop, heappush

from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

FEW = 64

type Move = tuple[float, int, str]
"""Since when a task waits, the arrival that it got with its new priority, and its id: ended tasks are not held."""


class MovedTasks:
    """Of each priority those that came to it by a change, who waits longest first; the others are let go in time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._moves: dict[TaskPriority, list[Move]] = {priority: [] for priority in TaskPriority}
        self._many = dict.fromkeys(TaskPriority, FEW)

    def add(self, task: Task) -> None:
        """Note that a waiting task has another priority now."""
        priority = task.submission.priority
        moves = self._moves[priority]
        heappush(moves, (task.queued_at, task.arrival, task.task_id))
        if len(moves) > self._many[priority]:
            moves[:] = filter(self._waits, moves)
            heapify(moves)
            self._many[priority] = FEW + 2 * len(moves)

    def waiting_since(self, priority: TaskPriority) -> float | None:
        """Return since when the first of them waits; None when none does."""
        moves = self._moves[priority]
        while moves and not self._waits(moves[0]):
            heappop(moves)
        return moves[0][0] if moves else None

    def _waits(self, move: Move) -> bool:
        _, arrival, task_id = move
        task = self._ledger.tasks.get(task_id)
        return task is not None and task.status is TaskStatus.QUEUED and task.arrival == arrival
