"""Trace contexts as they travel with a task, made and read by the propagators that OTEL_PROPAGATORS names.

A propagator of the user's that raises is said, and costs the trace and not the task.
"""

from collections.abc import Iterable

from opentelemetry import context as contexts
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span

from fastworker.application.log import log
from fastworker.application.trace_context import bounded_trace
from fastworker.domain.terms import TraceContext


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


def context_of_request(headers: Iterable[tuple[bytes, bytes]]) -> Context | None:
    """Return the current context with what a request carries; None if there is a span already, or nothing is carried.

    A span that is there was begun by who traces the web framework, and goes before.
    """
    if trace.get_current_span().get_span_context().is_valid:
        return None
    try:
        carrier = _carried(headers, propagate.get_global_textmap().fields)
        return propagate.extract(carrier, contexts.get_current()) if carrier else None
    except Exception:
        log.exception("propagator_failed")
        return None


def _carried(headers: Iterable[tuple[bytes, bytes]], fields: Iterable[str]) -> dict[str, str]:
    """Return the headers of these names; those that came in several lines are put together."""
    names = {field.lower().encode(): field for field in fields}
    carrier: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = names.get(raw_name.lower()), raw_value.decode("latin-1")
        if name is not None:
            carrier[name] = f"{carrier[name]},{value}" if name in carrier else value
    return carrier
