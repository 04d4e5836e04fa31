"""The trace context that travels and waits with a task: how long it may be, and which trace it names."""

import re

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


TRACEPARENT = re.compile(r"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
"""As the W3C has it: version, trace, span, flags; only later versions may say more. Zeros alone name nothing."""


def trace_id_of(context: TraceContext | None) -> str | None:
    """Return the id of the trace that a context names as the W3C does, 32 hexadecimal digits; None for none."""
    said = next((value for name, value in context or () if name.lower() == "traceparent"), "")
    found = TRACEPARENT.fullmatch(said)
    return found[1] if found else None
