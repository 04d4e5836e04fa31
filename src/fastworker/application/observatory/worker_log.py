"""When workers came and went, and of those that are here what failed on them and what was said there."""

from collections import deque
from dataclasses import dataclass, field

from fastworker.domain.code_variants import Digests
from fastworker.domain.events import WorkerJoined, WorkerLeft
from fastworker.domain.journal import LogLine

from .freshness import Refresh, always_fresh

MOST_KEPT = 200
MOST_LINES = 50
"""Log lines kept of each live worker, of whichever tasks."""

MOST_CODES = 10_000
"""Task functions whose latest code is remembered, to see when a worker brings another."""


@dataclass(frozen=True, slots=True)
class WorkerMove:
    """A worker came, or went for a reason, maybe against its will; numbers grow by one.

    One that came has new code if it brought a task function of another digest than the worker before it.
    """

    number: int
    worker_id: str
    is_coming: bool
    at: float
    reason: str = ""
    is_loss: bool = False
    has_new_code: bool = False


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A log line of a task, while it ran on some worker."""

    task_id: str
    name: str
    attempt: int
    at: float
    line: LogLine


@dataclass(slots=True)
class WorkerTally:
    """A live worker: its attempts that failed, and the latest log lines, the oldest first."""

    failed: int = 0
    lines: deque[SaidLine] = field(default_factory=lambda: deque(maxlen=MOST_LINES))


class WorkerLog:
    """The live workers, and the latest moves of all."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._live: dict[str, WorkerTally] = {}
        self._moves: deque[WorkerMove] = deque(maxlen=MOST_KEPT)
        self._number = 0
        self._codes: dict[str, str] = {}  # the latest digest of each task function

    def of(self, worker_id: str) -> WorkerTally | None:
        """Return the tally of a live worker; None when no worker of that id is live."""
        self._refresh()
        return self._live.get(worker_id)

    def moves(self, worker_id: str | None = None) -> list[WorkerMove]:
        """Return the latest moves, of one worker or of all, the newest first."""
        self._refresh()
        return [move for move in reversed(self._moves) if worker_id in (None, move.worker_id)]

    @property
    def last_number(self) -> int:
        """The number of the latest move; 0 before the first."""
        self._refresh()
        return self._number

    def join(self, event: WorkerJoined) -> None:
        """Note that a worker came."""
        self._live[event.card.worker_id] = WorkerTally()
        has_new_code = self._learn(event.card.digests)
        self._note(event.card.worker_id, event.at, is_coming=True, has_new_code=has_new_code)

    def leave(self, event: WorkerLeft) -> None:
        """Note that a worker went."""
        del self._live[event.worker_id]
        self._note(event.worker_id, event.at, is_coming=False, reason=event.reason, is_loss=event.is_loss)

    def fail(self, worker_id: str) -> None:
        """Count an attempt that failed; its worker may be gone, and what it ran reported late."""
        tally = self._live.get(worker_id)
        if tally is not None:
            tally.failed += 1

    def say(self, worker_id: str, line: SaidLine) -> None:
        """Keep a log line of a task that runs on a worker, if it is still here."""
        tally = self._live.get(worker_id)
        if tally is not None:
            tally.lines.append(line)

    def _learn(self, digests: Digests) -> bool:
        """Note of what code task functions are now; True if that of one was another before."""
        is_new = False
        for name, digest in digests:
            if name in self._codes or len(self._codes) < MOST_CODES:
                is_new = is_new or self._codes.get(name, digest) != digest
                self._codes[name] = digest
        return is_new

    def _note(
        self,
        worker_id: str,
        at: float,
        *,
        is_coming: bool,
        reason: str = "",
        is_loss: bool = False,
        has_new_code: bool = False,
    ) -> None:
        self._number += 1
        self._moves.append(WorkerMove(self._number, worker_id, is_coming, at, reason, is_loss, has_new_code))
