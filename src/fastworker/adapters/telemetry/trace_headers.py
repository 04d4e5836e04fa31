"""Trace contexts as they travel with a task, made and read by the propagators that OTEL_PROPAGATORS names.

A propagator of the user's that raises is said, and costs the trace and not the task.
"""

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span

from fastworker.application.trace_context import bounded_trace
from fastworker.domain.task import TraceContext

log = structlog.get_logger()


def headers_of(span: Span, context: Context | None = None) -> TraceContext | None:
    """Return what a task below a span carries, with the baggage of the context (default: the current one)."""
    carrier: dict[str, str] = {}
    try:
        propagate.inject(carrier, trace.set_span_in_context(span, context))
        return bounded_trace(tuple(carrier.items()))
    except Exception:  # also what is no text, in the carrier
        log.exception("propagator_failed")
        return None


def context_of(headers: TraceContext | None) -> Context:
    """Return the context that a task carries; an empty one, for a new trace, when it carries none."""
    if not headers:
        return Context()
    try:
        return propagate.extract(dict(headers), Context())
    except Exception:
        log.exception("propagator_failed")
        return Context()
