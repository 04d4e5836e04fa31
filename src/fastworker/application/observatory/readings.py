"""The present values of everything that is counted; one look at them is the same for whoever wants to show them."""

from collections.abc import Callable, Sequence

from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import Worker

from ..transport_ends import TransportEnd
from . import instruments as these
from .history import ENDS, History
from .instruments import Instrument, Measured, Reading
from .observatory import Observatory
from .worker_series import MOST_WORKERS


def readings(ledger: Ledger, observatory: Observatory, ends: Sequence[TransportEnd], *, now: float) -> list[Reading]:
    """Return the counters and gauges of `INSTRUMENTS`, in their order."""
    depths, workers = ledger.queue.depths(), list(ledger.workers)
    counts = observatory.index.counts()  # first: it takes in what the history has not counted yet
    submitted, retried = _since_start(observatory.history)
    paused = len(ledger.pauses.priorities) + len(ledger.pauses.functions)
    return [
        Reading(these.SUBMITTED, [_of(priority, submitted[rank]) for rank, priority in enumerate(TaskPriority)]),
        Reading(these.FINISHED, [({"status": each.value}, ledger.finished[each]) for each in ENDS]),
        _plain(these.RETRIED, retried),
        Reading(these.QUEUED, [_of(priority, depths.get(priority, 0)) for priority in TaskPriority]),
        _plain(these.SCHEDULED, ledger.scheduled),
        _plain(these.RUNNING, ledger.running),
        _plain(these.OLDEST, _oldest_seconds(observatory, now)),
        Reading(these.REMEMBERED, [({"status": each.value}, counts.get(each, 0)) for each in TaskStatus]),
        _plain(these.KEPT, len(ledger.results)),
        _plain(these.WORKERS, len(workers)),
        _plain(these.SLOTS, ledger.workers.usable_slots()),
        _plain(these.STUCK, sum(each.occupied for each in workers)),
        _plain(these.SUPERSEDED, ledger.superseded),
        _plain(these.PAUSES, paused),
        *_of_workers(workers[:MOST_WORKERS]),
        *_of_ends(ends),
    ]


def _of_workers(workers: Sequence[Worker]) -> list[Reading]:
    """Return what single workers tell, and how busy they are: of as many as are charted, the first that joined."""
    return [
        _vital(these.WORKER_PROCESSOR, workers, lambda vitals: vitals.processor_share),
        _vital(these.WORKER_MEMORY, workers, lambda vitals: vitals.resident_bytes),
        _vital(these.WORKER_LAG, workers, lambda vitals: vitals.lag_seconds),
        _vital(these.WORKER_ROUND_TRIP, workers, lambda vitals: vitals.round_trip_seconds),
        Reading(these.WORKER_BUSY, [(_called(each), len(each.leased) + each.occupied) for each in workers]),
    ]


def _of_ends(ends: Sequence[TransportEnd]) -> list[Reading]:
    """Return what the ends of the transport tell; there are four of them, whoever is connected."""
    traffic = [(each.role.value, each.traffic) for each in ends]
    messages = [(end, of.received, of.sent) for end, of in traffic]
    sizes = [(end, of.received_bytes, of.sent_bytes) for end, of in traffic]
    return [
        Reading(these.CONNECTIONS, [({"end": each.role.value}, each.connections) for each in ends]),
        _both_ways(these.MESSAGES, messages),
        _both_ways(these.TRAFFIC, sizes),
        Reading(these.BAD_FRAMES, [({"end": each.role.value}, each.bad_frames) for each in ends]),
    ]


def _both_ways(instrument: Instrument, found: Sequence[tuple[str, int, int]]) -> Reading:
    """Return what came and what went, by end."""
    ways = [
        ({"end": end, "direction": way}, value)
        for end, received, sent in found
        for way, value in (("received", received), ("sent", sent))
    ]
    return Reading(instrument, ways)


def _vital(instrument: Instrument, workers: Sequence[Worker], part: Callable[[Vitals], float | None]) -> Reading:
    told = [(each, part(each.vitals)) for each in workers if each.vitals is not None]
    return Reading(instrument, [(_called(each), value) for each, value in told if value is not None])


def _called(worker: Worker) -> dict[str, str]:
    return {"worker": worker.card.worker_id}


def _plain(instrument: Instrument, value: float) -> Reading:
    return Reading(instrument, [({}, value)])


def _of(priority: TaskPriority, value: float) -> Measured:
    return {"priority": priority.value}, value


def _since_start(history: History) -> tuple[list[int], int]:
    """Return the submissions by rank and the attempts tried again, also in the second that is not over."""
    totals, second = history.totals, history.second
    submitted = [sum(pair) for pair in zip(totals.submitted, second.submitted, strict=True)]
    return submitted, totals.retried + second.retried


def _oldest_seconds(observatory: Observatory, now: float) -> float:
    since = observatory.waiting_since()
    return 0.0 if since is None else now - since
