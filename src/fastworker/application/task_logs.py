"""Log records that are emitted inside a task: they carry its id, and are kept with it as notes.

Inside means that the emitting code has the attempt's context: the task itself, asyncio tasks that it starts, and
threads that were given its context (`asyncio.to_thread`, `contextvars.copy_context().run`). All others are left alone.
"""

import logging
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO, override

from fastworker.domain.journal import LogLine
from fastworker.domain.text import bounded

from .current_task import NOTE_CHARACTERS, note_in_task, running_execution

NAME_CHARACTERS = 200
"""Longer names of loggers and levels lose their middle."""

_LEVELS = logging.getLevelNamesMapping()
_NOT_SAID = frozenset({"event", "level", "logger", "timestamp", "task_id", "trace_id", "exception"})
"""Keys of a structlog event that have a place of their own, or go without saying in the log of one task."""


class TaskLogHandler(logging.Handler):
    """Gives each record the `task_id` of the running task, or an empty one, and keeps those from INFO on with the task.

    The same goes for its `trace_id`, empty for a task that is not traced. One that the record has, as an `extra` of
    the user's, stays. It is the first handler of the root logger, so that those behind it can show the ids; a record
    factory would forbid users an `extra` of those names.
    """

    @override
    def emit(self, record: logging.LogRecord) -> None:
        execution = running_execution.get()
        if not hasattr(record, "task_id"):
            record.task_id = "" if execution is None else execution.task_id
        if not hasattr(record, "trace_id"):
            record.trace_id = "" if execution is None or execution.span is None else execution.span.trace_id
        if (record.levelno or logging.INFO) >= logging.INFO:  # one made by hand may have none
            _note(record.levelname, record.name, lambda: _text_of_record(record))


class TaskLineFormatter(logging.Formatter):
    """Says which task a record is from, and which trace, at the end of its first line."""

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        first, *more = super().formatMessage(record).split("\n")
        ids = ((name, getattr(record, name, "")) for name in ("task_id", "trace_id"))
        return "\n".join([" ".join([first, *(f"{name}={value}" for name, value in ids if value)]), *more])


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes the records of a process to standard error: ours, so that it may be told again how they look."""


def log_to_stderr(level: int | str, formatter: logging.Formatter | None = None) -> None:
    """Send the records of `logging` to standard error, unless somebody has configured it already.

    They look as the formatter says, else they are a line each. Said again, the last formatter holds.
    """
    lines = _handler_of_ours() or StderrHandler(sys.stderr)
    lines.setFormatter(formatter or TaskLineFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[lines], level=level)
    install_task_logs()


def _handler_of_ours() -> StderrHandler | None:
    return next((each for each in logging.getLogger().handlers if isinstance(each, StderrHandler)), None)


def install_task_logs() -> None:
    """Have the records that reach the root logger carry `task_id` and `trace_id`, and be kept with their task.

    Once is enough; again repairs what the user's own configuration of `logging` has removed. It comes after
    `logging.basicConfig`, which leaves a root logger alone that has a handler.
    """
    handlers = logging.getLogger().handlers
    if not any(isinstance(handler, TaskLogHandler) for handler in handlers):
        handlers.insert(0, TaskLogHandler())


def note_in_running_task(_: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Do for structlog, as a processor, what the handler does for `logging`.

    Its place is after `add_log_level` and `format_exc_info`, and before the renderer.
    """
    execution = running_execution.get()
    if execution is None:
        return event
    event.setdefault("task_id", execution.task_id)
    if execution.span is not None:
        event.setdefault("trace_id", execution.span.trace_id)
    level = str(event.get("level", method))
    if _LEVELS.get(level.upper(), logging.INFO) >= logging.INFO:
        _note(level, str(event.get("logger", "structlog")), lambda: _text_of_event(event))
    return event


def _note(level: str, logger: str, text: Callable[[], str]) -> None:
    execution = running_execution.get()
    if execution is None:
        return
    try:
        line = LogLine(
            bounded(level.lower(), NAME_CHARACTERS), bounded(logger, NAME_CHARACTERS), bounded(text(), NOTE_CHARACTERS)
        )
        note_in_task(execution, line)
    except Exception as error:  # whatever the user's values raise when shown: it must not fail the task
        print(f"fastworker: a log line of task {execution.task_id} is lost: {error!r}", file=sys.stderr)


def _text_of_record(record: logging.LogRecord) -> str:
    parts = [_shown(record.getMessage)]
    if record.exc_info:
        parts.append("" if record.exc_info[0] is None else "".join(traceback.format_exception(*record.exc_info)))
    elif record.exc_text:  # made where the record was, in another process
        parts.append(record.exc_text)
    return "\n".join(parts).rstrip("\n")


def _text_of_event(event: MutableMapping[str, Any]) -> str:
    said = " ".join(
        [
            _shown(lambda: str(event.get("event", ""))),
            *(_pair(key, event[key]) for key in event if key not in _NOT_SAID),
        ]
    )
    return f"{said}\n{event['exception']}" if "exception" in event else said


def _pair(key: str, value: Any) -> str:
    return f"{key}={_shown(lambda: repr(value))}"


def _shown(text: Callable[[], str]) -> str:
    try:
        return text()
    except Exception as error:
        return f"(its text cannot be shown: {type(error).__name__})"
