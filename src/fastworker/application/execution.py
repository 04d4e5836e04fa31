"""Running one attempt: decode the arguments, call the function, encode what came of it.

Whatever the user's function does ends as an `Outcome`; only the cancellation of the worker itself passes through.
"""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from types import TracebackType
from typing import Any

import anyio

from fastworker.domain.errors import InvalidArguments, NotEncodable, PayloadTooLarge, Reject, Retry, TaskTimeout
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.retry import may_retry
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.terms import LONGEST_SECONDS, NO_TERMS, Terms
from fastworker.domain.text import bounded, text_of, type_name

from .current_task import note_in_task, running_execution
from .failure_locals import ReadLocals
from .messages import MESSAGE_CHARACTERS
from .notes import Notes
from .ports.codec import SignatureCodec
from .ports.tracing import RunSpan
from .task_function import TaskFunction

TRACEBACK_CHARACTERS = 16_384
"""Longer tracebacks lose their middle."""

_making_notes = threading.Lock()
_MISFITS = (InvalidArguments, NotEncodable, PayloadTooLarge)


class StopReason(Enum):
    """Why an attempt is made to end before it does so by itself."""

    TIMEOUT = "timeout"
    CANCEL = "cancel"


@dataclass(slots=True, eq=False)
class Execution:
    """One attempt of one task in a worker; `started_at` is set when the function is about to be called.

    `announce` is the executor's: it brings to the event loop that `notes` has something new, from whatever thread.
    `span` is there when the attempt is traced; whoever started the attempt ends it. `read_locals` is there when its
    failure is to tell what the frames had.
    """

    task_id: str
    attempt: int
    token: int
    function: TaskFunction[..., Any, Any]
    signature: SignatureCodec
    payload: bytes
    now: Callable[[], float]
    priority: TaskPriority = TaskPriority.NORMAL
    terms: Terms = NO_TERMS
    start_by: float | None = None  # the moment of `now` after which it may not begin any more
    read_locals: ReadLocals | None = None
    started_at: float = 0.0
    stop_reason: StopReason | None = None
    announce: "Callable[[Execution], None] | None" = None
    loop_thread: int | None = None  # of an `async def` function: where the loop runs that it must not hold up
    span: RunSpan | None = None
    _notes: Notes | None = field(default=None, init=False)

    @property
    def notes(self) -> Notes:
        """What it has said, and nobody has taken yet; made when it is first asked for: most attempts say nothing."""
        return self._notes or self._begin_notes()

    def _begin_notes(self) -> Notes:
        with _making_notes:
            if self._notes is None:
                self._notes = Notes()
            return self._notes


def perform(execution: Execution) -> Outcome:
    """Run an attempt of a `def` function in the calling thread."""
    if execution.start_by is not None and is_too_late(execution):
        return Outcome(TaskStatus.EXPIRED)
    entered = running_execution.set(execution)
    leave_span = None if execution.span is None else execution.span.enter()
    execution.started_at = execution.now()
    try:
        args, kwargs = execution.signature.decode_arguments(execution.payload)
        value = execution.function.function(*args, **kwargs)
        return _success(execution, value)
    except BaseException as error:  # even SystemExit of a task ends only the task
        return failure(execution, error)
    finally:
        running_execution.reset(entered)
        if leave_span is not None:
            leave_span()


async def perform_async(execution: Execution) -> Outcome:
    """Run an attempt of an `async def` function in the calling task, whose context becomes that of the attempt."""
    if execution.start_by is not None and is_too_late(execution):
        return Outcome(TaskStatus.EXPIRED)
    running_execution.set(execution)
    execution.loop_thread = threading.get_ident()
    if execution.span is not None:
        execution.span.enter()
    execution.started_at = execution.now()
    try:
        args, kwargs = execution.signature.decode_arguments(execution.payload)
        value = await execution.function.function(*args, **kwargs)
        return _success(execution, value)
    except anyio.get_cancelled_exc_class() as error:
        await anyio.lowlevel.checkpoint_if_cancelled()  # the worker is cancelled: this passes it on
        if execution.stop_reason is not None:
            return stopped(execution, "its code was cancelled")
        return failure(execution, error)  # the function cancelled itself
    except BaseException as error:
        return failure(execution, error)


