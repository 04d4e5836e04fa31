"""Domain values as messages, and messages as domain values."""

from math import isfinite

from fastworker.domain.ledger import Ledger
from fastworker.domain.task import ErrorRecord, Outcome, Submission, Task
from fastworker.domain.text import bounded
from fastworker.domain.worker_registry import Worker, WorkerCard

from .batch_size import outcome_bytes
from .messages import (
    BATCH_BYTES,
    MESSAGE_CHARACTERS,
    Inspected,
    Join,
    LeaseEntry,
    Poll,
    Report,
    ReportEntry,
    Submit,
    TaskState,
    WorkerState,
)


class Batch:
    """Task states with their payloads, up to the size of one batch."""

    def __init__(self) -> None:
        self.entries: list[TaskState] = []
        self.payloads: list[bytes] = []
        self._size = 0

    def add(self, state: TaskState, payload: bytes) -> bool:
        """Add a task if it fits; the first always does."""
        size = outcome_bytes(payload, state.error)
        if self.entries and self._size + size > BATCH_BYTES:
            return False
        self.entries.append(state)
        self.payloads.append(payload)
        self._size += size
        return True


def submissions(request: Submit) -> list[Submission]:
    """Return the submissions of a batch."""
    return [
        Submission(entry.task_id, entry.name, entry.priority, payload)
        for entry, payload in zip(request.entries, request.payloads, strict=True)
    ]


def task_state(task: Task) -> TaskState:
    """Return what a client is told of a task."""
    submission, lease, outcome = task.submission, task.lease, task.outcome
    return TaskState(
        submission.task_id,
        task.status,
        submission.name,
        submission.priority,
        task.attempts,
        lease.worker_id if lease else "",
        task.wait_seconds,
        outcome.run_seconds if outcome else 0.0,
        outcome.error if outcome else None,
    )


def result_payload(task: Task) -> bytes:
    """Return the encoded result; empty while there is none."""
    return task.outcome.payload if task.outcome else b""


def found_or_missing(task: Task | None, task_id: str, ledger: Ledger) -> tuple[TaskState, bytes]:
    """Return a task's state and result, or that it is not known and whether it may have been."""
    if task is not None:
        return task_state(task), result_payload(task)
    return TaskState(task_id, None, is_forgotten=ledger.results.may_have_forgotten(task_id)), b""


def lease_entry(task: Task) -> LeaseEntry:
    """Return what a worker is told of a task that it may run."""
    assert task.lease is not None
    return LeaseEntry(task.submission.task_id, task.submission.name, task.lease.attempt, task.lease.token)


def outcomes(request: Poll | Report) -> list[tuple[str, int, Outcome]]:
    """Return the outcomes that a worker sent, as (task id, token, outcome)."""
    return [
        (entry.task_id, entry.token, _outcome(entry, payload))
        for entry, payload in zip(request.entries, request.payloads, strict=True)
    ]


def _outcome(entry: ReportEntry, payload: bytes) -> Outcome:
    """Return an outcome that can be told to a client whatever the worker sent."""
    error = entry.error
    if error is not None and outcome_bytes(b"", error) > BATCH_BYTES:
        error = ErrorRecord(
            bounded(error.error_type, MESSAGE_CHARACTERS),
            bounded(error.message, MESSAGE_CHARACTERS),
            bounded(error.traceback, MESSAGE_CHARACTERS),
        )
    return Outcome(entry.status, payload, error, entry.run_seconds if isfinite(entry.run_seconds) else 0.0)


def worker_card(request: Join) -> WorkerCard:
    """Return what a worker says of itself."""
    return WorkerCard(
        worker_id=request.worker_id,
        incarnation=request.incarnation,
        slots=request.slots,
        names=frozenset(request.names),
        is_local=request.is_local,
        address=request.address,
        version=request.version,
    )


def worker_state(worker: Worker, *, now: float) -> WorkerState:
    """Return what people are told of a worker."""
    card = worker.card
    return WorkerState(
        worker_id=card.worker_id,
        slots=card.slots,
        running=len(worker.leased),
        finished=worker.finished,
        heard_seconds_ago=now - worker.heard_at,
        is_local=card.is_local,
        address=card.address,
        names=sorted(card.names),
    )


def inspected(ledger: Ledger, *, epoch: str, version: str, up_seconds: float, now: float) -> Inspected:
    """Return the present state in numbers."""
    return Inspected(
        epoch=epoch,
        version=version,
        up_seconds=up_seconds,
        names=sorted(ledger.names),
        workers=[worker_state(worker, now=now) for worker in ledger.workers],
        queued=ledger.queue.depths(),
        running=len(ledger.tasks) - len(ledger.queue),
        finished=dict(ledger.finished),
        superseded=ledger.superseded,
        results_kept=len(ledger.results),
    )
