"""Whether this process traces. It is asked for each task, so the answer costs next to nothing while nobody does."""

import os
import sys
from typing import TYPE_CHECKING

from .asked import is_disabled

if TYPE_CHECKING:
    from .otel_tracing import OtelTracing

_SDK = "opentelemetry.sdk.trace"
"""Looked for instead of the API: web frameworks load that, and asking it takes ten times as long (2 µs, measured)."""

_found: "OtelTracing | None" = None  # kept: a provider, once set, cannot be replaced


def find_tracing() -> "OtelTracing | None":
    """Return what traces, as soon as somebody has set a tracer provider of OpenTelemetry's SDK.

    Before anybody has imported the SDK there is no such provider, so nothing is imported to ask.
    """
    return _found if _found is not None or _SDK not in sys.modules else _look_for_provider()


def _look_for_provider() -> "OtelTracing | None":
    global _found
    from .otel_tracing import OtelTracing, present_provider

    provider = present_provider()
    if provider is not None and not is_disabled(os.environ):
        _found = OtelTracing(provider)
    return _found
