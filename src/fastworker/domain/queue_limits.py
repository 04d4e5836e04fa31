"""Which priorities have limits, and what is left of them.

What counts is leases, from the moment at which one is granted to its end, whatever the end: a worker that was given a
task and has not begun it has taken its place. So all that counts happens where the ledger begins and ends leases; the
tasks of priorities without a limit are not counted at all.
"""

from collections.abc import Iterable
from typing import assert_never

from .events import LimitEvent, PriorityDue, PriorityLimited
from .priority import TaskPriority
from .queue_limit import BURST_SECONDS, QueueLimit
from .task import Task
from .task_queue import TaskQueue
from .worker_registry import Worker


class Allowance:
    """What the limit of one priority leaves: a number of leases, and a bucket of starts.

    The bucket holds the starts of `BURST_SECONDS`, and one at least. It is kept as the moment at which it is full
    again, which each start puts off by the time that one more takes to flow in.
    """

    __slots__ = ("full_at", "leased", "limit", "opens_at")

    def __init__(self, limit: QueueLimit, *, leased: int) -> None:
        self.limit = limit
        self.leased = leased
        self.full_at = limit.at
        self.opens_at: float | None = None
        """When the rate allows the next start; None: it does now."""

    @property
    def is_full(self) -> bool:
        """True when as many are leased as may be at once, or more, because the limit was lowered."""
        return self.limit.at_once is not None and self.leased >= self.limit.at_once

    @property
    def is_open(self) -> bool:
        """True when one more may start now."""
        return self.opens_at is None and not self.is_full

    def take(self, at: float) -> None:
        """Count a lease that is granted."""
        self.leased += 1
        if self.limit.per_second is None:
            return
        seconds_each = 1 / self.limit.per_second
        self.full_at = max(self.full_at, at) + seconds_each
        opens_at = self.full_at - max(0.0, BURST_SECONDS - seconds_each)
        self.opens_at = opens_at if opens_at > at else None

    def go_on_from(self, before: "Allowance") -> None:
        """Take over what is left of a rate that is the same as before; another one begins with a full bucket."""
        if self.limit.per_second == before.limit.per_second:
            self.full_at, self.opens_at = before.full_at, before.opens_at


class QueueLimits(dict[TaskPriority, Allowance]):
    """What is left of the limits, by priority, which the queue obeys; empty, hence false, while there are none."""

    def __init__(self, queue: TaskQueue) -> None:
        super().__init__()
        self._queue = queue

    def limit_of(self, priority: TaskPriority) -> QueueLimit | None:
        """Return the limit of a priority; None when it has none."""
        return self[priority].limit if priority in self else None

    def lease(self, task: Task, at: float) -> None:
        """Count a lease that is granted."""
        allowance = self.get(task.submission.priority)
        if allowance is not None:
            allowance.take(at)
            self._obey(task.submission.priority, allowance)

    def end(self, task: Task) -> None:
        """Count a lease no more; the priority of a task that is leased does not change."""
        allowance = self.get(task.submission.priority)
        if allowance is not None:
            allowance.leased -= 1
            self._obey(task.submission.priority, allowance)

    def first_due(self) -> tuple[float, TaskPriority] | None:
        """Return when a rate next allows a start that it does not allow now, and of which priority."""
        due = ((each.opens_at, priority) for priority, each in self.items() if each.opens_at is not None)
        return min(due, default=None)

    def apply(self, event: LimitEvent, workers: Iterable[Worker]) -> None:
        """Make the change that an event states."""
        match event:
            case PriorityLimited():
                self._limit(event.priority, event.limit, workers)
            case PriorityDue():
                allowance = self[event.priority]
                allowance.opens_at = None
                self._obey(event.priority, allowance)
            case _:
                assert_never(event)

    def _limit(self, priority: TaskPriority, limit: QueueLimit | None, workers: Iterable[Worker]) -> None:
        before = self.pop(priority, None)
        if limit is None:
            self._queue.open_priority(priority)
            return
        allowance = Allowance(limit, leased=_leased(priority, workers))
        if before is not None:
            allowance.go_on_from(before)
        self[priority] = allowance
        self._obey(priority, allowance)

    def _obey(self, priority: TaskPriority, allowance: Allowance) -> None:
        if allowance.is_open:
            self._queue.open_priority(priority)
        else:
            self._queue.close_priority(priority)


def _leased(priority: TaskPriority, workers: Iterable[Worker]) -> int:
    """Return how many tasks of a priority are leased, by looking at all that are: once, when a limit is set."""
    return sum(task.submission.priority is priority for worker in workers for task in worker.leased.values())
