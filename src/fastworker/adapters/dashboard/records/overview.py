"""The present state in numbers, and what a person should look at."""

from fastworker.application.observatory.history import Sample
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from ..models.overview import Attention, Depth, Overview
from ..parts import Parts
from .functions import percentiles
from .queues import per_second
from .tasks import task_counts

MANY_FAILURES = 0.5
LEFT_SECONDS = 300.0
SLOW_LOOP_SECONDS = 0.5
NEARLY_FULL = 0.9
MOST_ROWS = 50
"""So many workers, or task functions, are named for one kind of trouble."""


def overview_record(parts: Parts, *, now: float) -> Overview:
    """Return what the control plane does now."""
    ledger, observatory, moments = parts.ledger, parts.observatory, parts.moments
    minute = observatory.history.last_minute()
    failed, ended = failures(minute)
    depths = ledger.queue.depths()
    slots = sum(worker.card.slots for worker in ledger.workers)
    return Overview(
        epoch=parts.who.epoch,
        version=parts.who.version,
        started_at=moments.of(parts.started_at),
        counts=task_counts(observatory.index.counts()),
        finished_in_all={status.value: number for status, number in ledger.finished.items() if status.is_final},
        depths=[Depth(priority=priority, depth=depths.get(priority, 0)) for priority in TaskPriority],
        slots=slots,
        standby_slots=slots - ledger.workers.usable_slots(),
        busy_slots=sum(len(worker.leased) for worker in ledger.workers),
        stuck_slots=sum(worker.occupied for worker in ledger.workers),
        workers=len(ledger.workers),
        workers_lost=len(_lost(parts, now=now)),
        last_worker_move=observatory.workers.last_number,
        submitted_per_second=per_second(sum(minute.submitted), minute),
        finished_per_second=per_second(minute.finished, minute),
        failed_per_second=per_second(failed, minute),
        failure_ratio=failed / ended if ended else None,
        oldest_queued_at=moments.of(observatory.waiting_since()),
        wait_seconds=percentiles(minute.wait),
        run_seconds=percentiles(minute.run),
        loop_lag_seconds=minute.lag_seconds,
        memory_bytes=parts.meter.resident_bytes(),
        new_errors=observatory.errors.new(),
        is_draining=ledger.is_draining,
        attention=list(attention(parts, now=now)),
        as_of=moments.now(),
    )


def failures(sample: Sample) -> tuple[int, int]:
    """Return how many tasks failed, and of how many that came to an end by themselves."""
    failed = sample.ended_as(TaskStatus.FAILURE) + sample.ended_as(TaskStatus.LOST)
    return failed, failed + sample.ended_as(TaskStatus.SUCCESS)


def attention(parts: Parts, *, now: float) -> list[Attention]:
    """Return what a person should look at, the gravest first."""
    return [
        *_whole(parts),
        *_pauses(parts),
        *_stuck(parts)[:MOST_ROWS],
        *_lost(parts, now=now)[:MOST_ROWS],
        *_without_worker(parts),
        *_unseen(parts),
    ]


def _whole(parts: Parts) -> list[Attention]:
    ledger, observatory = parts.ledger, parts.observatory
    minute = observatory.history.last_minute()
    found = []
    if observatory.blind_since is not None:
        message = f"The dashboard shows what was: it failed to follow ({observatory.blind_because}). Tasks go on."
        found.append(Attention(kind="blind", message=message))
    if ledger.is_draining:
        found.append(Attention(kind="draining", message="The control plane stops: it takes no new tasks."))
    limit = parts.control_plane.coordinator.limits.max_queued
    if len(ledger.queue) >= NEARLY_FULL * limit:
        message = f"{len(ledger.queue):,} tasks wait; from {limit:,} on, submissions are refused (--max-queued)."
        found.append(Attention(kind="queue-full", message=message, count=len(ledger.queue)))
    failed, ended = failures(minute)
    if failed and failed >= MANY_FAILURES * ended:
        message = f"{failed} of the {ended} tasks of the last minute failed."
        found.append(Attention(kind="failing", message=message, count=failed))
    if minute.lag_seconds >= SLOW_LOOP_SECONDS:
        message = f"The control plane stood still for {minute.lag_seconds:.1f} s in the last minute."
        found.append(Attention(kind="loop-blocked", message=message))
    return found


def _pauses(parts: Parts) -> list[Attention]:
    pauses = parts.ledger.pauses
    paused = [*((each.value, pause) for each, pause in pauses.priorities.items()), *pauses.functions.items()]
    return [
        Attention(
            kind="paused", message=f"{name} is paused by {pause.by}: {pause.reason or 'no reason given'}", target=name
        )
        for name, pause in paused
    ]


def _stuck(parts: Parts) -> list[Attention]:
    return [
        Attention(
            kind="stuck",
            message=f"{worker.occupied} slots of {worker.card.worker_id} are stuck with work that was given up.",
            target=worker.card.worker_id,
            count=worker.occupied,
        )
        for worker in parts.ledger.workers
        if worker.occupied
    ]


def _lost(parts: Parts, *, now: float) -> list[Attention]:
    """Return the workers that were lost lately and have not come back, each once, the latest loss first."""
    found: dict[str, Attention] = {}
    for move in parts.observatory.workers.moves():
        is_recent_loss = move.is_loss and now - move.at < LEFT_SECONDS
        if is_recent_loss and move.worker_id not in found and parts.ledger.workers.get(move.worker_id) is None:
            message = f"Worker {move.worker_id} was lost: {move.reason}."
            found[move.worker_id] = Attention(kind="worker-lost", message=message, target=move.worker_id)
    return list(found.values())


def _without_worker(parts: Parts) -> list[Attention]:
    waiting = parts.ledger.queue.depths_by_name()
    names = parts.control_plane.coordinator.names_without_worker(set(waiting))
    return [
        Attention(
            kind="no-worker",
            message=f"{waiting[name]:,} tasks of {name} wait: no connected worker can run them.",
            target=name,
            count=waiting[name],
        )
        for name in names[:MOST_ROWS]
    ]


def _unseen(parts: Parts) -> list[Attention]:
    """Return one row for all failures that nobody has seen; a single kind is named, to lead to it."""
    errors = parts.observatory.errors
    new = [group.fingerprint for group in errors.newest_first() if group.is_new]
    if not new:
        return []
    kinds, dead = _counted(len(new), "kind of failures", "kinds of failures"), errors.dead_letters()
    letters = f": {_counted(dead, 'dead letter', 'dead letters')}" if dead else ""
    message = f"Nobody has seen {kinds} yet{letters}."
    return [Attention(kind="unseen", message=message, target=new[0] if len(new) == 1 else None, count=dead or len(new))]


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
