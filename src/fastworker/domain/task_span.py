"""A span of the trace that a task is part of, as people are shown it."""

from dataclasses import dataclass
from enum import Enum


class SpanStatus(Enum):
    """What whoever made a span says of its end; mostly nothing."""

    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TaskSpan:
    """A span that has ended. `started_at` is Unix seconds, by the clock of its machine; the ids are hexadecimal."""

    trace_id: str
    span_id: str
    parent_id: str  # empty: it is the first of its trace
    name: str
    started_at: float
    seconds: float
    status: SpanStatus = SpanStatus.UNSET
    message: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
