"""What is to happen to tasks at some later moment, soonest first. A timer that no longer holds is dropped when met."""

from enum import Enum
from heapq import heapify, heappop, heappush
from typing import assert_never

from .lifecycle import WAITING, TaskStatus
from .task import Task


class TimerKind(Enum):
    """What a timer is for."""

    DUE = "a scheduled task begins to wait for a worker"
    EXPIRY = "a task that has not started may not start any more"
    OVERTIME = "an attempt should have been ended by its worker"


type Timer = tuple[float, int, TimerKind, Task, int]
"""When (monotonic seconds), a number that makes it unique, what for, which task, and under which lease."""


class Timers:
    """A heap of timers: setting and taking one costs O(log n)."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._set = 0
        self._compact_at = 1_024

    def set(self, at: float, kind: TimerKind, task: Task) -> None:
        """Have something happen to a task at a moment, if it is still to happen then."""
        if len(self._heap) >= self._compact_at:  # cancelled tasks leave timers behind, perhaps for years
            self._heap = [timer for timer in self._heap if _holds(timer)]
            heapify(self._heap)
            self._compact_at = max(1_024, 2 * len(self._heap))
        self._set += 1
        heappush(self._heap, (at, self._set, kind, task, task.lease.token if task.lease else 0))

    def first(self) -> Timer | None:
        """Return the next timer; None when nothing is to happen."""
        heap = self._heap
        while heap:
            if _holds(heap[0]):
                return heap[0]
            heappop(heap)
        return None

    def holding(self) -> list[tuple[float, str, str]]:
        """Return what is to happen, in order, as (moment, kind, task id)."""
        held = {(at, kind.name, task.task_id) for at, _, kind, task, _ in filter(_holds, self._heap)}
        return sorted(held)


def _holds(timer: Timer) -> bool:
    at, _, kind, task, token = timer
    match kind:
        case TimerKind.DUE:
            return task.status is TaskStatus.SCHEDULED and task.due_at == at
        case TimerKind.EXPIRY:
            return task.status in WAITING and task.expires_at == at
        case TimerKind.OVERTIME:
            return task.status is TaskStatus.RUNNING and task.lease is not None and task.lease.token == token
        case _:
            assert_never(kind)
