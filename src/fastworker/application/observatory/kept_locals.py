"""The locals of failures that are kept for people: those of the latest failures, whatever task they are of.

A failure that told none costs nothing here. Tasks are told apart by their number: an id may be used again.
"""

from collections import OrderedDict
from collections.abc import Iterable

from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.task import Task

MOST_FAILURES = 1_000
"""With at most 8,192 characters each (see failure_locals): 8 MB as a rule, four times that of the widest characters."""


class KeptLocals:
    """What failed attempts told; what was told first goes first, whichever attempt and task it is of."""

    def __init__(self, *, most: int = MOST_FAILURES) -> None:
        self._most = most
        self._by_attempt: OrderedDict[tuple[int, int], FailureLocals] = OrderedDict()  # in the order of coming
        self._attempts: dict[int, set[int]] = {}  # by task; none is empty

    def __len__(self) -> int:
        return len(self._by_attempt)

    def add(self, task: Task, attempt: int, found: FailureLocals) -> None:
        """Keep what an attempt told; said again, the latter holds."""
        self._by_attempt[task.number, attempt] = found
        self._by_attempt.move_to_end((task.number, attempt))
        self._attempts.setdefault(task.number, set()).add(attempt)
        if len(self) > self._most:
            self._drop_one()

    def of(self, task: Task, attempt: int) -> FailureLocals | None:
        """Return what an attempt told, if it did and that is kept."""
        return self._by_attempt.get((task.number, attempt))

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of what tasks told that are not remembered any more."""
        if self._attempts:
            for task in tasks:
                for attempt in self._attempts.pop(task.number, ()):
                    del self._by_attempt[task.number, attempt]

    def _drop_one(self) -> None:
        (number, attempt), _ = self._by_attempt.popitem(last=False)
        attempts = self._attempts[number]
        attempts.remove(attempt)
        if not attempts:
            del self._attempts[number]
