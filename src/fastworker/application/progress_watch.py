"""Notices that tasks wait although workers have room for them, which no rule explains, and says so."""

from fastworker.domain.ledger import Ledger
from fastworker.domain.worker_registry import Worker

from .log import log


class ProgressWatch:
    """Looked at once per tick; says so once per stall, and when it is over."""

    def __init__(self, ledger: Ledger, *, stall_seconds: float) -> None:
        self._ledger = ledger
        self._stall_seconds = stall_seconds
        self._since: float | None = None
        self._leased_at = 0.0
        self._has_said = False

    def look(self, *, now: float) -> None:
        """Say what is wrong if nothing was leased for too long, although something could have been."""
        ledger = self._ledger
        free = [] if ledger.is_draining else self._workers_that_could_take_one()
        if not free or ledger.leased_at != self._leased_at:
            if self._has_said:
                log.warning("progress_again", waiting=len(ledger.queue))
            self._since, self._leased_at, self._has_said = now if free else None, ledger.leased_at, False
        elif self._since is None:
            self._since = now
        elif now - self._since >= self._stall_seconds and not self._has_said:
            self._has_said = True
            log.warning(
                "no_progress",
                seconds=round(now - self._since, 1),
                waiting=len(ledger.queue),
                free_slots=sum(worker.room for worker in free),
                workers=[worker.card.worker_id for worker in free][:10],
                hint="they beat and have room, but do not ask for work; `fastworker inspect` shows what they do",
            )

    def _workers_that_could_take_one(self) -> list[Worker]:
        workers = self._ledger.workers
        return [
            workers[worker_id]
            for group in workers.groups.values()
            if group.view.first() is not None
            for worker_id in group.members
            if workers[worker_id].room > 0 and not workers[worker_id].is_draining
        ]
