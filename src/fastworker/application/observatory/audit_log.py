"""Who did what, and what was refused to whom."""

from collections import deque
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
        self.last = 0

    def __len__(self) -> int:
        return len(self._done) + len(self._refused)

    def add(self, event: ActionTaken) -> None:
        """Keep an action."""
        self.last += 1
        kept = self._refused if event.action.refusal else self._done
        kept.append(AuditEntry(self.last, event.at, event.action))

    def newest_first(self, *, before: float = inf, limit: int = 50) -> list[AuditEntry]:
        """Return up to `limit` entries with lower numbers than `before`."""
        both = merge(reversed(self._done), reversed(self._refused), key=lambda entry: -entry.number)
        return list(islice((entry for entry in both if entry.number < before), limit))
