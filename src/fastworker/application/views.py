"""Domain values as messages, and messages as domain values."""

from dataclasses import dataclass, replace
from math import isfinite

from fastworker.domain.errors import BadFrame, InvalidOption
from fastworker.domain.journal import LogLine, Progress, Step
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.tags import Tags, tags_of
from fastworker.domain.task import ErrorRecord, Order, Outcome, Submission, Task
from fastworker.domain.terms import LONGEST_SECONDS, NO_TERMS, Terms
from fastworker.domain.text import bounded
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import Worker, WorkerCard

from .batch_size import JSON_BYTES_PER_CHARACTER, history_bytes, outcome_bytes
from .current_task import NOTE_CHARACTERS
from .failure_locals import bounded_locals
from .messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    MESSAGE_CHARACTERS,
    PLAIN,
    AttemptState,
    Beat,
    Completions,
    Follow,
    Inspected,
    Join,
    LeaseDetails,
    LeaseEntry,
    NoteEntry,
    Poll,
    Report,
    ReportEntry,
    StepEntry,
    Submit,
    TaskDetails,
    TaskState,
    WorkerState,
)
from .notes import Note
from .span_bounds import bounded_span
from .trace_context import bounded_trace

LARGEST_NUMBER = 2**53
"""Beyond it, numbers of JSON are not exact any more for most who read them; nothing that is measured comes near."""


class Batch:
    """Task states with their payloads, up to the size of one batch."""

    def __init__(self) -> None:
        self.entries: list[TaskState] = []
        self.payloads: list[bytes] = []
        self._size = 0

    def add(self, state: TaskState, payload: bytes) -> bool:
        """Add a task if it fits; the first always does."""
        size = outcome_bytes(payload, state.error) + history_bytes(state.details.history if state.details else ())
        if self.entries and self._size + size > BATCH_BYTES:
            return False
        self.entries.append(state)
        self.payloads.append(payload)
        self._size += size
        return True


def submissions(request: Submit) -> list[Submission]:
    """Return the submissions of a batch."""
    return [
        Submission(
            entry.task_id,
            entry.name,
            entry.priority,
            payload,
            NO_TERMS if entry.terms is None else _bounded(entry.terms),
        )
        for entry, payload in zip(request.entries, request.payloads, strict=True)
    ]


def _bounded(terms: Terms) -> Terms:
    if terms.trace is None and terms.tags is None:
        return terms
    return replace(terms, trace=bounded_trace(terms.trace), tags=_checked(terms.tags))


def _checked(tags: Tags | None) -> Tags | None:
    """Return the tags that stand in a frame, each once; peers of ours send no others than these."""
    try:
        return None if tags is None else tags_of(tags)
    except InvalidOption as error:
        raise BadFrame(f"terms that cannot be: {error}") from error


def task_state(task: Task, *, now: float) -> TaskState:
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
        False,
        _details(task, now),
    )


def _details(task: Task, now: float) -> TaskDetails | None:
    origin = task.submission.terms.origin
    queued_after = task.queued_at - task.submitted_at
    if not task.history and origin is None and task.due_at is None and not queued_after:
        return None
    history = [
        AttemptState(
            attempt.number,
            attempt.worker_id,
            attempt.leased_at - task.submitted_at,
            attempt.run_seconds,
            attempt.status,
            attempt.error,
        )
        for attempt in task.history
    ]
    return TaskDetails(
        history=history,
        origin=origin,
        due_in_seconds=None if task.due_at is None else task.due_at - now,
        queued_after_seconds=queued_after,
    )


def result_payload(task: Task) -> bytes:
    """Return the encoded result; empty while there is none."""
    return task.outcome.payload if task.outcome else b""


def found_or_missing(task: Task | None, task_id: str, ledger: Ledger, *, now: float) -> tuple[TaskState, bytes]:
    """Return a task's state and result, or that it is not known and whether it may have been."""
    if task is not None:
        return task_state(task, now=now), result_payload(task)
    return TaskState(task_id, None, is_forgotten=ledger.results.may_have_forgotten(task_id)), b""


