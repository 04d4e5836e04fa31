"""Idempotency keys: the same request sent twice submits once.

The key chooses the task's id, so that the second submission is the first one again. Keys are kept for a day, and the
oldest go when there are too many.
"""

from collections import OrderedDict
from hashlib import sha256

from fastworker.application.identifiers import NewId
from fastworker.application.ports.clock import Clock

from .problem_kinds import CONFLICT
from .problems import ApiProblem, invalid_parameter

KEPT_SECONDS = 86_400.0
MOST_KEYS = 10_000
LONGEST_KEY = 200
HEADER = "Idempotency-Key"


class IdempotencyKeys:
    """Task ids by actor and key."""

    def __init__(self, clock: Clock, new_id: NewId) -> None:
        self._clock = clock
        self._new_id = new_id
        self._kept: OrderedDict[tuple[str, str], tuple[float, bytes, str]] = OrderedDict()

    def task_id(self, actor: str, key: str | None, body: str) -> str:
        """Return the id under which a body is submitted: a new one, or the one that the key has.

        Raises:
            ApiProblem: the key is too long, or was used with another body.
        """
        if key is None:
            return self._new_id()
        if not 1 <= len(key) <= LONGEST_KEY:
            raise invalid_parameter(HEADER, f"expected 1 to {LONGEST_KEY} characters")
        self._let_go()
        digest = sha256(body.encode()).digest()
        at, known_digest, task_id = self._kept.setdefault((actor, key), (self._clock.now(), digest, ""))
        if known_digest != digest:
            raise ApiProblem(CONFLICT, f"{HEADER} {key!r} was used with another body")
        if not task_id:
            task_id = self._new_id()
            self._kept[actor, key] = (at, digest, task_id)
        return task_id

    def _let_go(self) -> None:
        now = self._clock.now()
        while self._kept:
            at, _, _ = next(iter(self._kept.values()))
            if now - at < KEPT_SECONDS and len(self._kept) < MOST_KEYS:
                return
            self._kept.popitem(last=False)
