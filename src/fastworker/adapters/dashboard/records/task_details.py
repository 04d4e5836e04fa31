"""One task in full, and what can be done with it."""

from dataclasses import asdict

from fastworker.application.function_catalogue import Declaration
from fastworker.application.observatory.taken_actions import actions_on
from fastworker.application.observatory.task_life import AttemptView, TaskLife, due_early_at
from fastworker.application.observatory.task_life import Transition as DomainTransition
from fastworker.application.trace_context import trace_id_of
from fastworker.domain.frame_locals import FrameLocals
from fastworker.domain.journal import Step
from fastworker.domain.lifecycle import WAITING, TaskStatus
from fastworker.domain.task import ErrorRecord
from fastworker.domain.task import Task as DomainTask
from fastworker.domain.terms import DEFAULT_BACKOFF

from ..models.task import (
    Attempt,
    Backoff,
    ErrorDetail,
    Frame,
    LocalVariable,
    LogLine,
    Payload,
    PriorityChange,
    Progress,
    TakenAction,
    Task,
    TaskActionState,
    TaskStep,
    TaskTerms,
    Transition,
)
from ..moments import Moments
from ..parts import Parts
from ..redaction import Redaction
from ..trace_links import trace_url
from .relatives import relative
from .tasks import task_summary
from .workers import worker_that_runs


def task_record(
    task: DomainTask,
    life: TaskLife,
    parts: Parts,
    *,
    arguments: Payload,
    result: Payload | None,
    fingerprint: str | None,
    has_worker: bool,
    actions: list[TaskActionState],
) -> Task:
    """Return everything about a task."""
    outcome, moments, worker = task.outcome, parts.moments, worker_that_runs(task, parts)
    error = outcome.error if outcome else None
    spans = parts.observatory.spans
    trace_id = trace_id_of(task.submission.terms.trace) or spans.trace_id(task)
    return Task(
        **dict(task_summary(task, parts)),
        terms=_terms(task),
        arguments=arguments,
        result=result,
        error_detail=_error_detail(error, _frames(error, task, task.attempts, parts), fingerprint) if error else None,
        history=[attempt_record(attempt, task, parts) for attempt in life.attempts],
        transitions=[_transition(each, moments) for each in life.transitions],
        priority_changes=[
            PriorityChange(at=moments.of(each.at), before=each.before, after=each.after, by=each.by)
            for each in task.priority_changes
        ],
        taken_actions=[
            TakenAction(at=moments.of(each.at), action=each.what, by=each.by, before=each.before, after=each.after)
            for each in actions_on(task, parts.observatory.audit)
        ],
        parent_task=relative(task.submission.terms.parent, parts),
        origin_task=relative(task.submission.terms.origin, parts),
        losses=task.losses,
        actions=actions,
        has_worker=has_worker,
        trace_id=trace_id,
        trace_url=trace_url(parts.trace_url_template, trace_id),
        spans=spans.last(task),
        worker_heard_at=moments.of(worker.heard_at) if worker else None,
    )


def _terms(task: DomainTask) -> TaskTerms:
    terms, early = task.submission.terms, due_early_at(task)
    return TaskTerms(
        retries=terms.retries or 0,
        backoff=Backoff(**asdict(terms.backoff or DEFAULT_BACKOFF)),
        timeout_seconds=terms.timeout_seconds,
        delay_seconds=terms.delay_seconds,
        waited_seconds=None if early is None else early - task.submitted_at,
        expires_seconds=terms.expires_seconds,
        retry_on=None if terms.retry_on is None else list(terms.retry_on),
        never_on=None if terms.never_on is None else list(terms.never_on),
    )


def _error_detail(error: ErrorRecord, frames: list[Frame], fingerprint: str | None = None) -> ErrorDetail:
    return ErrorDetail(
        type=error.error_type,
        message=error.message,
        traceback=error.traceback,
        frames=frames,
        fingerprint=fingerprint,
    )