@dataclass(frozen=True, slots=True)
class News:
    """What a client that waits for completions is told."""

    first: int
    tasks: list[Task]
    steps: list[StepEntry]
    now: float

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to tell."""
        return not self.tasks and not self.steps

    def completions(self) -> Completions:
        """Return it as a message."""
        return Completions(
            first=self.first,
            entries=[task_state(task, now=self.now) for task in self.tasks],
            steps=self.steps,
            payloads=[result_payload(task) for task in self.tasks],
        )


class Steps:
    """The steps of followed tasks, up to the size of one batch; those that do not fit come when they are asked for."""

    def __init__(self, *, now: float) -> None:
        self.entries: list[StepEntry] = []
        self._now = now
        self._size = 0

    def add(self, follow: Follow, task: Task | None, ledger: Ledger) -> bool:
        """Add what is new of a task; False when there is no room for more."""
        if task is None:
            is_forgotten = ledger.results.may_have_forgotten(follow.task_id)
            return self._add(StepEntry(follow.task_id, 0, is_forgotten=is_forgotten))
        return all(self._add(_step_entry(task.task_id, step, self._now)) for step in _steps_after(task, follow.after))

    def _add(self, entry: StepEntry) -> bool:
        self.entries.append(entry)
        said = entry.line.message if entry.line else entry.progress.message if entry.progress else ""
        self._size += JSON_BYTES_PER_CHARACTER * len(said)
        return len(self.entries) < BATCH_ENTRIES and self._size < BATCH_BYTES


def _steps_after(task: Task, number: int) -> list[Step]:
    """Return the kept steps with higher numbers; of a task that has ended, its end is always one."""
    steps = _unwritten(task) if task.journal is None else task.journal.after(0)
    newer = [step for step in steps if step.number > number]
    if newer or task.finished_at is None:
        return newer
    return [Step(number + 1, task.finished_at, task.attempts, status=task.status)]


def _unwritten(task: Task) -> list[Step]:
    """Return the steps of a task without a journal: it had nothing to say, and ended before it was followed."""
    began = [Step(1, task.lease.leased_at, task.attempts, status=TaskStatus.RUNNING)] if task.lease else []
    ended_at = task.queued_at if task.finished_at is None else task.finished_at
    return [*began, Step(len(began) + 1, ended_at, task.attempts, status=task.status)]


def _step_entry(task_id: str, step: Step, now: float) -> StepEntry:
    return StepEntry(task_id, step.number, now - step.at, step.attempt, step.status, step.progress, step.line)


def lease_entry(order: Order) -> LeaseEntry:
    """Return what a worker is told of a task that it may run, or is to stop."""
    submission, lease = order.submission, order.lease
    is_plain = submission.terms is NO_TERMS and submission.priority is TaskPriority.NORMAL and not order.is_stop
    details = None if is_plain else _lease_details(order)
    return LeaseEntry(submission.task_id, submission.name, lease.attempt, lease.token, details)


def _lease_details(order: Order) -> LeaseDetails | None:
    """Return what a worker has to know beside the call, for which no tags are; None when that is nothing."""
    submission, lease = order.submission, order.lease
    terms = submission.terms
    details = LeaseDetails(
        priority=submission.priority,
        terms=terms if terms.tags is None else replace(terms, tags=None),
        start_by=lease.start_by,
        is_stop=order.is_stop,
        previous_trace=lease.previous_trace,
    )
    return None if details == PLAIN else details


def notes(request: Poll | Report) -> list[tuple[str, int, Note]]:
    """Return what running attempts said, as (task id, token, note)."""
    return [
        (entry.task_id, entry.token, note)
        for entry in request.notes
        for note in (_bounded_note(entry),)
        if note is not None
    ]


def _bounded_note(entry: NoteEntry) -> Note | None:
    if entry.locals is not None:
        return bounded_locals(entry.locals)
    if entry.span is not None:
        return bounded_span(entry.span)
    if entry.line is not None:
        line = entry.line
        return LogLine(bounded(line.level, 20), bounded(line.logger, 100), bounded(line.message, NOTE_CHARACTERS))
    progress = entry.progress
    if progress is None or not isfinite(progress.done) or not isfinite(progress.total or 0.0):
        return None
    return Progress(progress.done, progress.total, bounded(progress.message, NOTE_CHARACTERS))


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
    run_seconds = max(0.0, entry.run_seconds) if isfinite(entry.run_seconds) else 0.0
    if entry.retry is None:
        return Outcome(entry.status, payload, error, run_seconds)
    after, trace = entry.retry.after, bounded_trace(entry.retry.trace)
    if after is not None and not 0 <= after <= LONGEST_SECONDS:
        after = None
    return Outcome(entry.status, payload, error, run_seconds, is_retryable=True, retry_after=after, trace=trace)


def worker_card(request: Join) -> WorkerCard:
    """Return what a worker says of itself."""
    names = frozenset(request.names)
    return WorkerCard(
        worker_id=request.worker_id,
        incarnation=request.incarnation,
        slots=request.slots,
        names=names,
        is_local=request.is_local,
        address=request.address,
        version=request.version,
        declared=tuple(
            (each.name, replace(each.terms, trace=None, parent=None, tags=_checked(each.terms.tags)))
            for each in request.declared
            if each.name in names
        ),
        labels=tuple(request.labels.items()),
        digests=tuple((name, each) for name, each in request.digests.items() if name in names),
    )


def vitals(request: Beat) -> Vitals | None:
    """Return how the process of a worker does; numbers that cannot be are left out."""
    said = request.vitals
    if said is None:
        return None
    return Vitals(
        processor_share=_possible(said.processor_share),
        resident_bytes=_possible(said.resident_bytes),
        lag_seconds=_possible(said.lag_seconds),
        round_trip_seconds=_possible(said.round_trip_seconds),
    )


def _possible[N: (int, float)](number: N | None) -> N | None:
    return number if number is not None and 0 <= number <= LARGEST_NUMBER else None


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
        address=address_for_others(card),
        names=sorted(card.names),
        occupied=worker.occupied,
        is_draining=worker.is_draining,
        labels=dict(card.labels),
        vitals=worker.vitals,
    )


def address_for_others(card: WorkerCard) -> str:
    """Return where other processes can ask a worker what it does; the control plane's own answers in its process."""
    return "" if card.is_local else card.address


def inspected(ledger: Ledger, *, epoch: str, version: str, up_seconds: float, now: float) -> Inspected:
    """Return the present state in numbers."""
    return Inspected(
        epoch=epoch,
        version=version,
        up_seconds=up_seconds,
        names=sorted(ledger.names),
        workers=[worker_state(worker, now=now) for worker in ledger.workers],
        queued=ledger.queue.depths(),
        running=ledger.running,
        scheduled=ledger.scheduled,
        finished=dict(ledger.finished),
        superseded=ledger.superseded,
        results_kept=len(ledger.results),
    )
