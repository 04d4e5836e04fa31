"""Spans as the API tells them."""

from datetime import UTC, datetime

from fastworker.application.observatory.task_spans import KeptSpan

from ..models.span import TaskSpan
from ..redaction import Redaction


def span_record(kept: KeptSpan, redaction: Redaction) -> TaskSpan:
    """Return one span."""
    span = kept.span
    return TaskSpan(
        number=kept.number,
        attempt=kept.attempt,
        worker_id=kept.worker_id or None,
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_id or None,
        name=span.name,
        started_at=datetime.fromtimestamp(span.started_at, UTC),
        seconds=span.seconds,
        status=span.status.value,
        message=span.message,
        attributes=redaction.hide_attributes(dict(span.attributes)),
    )