def is_too_late(execution: Execution) -> bool:
    """True when an attempt may not begin any more: it waited for its thread or process beyond its deadline."""
    return execution.start_by is not None and execution.now() > execution.start_by


def stopped(execution: Execution, how: str) -> Outcome:
    """Return the outcome of an attempt that was made to end, and how; or given up, and why it could not be ended."""
    seconds = _run_seconds(execution)
    if execution.stop_reason is StopReason.CANCEL:
        text = f"cancelled while it ran: {how}" if execution.started_at else "cancelled before it began"
        return Outcome(TaskStatus.CANCELLED, b"", ErrorRecord("TaskCancelled", text), seconds)
    timeout = execution.terms.timeout_seconds or 0.0
    return failure(execution, TaskTimeout(f"not done within its timeout of {timeout:g} s: {how}"))


def failure(execution: Execution, error: BaseException) -> Outcome:
    """Return the outcome of an attempt that ended with an exception; of one that was cancelled, whichever it was."""
    if execution.read_locals is not None:
        _tell_locals(execution, execution.read_locals, error)
    if execution.stop_reason is StopReason.CANCEL:
        return _cancelled_by(execution, error)
    return Outcome(
        TaskStatus.FAILURE,
        b"",
        error_record(error),
        _run_seconds(execution),
        is_retryable=_is_retryable(error, execution.terms),
        retry_after=_wish(error.after) if isinstance(error, Retry) else None,
    )


def _cancelled_by(execution: Execution, error: BaseException) -> Outcome:
    record = error_record(error)
    text = f"cancelled while it ran: its code ended with {record.error_type}: {record.message}"
    cancelled = ErrorRecord("TaskCancelled", bounded(text, MESSAGE_CHARACTERS), record.traceback)
    return Outcome(TaskStatus.CANCELLED, b"", cancelled, _run_seconds(execution))


def _tell_locals(execution: Execution, read: ReadLocals, error: BaseException) -> None:
    """Tell what the frames of a failure had; whatever that meets, the failure is reported."""
    try:
        found = read(error)
        if found is not None:
            note_in_task(execution, found)
    except BaseException as broken:  # objects of a user's own are asked
        from .log import log  # child processes import this module, and hardly ever log here

        log.warning("locals_not_read", task_id=execution.task_id, error=type_name(broken))


def _success(execution: Execution, value: Any) -> Outcome:
    payload = execution.signature.encode_result(value)
    return Outcome(TaskStatus.SUCCESS, payload, None, execution.now() - execution.started_at)


def _run_seconds(execution: Execution) -> float:
    return execution.now() - execution.started_at if execution.started_at else 0.0  # it may never have begun


def _wish(after: Any) -> float | None:
    """Return the wait that a task asks for, in seconds; None, the backoff, for what is no such thing."""
    try:
        seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
    except Exception:  # whatever a user's own object raises
        return None
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None


def _is_retryable(error: BaseException, terms: Terms) -> bool:
    """Tell whether trying again could help: what does not fit today will not fit tomorrow."""
    if isinstance(error, (Retry, Reject, *_MISFITS)):
        return isinstance(error, Retry)
    return may_retry(type(error), terms)


def error_record(error: BaseException) -> ErrorRecord:
    """Return an exception as text of bounded length; an argument or result that does not fit needs no traceback."""
    trace = error.__traceback__.tb_next if error.__traceback__ else None  # without the frame of this module
    lines = [] if isinstance(error, _MISFITS) else _lines(error, trace)
    return ErrorRecord(
        bounded(type_name(error), 200),
        bounded(text_of(error), MESSAGE_CHARACTERS),
        bounded("".join(lines), TRACEBACK_CHARACTERS),
    )


def _lines(error: BaseException, trace: TracebackType | None) -> list[str]:
    if trace is None:  # it was not raised: it states a fact
        return []
    try:
        return traceback.format_exception(type(error), error, trace)
    except BaseException as broken:  # an exception whose __str__ raises
        return [f"{type_name(error)} (its text cannot be shown: {type_name(broken)})\n"]
