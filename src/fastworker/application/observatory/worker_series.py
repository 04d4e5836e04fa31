"""How the process of each worker did in the last hour: one point per 10 seconds, of a bounded number of workers."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan

from fastworker.domain.events import JOINED_AGAIN, WorkerLeft
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import Worker, WorkerRegistry

STEP_SECONDS = 10
POINTS = 360
MOST_WORKERS = 256
"""An hour of one worker takes 20 kB: 5.2 MB in all. Who joins beyond that has no series until another is gone."""

COLUMNS = ("processor_share", "memory_bytes", "loop_lag_seconds", "round_trip_seconds", "busy_slots", "slots")
"""Of the beats of a step the mean, the last, the worst, the worst; the most slots seen busy, and all at its end."""

_LEAST_SECONDS = STEP_SECONDS - 0.5  # a tick may come a little early or late


@dataclass(frozen=True, slots=True)
class Points:
    """The ends of the steps, oldest first, and one value for each by column; None where nothing was told."""

    at: list[float]
    columns: dict[str, list[float | None]]


class WorkerSeries:
    """The series of live workers; the first that joined, when there are too many."""

    def __init__(self, workers: WorkerRegistry) -> None:
        self._workers = workers
        self._rings: dict[str, _Ring] = {}

    def tick(self, *, now: float) -> None:
        """Look at each worker; called once per second, or later."""
        for worker in self._workers:
            ring = self._ring(worker.card.worker_id, now)
            if ring is not None:
                ring.look(worker, now)

    def leave(self, event: WorkerLeft) -> None:
        """Forget a worker that is gone; one that joins again at once goes on where it was."""
        if event.reason != JOINED_AGAIN:
            self._rings.pop(event.worker_id, None)

    def of(self, worker_id: str) -> Points | None:
        """Return the series of a worker; None when there is none (yet)."""
        ring = self._rings.get(worker_id)
        return None if ring is None else ring.points()

    def _ring(self, worker_id: str, now: float) -> "_Ring | None":
        ring = self._rings.get(worker_id)
        if ring is None and len(self._rings) < MOST_WORKERS:
            ring = self._rings[worker_id] = _Ring(now)
        return ring


class _Ring:
    """The points of one worker, in columns, and the beats and the busiest moment of the step that is not over."""

    def __init__(self, began: float) -> None:
        self._at = array("d")
        self._columns = {name: array("d") for name in COLUMNS}
        self._began = began
        self._last: Vitals | None = None
        self._beats: list[Vitals] = []
        self._busy = 0

    def look(self, worker: Worker, now: float) -> None:
        self._busy = max(self._busy, len(worker.leased) + worker.occupied)
        if worker.vitals is not None and worker.vitals is not self._last:
            self._last = worker.vitals
            self._beats.append(worker.vitals)
        if now - self._began >= _LEAST_SECONDS:
            self._end_step(worker.card.slots, now)

    def points(self) -> Points:
        columns = {name: [None if isnan(each) else each for each in column] for name, column in self._columns.items()}
        return Points(self._at.tolist(), columns)

    def _end_step(self, slots: int, now: float) -> None:
        if not self._beats and self._last is not None:  # it beats more seldom: what it said last still holds
            self._beats.append(self._last)
        self._at.append(now)
        for name, value in zip(COLUMNS, (*_summary(self._beats), self._busy, slots), strict=True):
            self._columns[name].append(value)
        for column in (self._at, *self._columns.values()):
            del column[:-POINTS]
        self._began, self._beats, self._busy = now, [], 0


def _summary(beats: Sequence[Vitals]) -> tuple[float, float, float, float]:
    return (
        _of((beat.processor_share for beat in beats), lambda known: sum(known) / len(known)),
        _of((beat.resident_bytes for beat in beats), lambda known: known[-1]),
        _of((beat.lag_seconds for beat in beats), max),
        _of((beat.round_trip_seconds for beat in beats), max),
    )


def _of(values: Iterable[float | None], choose: Callable[[Sequence[float]], float]) -> float:
    known = [value for value in values if value is not None]
    return choose(known) if known else nan
