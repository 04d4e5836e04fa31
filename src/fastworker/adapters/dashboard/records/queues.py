"""The four priorities as queues."""

from collections.abc import Sequence
from hashlib import blake2b

from fastworker.application.observatory.history import Sample, Step
from fastworker.application.observatory.observatory import Observatory
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause as DomainPause
from fastworker.domain.priority import RANKS, TaskPriority

from ..models.queue import Pause, Queue
from ..moments import Moments

SHOWN_SECONDS = 300.0


def queue_records(observatory: Observatory, ledger: Ledger, moments: Moments, *, now: float) -> list[Queue]:
    """Return the queues, the most urgent first."""
    minute = observatory.history.last_minute()
    lately = observatory.history.samples(Step.TEN_SECONDS, since=now - SHOWN_SECONDS)
    return [_queue(priority, observatory, ledger, moments, minute, lately) for priority in TaskPriority]


def _queue(
    priority: TaskPriority,
    observatory: Observatory,
    ledger: Ledger,
    moments: Moments,
    minute: Sample,
    lately: Sequence[Sample],
) -> Queue:
    rank = RANKS[priority]
    counts = observatory.index.counts_of(priority)
    pause = ledger.pauses.priorities.get(priority)
    arriving, leaving = per_second(minute.submitted[rank], minute), per_second(minute.leased[rank], minute)
    depth = counts.get(TaskStatus.QUEUED, 0)
    return Queue(
        priority=priority,
        depth=depth,
        running=counts.get(TaskStatus.RUNNING, 0),
        scheduled=counts.get(TaskStatus.SCHEDULED, 0),
        oldest_queued_at=moments.of(observatory.waiting_since([priority])),
        in_per_second=arriving,
        out_per_second=leaving,
        drained_in_seconds=depth / (leaving - arriving) if leaving > arriving else None,
        depth_history=[sample.depths[rank] for sample in lately],
        pause=pause_record(pause, moments),
        version=pause_version(pause),
    )


def per_second(number: int, sample: Sample) -> float:
    """Return a rate, rounded to what a person reads."""
    return round(number / sample.seconds, 3) if sample.seconds else 0.0


def pause_record(pause: DomainPause | None, moments: Moments) -> Pause | None:
    """Return who holds back tasks, if anybody does."""
    if pause is None:
        return None
    return Pause(paused_at=moments.of(pause.at), paused_by=pause.by, reason=pause.reason, until=moments.of(pause.until))


def pause_version(pause: DomainPause | None) -> str:
    """Return what differs when somebody has paused, paused anew or resumed meanwhile."""
    return blake2b(repr(pause).encode(), digest_size=6).hexdigest()
