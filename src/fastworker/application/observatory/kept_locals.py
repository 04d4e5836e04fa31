"""The local variables of failures that are kept for people: those of the latest failures, whatever task they are of.

A failure that told of none costs nothing here. Tasks are told apart by their number: an id may be used again.
"""

from collections import OrderedDict
from collections.abc import Iterable

from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.task import Task

MOST_FAILURES = 1_000
"""With at most 8,192 characters each (see failure_locals): 8 MB as a rule, four times that of the widest characters."""


class KeptLocals:
    """What was told of failed attempts; of the task that failed first, the first attempt goes first."""

    def __init__(self, *, most: int = MOST_FAILURES) -> None:
        self._most = most
        self._by_task: OrderedDict[int, dict[int, FailureLocals]] = OrderedDict()  # none is empty
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, task: Task, attempt: int, told: FailureLocals) -> None:
        """Keep what an attempt told of; said again, the latter holds."""
        attempts = self._by_task.setdefault(task.number, {})
        self._count += attempt not in attempts
        attempts[attempt] = told
        if self._count > self._most:
            self._drop_one()

    def of(self, task: Task, attempt: int) -> FailureLocals | None:
        """Return what an attempt told of, if it did and that is kept."""
        return self._by_task.get(task.number, {}).get(attempt)

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of what tasks told of that are not remembered any more."""
        if self._by_task:
            for task in tasks:
                self._count -= len(self._by_task.pop(task.number, ()))

    def _drop_one(self) -> None:
        number, attempts = next(iter(self._by_task.items()))
        del attempts[next(iter(attempts))]
        self._count -= 1
        if not attempts:
            del self._by_task[number]
