"""Idempotency keys: the same request sent twice submits once.

The key chooses the task's id, and remembers that the task was accepted: also when the task itself is long forgotten,
nothing runs again. Keys are kept for a day, and the oldest go when there are too many.

Nothing here imports the web framework: keys outlive a dashboard that fails.
"""

from collections import OrderedDict
from dataclasses import dataclass

from fastworker.application.identifiers import NewId
from fastworker.application.ports.clock import Clock
from fastworker.domain.errors import IdConflict

KEPT_SECONDS = 86_400.0
MOST_KEYS = 10_000
LONGEST_KEY = 200
HEADER = "Idempotency-Key"


@dataclass(slots=True)
class Claim:
    """The id under which a body is submitted, and whether it was accepted under it already."""

    task_id: str
    at: float
    digest: bytes = b""
    is_accepted: bool = False


class IdempotencyKeys:
    """Claims by actor and key."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self._clock = clock
        self._new_id = new_id
        self._kept: OrderedDict[tuple[str, str], Claim] = OrderedDict()

    def claim(self, actor: str, key: str, digest: bytes) -> Claim:
        """Return what a key stands for: something new, or what it stood for before. The digest is of the body.

        Raises:
            IdConflict: the key was used with another body.
        """
        self._let_go()
        known = self._kept.get((actor, key))
        if known is None:
            known = self._kept[actor, key] = Claim(self._new_id(), self._clock.now(), digest)
        elif known.digest != digest:
            raise IdConflict(f"{HEADER} {key!r} was used with another body")
        return known

    def _let_go(self) -> None:
        now = self._clock.now()
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if now - oldest.at < KEPT_SECONDS and len(self._kept) < MOST_KEYS:
                return
            self._kept.popitem(last=False)
