"""How much of a span is sent and kept: as much as of a log line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from math import isfinite

from fastworker.domain.task_span import TaskSpan
from fastworker.domain.text import bounded

NAME_CHARACTERS = 200
VALUE_CHARACTERS = 300
ATTRIBUTES_CHARACTERS = 1_000
"""Names and values together; what does not fit is left out."""

MOST_ATTRIBUTES = 64
"""Those that are empty have no characters, and are no less to keep and to send."""

LATEST_SECONDS = 253_402_300_799
"""The end of the year 9999: later moments have no date."""

_TRACE_ID, _SPAN_ID = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")


def bounded_span(span: TaskSpan) -> TaskSpan | None:
    """Return a span of bounded size; None for what is none, whatever made or sent it."""
    if not _TRACE_ID.fullmatch(span.trace_id) or not _SPAN_ID.fullmatch(span.span_id) or not _has_times(span):
        return None
    return replace(
        span,
        parent_id=span.parent_id if _SPAN_ID.fullmatch(span.parent_id) else "",
        name=bounded(span.name, NAME_CHARACTERS),
        message=bounded(span.message, VALUE_CHARACTERS),
        attributes=tuple(_bounded_attributes(span.attributes)),
    )


def _has_times(span: TaskSpan) -> bool:
    return 0 <= span.started_at <= LATEST_SECONDS and isfinite(span.seconds) and span.seconds >= 0


def _bounded_attributes(attributes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    left = ATTRIBUTES_CHARACTERS
    for long_name, long_value in islice(attributes, MOST_ATTRIBUTES):
        name, value = bounded(long_name, NAME_CHARACTERS), bounded(long_value, VALUE_CHARACTERS)
        left -= len(name) + len(value)
        if left < 0:
            return
        yield name, value
