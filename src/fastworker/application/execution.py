"""Running one attempt: decode the arguments, call the function, encode what came of it.

Whatever the user's function does ends as an `Outcome`; only the cancellation of the worker itself passes through.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import anyio

from fastworker.domain.errors import InvalidArguments, NotEncodable, PayloadTooLarge
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.text import bounded, text_of

from .messages import MESSAGE_CHARACTERS
from .ports.codec import SignatureCodec
from .task_function import TaskFunction

TRACEBACK_CHARACTERS = 16_384
"""Longer tracebacks lose their middle."""

_MISFITS = (InvalidArguments, NotEncodable, PayloadTooLarge)


@dataclass(slots=True, eq=False)
class Execution:
    """One attempt of one task in a worker; `started_at` is set when the function is about to be called."""

    task_id: str
    attempt: int
    token: int
    function: TaskFunction[..., Any, Any]
    signature: SignatureCodec
    payload: bytes
    now: Callable[[], float]
    started_at: float = 0.0
    is_ours: bool = True  # False once the lease belongs to an earlier registration of this worker


def perform(execution: Execution) -> Outcome:
    """Run an attempt of a `def` function in the calling thread."""
    execution.started_at = execution.now()
    try:
        args, kwargs = execution.signature.decode_arguments(execution.payload)
        value = execution.function.function(*args, **kwargs)
        return _success(execution, value)
    except BaseException as error:  # even SystemExit of a task ends only the task
        return _failure(execution, error)


async def perform_async(execution: Execution) -> Outcome:
    """Run an attempt of an `async def` function in the calling task."""
    execution.started_at = execution.now()
    try:
        args, kwargs = execution.signature.decode_arguments(execution.payload)
        value = await execution.function.function(*args, **kwargs)
        return _success(execution, value)
    except anyio.get_cancelled_exc_class() as error:
        await anyio.lowlevel.checkpoint_if_cancelled()  # the worker is cancelled: this passes it on
        return _failure(execution, error)  # the function cancelled itself
    except BaseException as error:
        return _failure(execution, error)


def _success(execution: Execution, value: Any) -> Outcome:
    payload = execution.signature.encode_result(value)
    return Outcome(TaskStatus.SUCCESS, payload, None, execution.now() - execution.started_at)


def _failure(execution: Execution, error: BaseException) -> Outcome:
    return Outcome(TaskStatus.FAILURE, b"", error_record(error), execution.now() - execution.started_at)


def error_record(error: BaseException) -> ErrorRecord:
    """Return an exception as text of bounded length; an argument or result that does not fit needs no traceback."""
    trace = error.__traceback__.tb_next if error.__traceback__ else None  # without the frame of this module
    lines = [] if isinstance(error, _MISFITS) else _lines(error, trace)
    return ErrorRecord(
        bounded(type(error).__name__, 200),
        bounded(text_of(error), MESSAGE_CHARACTERS),
        bounded("".join(lines), TRACEBACK_CHARACTERS),
    )


def _lines(error: BaseException, trace: TracebackType | None) -> list[str]:
    try:
        return traceback.format_exception(type(error), error, trace)
    except BaseException as broken:  # an exception whose __str__ raises
        return [f"{type(error).__name__} (its text cannot be shown: {type(broken).__name__})\n"]