def _frames(error: ErrorRecord, task: DomainTask, attempt: int, parts: Parts) -> list[Frame]:
    """Return the frames in which an attempt failed, as far as their locals are known.

    An error without a traceback came to the task afterwards: when it was cancelled while it waited to be tried again.
    """
    found = parts.observatory.locals.of(task, attempt) if error.traceback else None
    return [_frame(each, parts.redaction) for each in found.frames] if found else []


def _frame(frame: FrameLocals, redaction: Redaction) -> Frame:
    return Frame(
        file=frame.file,
        line=frame.line,
        function=frame.function,
        locals=[LocalVariable(name=name, value=redaction.hide_local(name, text)) for name, text in frame.locals],
    )


def attempt_record(attempt: AttemptView, task: DomainTask, parts: Parts) -> Attempt:
    """Return one try."""
    moments = parts.moments
    return Attempt(
        number=attempt.number,
        worker_id=attempt.worker_id,
        wait_seconds=attempt.wait_seconds,
        started_at=moments.of(attempt.leased_at),
        finished_at=None if attempt.run_seconds is None else moments.of(attempt.leased_at + attempt.run_seconds),
        run_seconds=attempt.run_seconds,
        status=attempt.status,
        error=_error_detail(attempt.error, _frames(attempt.error, task, attempt.number, parts))
        if attempt.error
        else None,
        next_due_at=moments.of(attempt.next_due_at),
    )


def _transition(each: DomainTransition, moments: Moments) -> Transition:
    return Transition(
        at=moments.of(each.at),
        status=each.status,
        attempt=each.attempt,
        worker_id=each.worker_id or None,
    )


def step_record(step: Step, moments: Moments) -> TaskStep:
    """Return one step of a journal."""
    progress, line = step.progress, step.line
    return TaskStep(
        number=step.number,
        at=moments.of(step.at),
        attempt=step.attempt,
        status=step.status,
        progress=Progress(done=progress.done, total=progress.total, message=progress.message) if progress else None,
        line=LogLine(level=line.level, logger=line.logger, message=line.message) if line else None,
    )


def possible_actions(task: DomainTask, function: Declaration | None) -> list[TaskActionState]:
    """Return what can be done with a task now, and why not if it cannot."""
    ended = task.status.is_final
    again = "runs the same call as a new task" if ended else f"it is {task.status.value}: only after its end"
    edited = "runs an edited call as a new task" if ended else again
    return [
        TaskActionState(action="cancel", is_possible=not ended, explanation=_how_it_would_end(task, function)),
        TaskActionState(action="retry", is_possible=ended, explanation=again),
        TaskActionState(action="rerun", is_possible=ended, explanation=edited),
        _set_priority(task),
        _run_now(task),
        TaskActionState(
            action="delete",
            is_possible=ended,
            explanation="it is forgotten with its result, at once and for good"
            if ended
            else f"it is {task.status.value}: only after its end",
        ),
    ]


def _set_priority(task: DomainTask) -> TaskActionState:
    waits = task.status in WAITING
    told = "it takes its place behind those that have that priority already" if waits else ""
    return TaskActionState(
        action="priority",
        is_possible=waits,
        explanation=told or f"it is {task.status.value}: only while it waits",
    )


def _run_now(task: DomainTask) -> TaskActionState:
    is_scheduled = task.status is TaskStatus.SCHEDULED
    told = "it waits for a worker at once, behind those that do already" if is_scheduled else ""
    return TaskActionState(
        action="run-now",
        is_possible=is_scheduled,
        explanation=told or f"it is {task.status.value}: only while it waits for its time",
    )


def _how_it_would_end(task: DomainTask, function: Declaration | None) -> str:
    if task.status.is_final:
        return f"it has ended: {task.status.value}"
    if task.status is not TaskStatus.RUNNING:
        return "it waits, and will never start"
    if function is None:
        return "it runs: its worker is told to end it"
    if function.isolation == "process":
        return "it runs in a process of its own, which is killed"
    if function.is_async:
        return "it runs in an event loop: it is cancelled at its next await"
    return "it runs in a thread, which cannot be killed: it is given up, and its slot is stuck until it returns"
