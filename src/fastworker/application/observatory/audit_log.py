"""Who did what, and what was refused to whom."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from math import inf

from fastworker.domain.action import Action
from fastworker.domain.events import ActionTaken

MOST_KEPT = 1_000
MOST_REFUSALS = 500
"""Refusals have a room of their own: who is refused can ask again at once, and pushes out nothing that was done."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action; the numbers grow by one."""

    number: int
    at: float
    action: Action


class AuditLog:
    """The latest actions that were done, and the latest that were refused, in one order."""

    def __init__(self) -> None:
        self._done: deque[AuditEntry] = deque(maxlen=MOST_KEPT)
        self._refused: deque[AuditEntry] = deque(maxlen=MOST_REFUSALS)
        self._by_target: defaultdict[str, deque[AuditEntry]] = defaultdict(deque)  # of what was done
        self.last = 0

    def __len__(self) -> int:
        return len(self._done) + len(self._refused)

    def add(self, event: ActionTaken) -> None:
        """Keep an action."""
        self.last += 1
        entry = AuditEntry(self.last, event.at, event.action)
        if event.action.refusal:
            self._refused.append(entry)
        else:
            self._keep(entry)

    def _keep(self, entry: AuditEntry) -> None:
        if len(self._done) == MOST_KEPT:
            oldest = self._done[0].action.target
            self._by_target[oldest].popleft()
            if not self._by_target[oldest]:
                del self._by_target[oldest]
        self._done.append(entry)
        self._by_target[entry.action.target].append(entry)

    def of(self, target: str) -> Sequence[AuditEntry]:
        """Return what was done to this target, of all that is kept, in order."""
        return self._by_target.get(target, ())

    def extent_of(self, target: str) -> tuple[int, int] | None:
        """Return the numbers of the first and the last of these: whenever one of them comes or goes, these change."""
        entries = self.of(target)
        return (entries[0].number, entries[-1].number) if entries else None

    def newest_first(self, *, before: float = inf, limit: int = 50) -> list[AuditEntry]:
        """Return up to `limit` entries with lower numbers than `before`."""
        both = merge(reversed(self._done), reversed(self._refused), key=lambda entry: -entry.number)
        return list(islice((entry for entry in both if entry.number < before), limit))
