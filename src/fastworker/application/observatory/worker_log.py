"""When workers came and went, and what failed on those that are here."""

from collections import deque
from dataclasses import dataclass

from fastworker.domain.events import WorkerJoined, WorkerLeft

from .freshness import Refresh, always_fresh

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class WorkerMove:
    """A worker came, or went for a reason, maybe against its will; numbers grow by one."""

    number: int
    worker_id: str
    is_coming: bool
    at: float
    reason: str = ""
    is_loss: bool = False


@dataclass(slots=True)
class WorkerTally:
    """A live worker: its attempts that failed."""

    failed: int = 0


class WorkerLog:
    """The live workers, and the latest moves of all."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._live: dict[str, WorkerTally] = {}
        self._moves: deque[WorkerMove] = deque(maxlen=MOST_KEPT)
        self._number = 0

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
        self._note(event.card.worker_id, True, event.at)

    def leave(self, event: WorkerLeft) -> None:
        """Note that a worker went."""
        del self._live[event.worker_id]
        self._note(event.worker_id, False, event.at, event.reason, event.is_loss)

    def fail(self, worker_id: str) -> None:
        """Count an attempt that failed; its worker may be gone, and what it ran reported late."""
        tally = self._live.get(worker_id)
        if tally is not None:
            tally.failed += 1

    def _note(self, worker_id: str, is_coming: bool, at: float, reason: str = "", is_loss: bool = False) -> None:
        self._number += 1
        self._moves.append(WorkerMove(self._number, worker_id, is_coming, at, reason, is_loss))
