"""What a worker and its child processes say to each other: frames of a JSON header and raw bytes, never pickle.

| kind | said by | carries |
| --- | --- | --- |
| hello | worker, once | the import path, the payload codec, the level of the root logger, how to log and trace |
| ready | child, once | |
| run | worker | one attempt, and the trace that it is part of; payload: the arguments |
| begun | child | the module of the task had to be imported first: its time starts now |
| note | child | progress, log lines, spans and the locals of a failure |
| outcome | child | how the attempt ended, and the memory that the child holds; payload: the result |
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

from fastworker.application.execution import Execution
from fastworker.application.notes import Note
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.task_span import SpanStatus, TaskSpan

type Header = dict[str, Any]

READ_BYTES = 1 << 16
_LENGTHS = struct.Struct(">II")
_LARGEST_BYTES = 1 << 30


def frame(header: Header, payload: bytes = b"") -> bytes:
    """Return the bytes of one frame."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(payload)) + text + payload


class FrameReader:
    """Cuts what comes through a stream into frames."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Header, bytes]]:
        """Give the frames that are complete with these bytes.

        Raises:
            ValueError: this is not a stream of frames.
        """
        self._data += data
        while len(self._data) >= _LENGTHS.size:
            header_bytes, payload_bytes = _LENGTHS.unpack_from(self._data)
            if max(header_bytes, payload_bytes) > _LARGEST_BYTES:
                raise ValueError(f"a frame of {header_bytes} and {payload_bytes} bytes")
            middle = _LENGTHS.size + header_bytes
            end = middle + payload_bytes
            if len(self._data) < end:
                return
            header = json.loads(self._data[_LENGTHS.size : middle])
            payload = bytes(self._data[middle:end])
            del self._data[:end]
            yield header, payload


def run_header(execution: Execution) -> Header:
    """Return what a child must know of an attempt, beside its payload."""
    terms = execution.terms
    return {
        "kind": "run",
        "task_id": execution.task_id,
        "attempt": execution.attempt,
        "token": execution.token,
        "module": execution.function.function.__module__,
        "name": execution.function.name,
        "priority": execution.priority.value,
        "start_by": execution.start_by,
        "trace": None if execution.span is None else execution.span.context,
        "spans": 0 if execution.span is None else execution.span.spans_left,
        "terms": {
            "timeout_seconds": terms.timeout_seconds,
            "retry_on": terms.retry_on,
            "never_on": terms.never_on,
        },
    }


def outcome_header(outcome: Outcome, *, resident_bytes: int) -> Header:
    """Return an outcome without its payload."""
    error = outcome.error
    return {
        "kind": "outcome",
        "status": outcome.status.value,
        "error": None if error is None else [error.error_type, error.message, error.traceback],
        "run_seconds": outcome.run_seconds,
        "is_retryable": outcome.is_retryable,
        "retry_after": outcome.retry_after,
        "resident_bytes": resident_bytes,
    }


def outcome_of(header: Header, payload: bytes) -> Outcome:
    """Return the outcome that a child told of."""
    error = header["error"]
    return Outcome(
        TaskStatus(header["status"]),
        payload,
        None if error is None else ErrorRecord(*error),
        header["run_seconds"],
        is_retryable=header["is_retryable"],
        retry_after=header["retry_after"],
    )


def note_header(token: int, notes: list[Note]) -> Header:
    """Return the notes of one attempt."""
    return {"kind": "note", "token": token, "notes": [_note_fields(note) for note in notes]}


def notes_of(header: Header) -> list[Note]:
    """Return the notes that a child told of."""
    return [_note(kind, fields) for kind, *fields in header["notes"]]


def _note_fields(note: Note) -> list[Any]:
    match note:
        case LogLine():
            return ["line", note.level, note.logger, note.message]
        case Progress():
            return ["progress", note.done, note.total, note.message]
        case TaskSpan():
            return [
                "span",
                note.trace_id,
                note.span_id,
                note.parent_id,
                note.name,
                note.started_at,
                note.seconds,
                note.status.value,
                note.message,
                note.attributes,
            ]
        case FailureLocals():
            return ["locals", *([each.file, each.line, each.function, each.locals] for each in note.frames)]


def _note(kind: str, fields: list[Any]) -> Note:
    match kind:
        case "line":
            return LogLine(*fields)
        case "progress":
            return Progress(*fields)
        case "span":
            return _span(fields)
        case "locals":
            return FailureLocals(tuple(map(_frame_locals, fields)))
    raise ValueError(f"a note of the kind {kind!r}; expected line, progress, span or locals")


def _frame_locals(fields: list[Any]) -> FrameLocals:
    file, line, function, found = fields
    return FrameLocals(file, line, function, tuple((name, text) for name, text in found))


def _span(fields: list[Any]) -> TaskSpan:
    trace_id, span_id, parent_id, name, started_at, seconds, status, message, attributes = fields
    pairs = tuple((key, value) for key, value in attributes)
    return TaskSpan(trace_id, span_id, parent_id, name, started_at, seconds, SpanStatus(status), message, pairs)
