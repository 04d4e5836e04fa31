"""The four priorities as queues."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal

from fastworker.application.observatory.history import Sample, Step
from fastworker.application.observatory.observatory import Observatory
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause as DomainPause
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.queue_limit import QueueLimit

from ..models.queue import Pause, Queue, QueueLimits
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
    pause, limit = ledger.pauses.priorities.get(priority), ledger.queue_limits.limit_of(priority)
    depth = counts.get(TaskStatus.QUEUED, 0)
    return Queue(
        priority=priority,
        depth=depth,
        running=counts.get(TaskStatus.RUNNING, 0),
        scheduled=counts.get(TaskStatus.SCHEDULED, 0),
        oldest_queued_at=moments.of(observatory.waiting_since([priority])),
        in_per_second=per_second(minute.submitted[rank], minute),
        out_per_second=per_second(minute.leased[rank], minute),
        drained_in_seconds=_drained_in(depth, priority, observatory, ledger, minute),
        depth_history=[sample.depths[rank] for sample in lately],
        pause=pause_record(pause, moments),
        limits=_limits_record(limit, moments),
        limited_by=_limited_by(priority, ledger),
        version=pause_version(pause),
        limits_version=limits_version(limit),
    )


def _drained_in(
    depth: int, priority: TaskPriority, observatory: Observatory, ledger: Ledger, minute: Sample
) -> float | None:
    """Return in how many seconds a queue is empty if it goes on as in the last minute; None if it is not to."""
    rank, since = RANKS[priority], observatory.allowed_since.get(priority)
    is_other_by_now = since is not None and since > minute.at - minute.seconds
    if is_other_by_now or priority in ledger.pauses.priorities:
        return None
    arriving, leaving = per_second(minute.submitted[rank], minute), per_second(minute.leased[rank], minute)
    return depth / (leaving - arriving) if leaving > arriving else None


def _limits_record(limit: QueueLimit | None, moments: Moments) -> QueueLimits | None:
    if limit is None:
        return None
    return QueueLimits(at_once=limit.at_once, per_second=limit.per_second, set_at=moments.of(limit.at), set_by=limit.by)


def _limited_by(priority: TaskPriority, ledger: Ledger) -> Literal["at_once", "per_second"] | None:
    """Return which limit holds back a task that nothing else does: no pause, and no end of the control plane."""
    allowance = ledger.queue_limits.get(priority)
    if allowance is None or allowance.is_open or ledger.is_draining or priority in ledger.pauses.priorities:
        return None
    if not ledger.queue.front(priority, most=1, held=ledger.pauses.functions):  # O(names): no line begins with a gap
        return None
    return "at_once" if allowance.is_full else "per_second"


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
    return _version(pause)


def limits_version(limit: QueueLimit | None) -> str:
    """Return what differs when somebody has set other limits meanwhile."""
    return _version(limit)


def _version(what: DomainPause | QueueLimit | None) -> str:
    return blake2b(repr(what).encode(), digest_size=6).hexdigest()
