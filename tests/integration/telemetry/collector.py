"""A collector of OpenTelemetry: takes OTLP over HTTP, and keeps what it is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class SentSpan:
    """A span as it was sent."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    is_error: bool
    attributes: dict[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class SentMetric:
    """The latest values of an instrument of a service: by their labels, the value, or how many were recorded."""

    unit: str
    kind: str
    values: dict[tuple[tuple[str, str], ...], float]


class Collector:
    """What was sent until now."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.spans: list[SentSpan] = []
        self.metrics: dict[tuple[str, str], SentMetric] = {}

    def take(self, path: str, body: bytes) -> None:
        """Take one request."""
        if path == "/v1/traces":
            self.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
        elif path == "/v1/metrics":
            self.metrics.update(_metrics(ExportMetricsServiceRequest.FromString(body)))

    def names(self) -> list[tuple[str, str]]:
        """The service and the name of each span, sorted."""
        return sorted((span.service, span.name) for span in self.spans)

    def below(self, span_id: str) -> list[Any]:
        """The spans below a span, as (service, name, those below it), sorted."""
        return sorted(
            (span.service, span.name, self.below(span.span_id)) for span in self.spans if span.parent_id == span_id
        )


@contextmanager
def a_collector() -> Iterator[Collector]:
    """Collect at `endpoint`, on a free port, while the body runs."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


def _said(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> Any:
    kind = pair.value.WhichOneof("value")
    return getattr(pair.value, kind) if kind else None


def _spans(request: ExportTraceServiceRequest) -> Iterator[SentSpan]:
    for resource in request.resource_spans:
        service = _said(resource.resource.attributes)["service.name"]
        for span in (span for scope in resource.scope_spans for span in scope.spans):
            yield SentSpan(
                service,
                span.name,
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                span.status.code == 2,
                _said(span.attributes),
                tuple(link.span_id.hex() for link in span.links),
            )


def _metrics(request: ExportMetricsServiceRequest) -> Iterator[tuple[tuple[str, str], SentMetric]]:
    for resource in request.resource_metrics:
        service = _said(resource.resource.attributes)["service.name"]
        for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            points = getattr(metric, kind).data_points
            yield (service, metric.name), SentMetric(metric.unit, kind, dict(map(_point, points)))


def _point(point: Any) -> tuple[tuple[tuple[str, str], ...], float]:
    labels = tuple(sorted(_said(point.attributes).items()))
    if hasattr(point, "bucket_counts"):
        return labels, point.count
    return labels, getattr(point, point.WhichOneof("value"))
