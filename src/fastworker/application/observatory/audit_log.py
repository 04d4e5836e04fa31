"""Who did what."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from math import inf

from fastworker.domain.action import Action
from fastworker.domain.events import ActionTaken

MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action; the numbers grow by one."""

    number: int
    at: float
    action: Action


class AuditLog:
    """The latest actions, done or refused."""

    def __init__(self) -> None:
        self._entries: deque[AuditEntry] = deque(maxlen=MOST_KEPT)
        self.last = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, event: ActionTaken) -> None:
        """Keep an action."""
        self.last += 1
        self._entries.append(AuditEntry(self.last, event.at, event.action))

    def newest_first(self, *, before: float = inf, limit: int = 50) -> list[AuditEntry]:
        """Return up to `limit` entries with lower numbers than `before`."""
        return list(islice((entry for entry in reversed(self._entries) if entry.number < before), limit))
