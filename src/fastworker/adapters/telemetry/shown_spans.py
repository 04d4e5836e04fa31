"""What people see of spans: each is read when it ends, as bounded text and numbers.

OpenTelemetry's API shows nothing of a span, so this needs the SDK: import it only where tracing was found.
"""

from typing import override

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from fastworker.application.current_task import note_in_task, running_execution
from fastworker.application.log import log
from fastworker.application.span_bounds import bounded_span
from fastworker.domain.task_span import SpanStatus, TaskSpan

from .otel_tracing import RemoteRunSpan


class SpanKeeper(SpanProcessor):
    """Notes the spans that end inside an attempt with it. It is called by the code that ends a span."""

    @override
    def on_end(self, span: ReadableSpan) -> None:
        execution = running_execution.get()
        run = None if execution is None else execution.span
        if execution is None or not isinstance(run, RemoteRunSpan) or span.context is None:
            return
        if run.takes(span.context, self) and (shown := shown_span(span)) is not None:
            note_in_task(execution, shown)

    def shown(self, span: trace.Span) -> TaskSpan | None:
        """Return what people see of the span of an attempt."""
        return shown_span(span)


def keeper_beside(provider: trace.TracerProvider) -> SpanKeeper | None:
    """Return one that hears of the spans of a provider; None if that is not the SDK's: it tells of none."""
    if not isinstance(provider, TracerProvider):
        return None
    keeper = SpanKeeper()
    provider.add_span_processor(keeper)
    return keeper


def shown_span(span: ReadableSpan | trace.Span) -> TaskSpan | None:
    """Return what people see of a span that has ended; None for one that was not recorded, or cannot be read."""
    if not isinstance(span, ReadableSpan):
        return None
    try:
        return _shown(span)
    except Exception:  # of a span that others have made: it must not fail the task
        log.exception("span_failed", name=span.name)
        return None


def _shown(span: ReadableSpan) -> TaskSpan | None:
    context, began, ended = span.context, span.start_time, span.end_time
    if context is None or began is None or ended is None:
        return None
    return bounded_span(
        TaskSpan(
            trace.format_trace_id(context.trace_id),
            trace.format_span_id(context.span_id),
            "" if span.parent is None else trace.format_span_id(span.parent.span_id),
            span.name,
            began / 1e9,
            max(0, ended - began) / 1e9,
            SpanStatus(span.status.status_code.name.lower()),
            span.status.description or "",
            tuple((name, _text(value)) for name, value in (span.attributes or {}).items()),
        )
    )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
