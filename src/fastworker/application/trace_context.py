"""How long a trace context may be that travels and waits with a task."""

from fastworker.domain.terms import TraceContext

TRACE_CHARACTERS = 1_024
"""Of all names and values. A `traceparent` has 55, and the W3C asks to keep 512 of a `tracestate`."""


def bounded_trace(context: TraceContext | None) -> TraceContext | None:
    """Return the first pairs of a context that are short enough together; None when there is none."""
    kept: list[tuple[str, str]] = []
    left = TRACE_CHARACTERS
    for name, value in context or ():
        left -= max(1, len(name) + len(value))
        if left < 0:
            break
        kept.append((name, value))
    return tuple(kept) or None
