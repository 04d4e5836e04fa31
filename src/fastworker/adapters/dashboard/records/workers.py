"""Workers."""

from typing import Literal

from fastworker.application.observatory.worker_log import SaidLine
from fastworker.application.observatory.worker_log import WorkerMove as DomainMove
from fastworker.application.observatory.worker_series import COLUMNS, STEP_SECONDS, Points
from fastworker.application.views import address_for_others
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task as DomainTask
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import Worker as DomainWorker

from ..models.task import LogLine
from ..models.worker import (
    Worker,
    WorkerDetail,
    WorkerLog,
    WorkerLogLine,
    WorkerMove,
    WorkerSeries,
    WorkerVitals,
)
from ..moments import Moments
from ..parts import Parts
from .tasks import task_summary

MOST_TASKS = 200
"""Running tasks shown of one worker."""

NO_VITALS = Vitals()


def worker_record(worker: DomainWorker, parts: Parts) -> Worker:
    """Return a live worker."""
    card, tally, moments = worker.card, parts.observatory.workers.of(worker.card.worker_id), parts.moments
    return Worker(
        id=card.worker_id,
        kind="control-plane" if card.is_local else "subworker",
        state=_state(worker),
        drain_seconds=worker.directive.drain_seconds,
        is_standing_by=parts.ledger.workers.is_standing_by(worker),
        slots=card.slots,
        ordered_slots=None if worker.has_obeyed or worker.directive.slots == card.slots else worker.directive.slots,
        running=len(worker.leased),
        stuck=worker.occupied,
        finished=worker.finished,
        failed=tally.failed if tally else 0,
        heard_at=moments.of(worker.heard_at),
        joined_at=moments.of(worker.joined_at),
        address=address_for_others(card) or None,
        version=card.version,
        has_other_version=bool(card.version) and card.version != parts.who.version,
        functions=sorted(card.names),
        missing_functions=sorted(parts.ledger.names - card.names),
        differing_functions=parts.ledger.workers.differing_functions(worker),
        labels=dict(card.labels),
        vitals=_vitals(worker.vitals or NO_VITALS),
    )


def _vitals(vitals: Vitals) -> WorkerVitals:
    return WorkerVitals(
        processor_share=vitals.processor_share,
        memory_bytes=vitals.resident_bytes,
        loop_lag_seconds=vitals.lag_seconds,
        round_trip_seconds=vitals.round_trip_seconds,
    )


def worker_series(worker: DomainWorker, parts: Parts) -> WorkerSeries:
    """Return the last hour of a live worker."""
    found = parts.observatory.worker_series.of(worker.card.worker_id)
    points = found or Points([], {name: [] for name in COLUMNS})
    return WorkerSeries(
        step_seconds=STEP_SECONDS,
        at=[parts.moments.unix(at) for at in points.at],
        columns=points.columns,
        is_kept=found is not None,
        as_of=parts.moments.now(),
    )


def worker_log(worker: DomainWorker, parts: Parts) -> WorkerLog:
    """Return what was said on a live worker lately."""
    tally = parts.observatory.workers.of(worker.card.worker_id)
    said = list(tally.lines) if tally else []
    return WorkerLog(lines=[_log_line(each, parts.moments) for each in said], as_of=parts.moments.now())


def _log_line(said: SaidLine, moments: Moments) -> WorkerLogLine:
    line = said.line
    return WorkerLogLine(
        task_id=said.task_id,
        name=said.name,
        attempt=said.attempt,
        at=moments.of(said.at),
        line=LogLine(level=line.level, logger=line.logger, message=line.message),
    )


def _state(worker: DomainWorker) -> Literal["active", "draining", "resuming", "leaving"]:
    if not worker.is_draining:
        return "active"
    if worker.leaves_by_itself:
        return "leaving"
    return "draining" if worker.directive.is_to_leave else "resuming"


def worker_detail(worker: DomainWorker, parts: Parts) -> WorkerDetail:
    """Return a live worker with what it runs."""
    tasks = list(worker.leased.values())[:MOST_TASKS]
    return WorkerDetail(**dict(worker_record(worker, parts)), tasks=[task_summary(task, parts) for task in tasks])


def worker_that_runs(task: DomainTask, parts: Parts) -> DomainWorker | None:
    """Return the worker of a task that runs; None of any other."""
    if task.status is not TaskStatus.RUNNING or task.lease is None:
        return None
    return parts.ledger.workers.get(task.lease.worker_id)


def move_record(move: DomainMove, moments: Moments) -> WorkerMove:
    """Return that a worker came or went."""
    return WorkerMove(
        number=move.number,
        worker_id=move.worker_id,
        is_coming=move.is_coming,
        at=moments.of(move.at),
        reason=move.reason,
        is_loss=move.is_loss,
        has_new_code=move.has_new_code,
    )
