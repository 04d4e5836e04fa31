"""A tracer provider of a test's own, and the spans that it has ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from fastworker.adapters.telemetry.otel_tracing import OtelTracing

type Tree = tuple[str, list[Any]]


class Traces:
    """Traces into memory; nothing of it is global."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = OtelTracing(self.provider)
        self.tracer: Tracer = self.provider.get_tracer("a test")

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """The spans that have ended, in this order."""
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        """The spans of a name, in the order in which they began."""
        found = [span for span in self.spans if span.name == name]
        return sorted(found, key=lambda span: span.start_time or 0)

    def one(self, name: str) -> ReadableSpan:
        """The only span of a name."""
        [span] = self.named(name)
        return span

    def trees(self) -> list[Tree]:
        """The names of the spans, each with those below it, sorted."""
        return self._below(None)

    def _below(self, parent_id: int | None) -> list[Tree]:
        below = [span for span in self.spans if (span.parent.span_id if span.parent else None) == parent_id]
        return sorted((span.name, self._below(span_id(span))) for span in below)


def span_id(span: ReadableSpan) -> int:
    """The id of a span."""
    assert span.context is not None
    return span.context.span_id


def linked(span: ReadableSpan) -> list[int]:
    """The ids of the spans that a span links to."""
    return [link.context.span_id for link in span.links]


def said(span: ReadableSpan) -> Mapping[str, Any]:
    """What a span says."""
    return dict(span.attributes or {})
