"""Spans by OpenTelemetry. Only its API is used here, whoever has set up the SDK: a process of ours, or the user."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, override

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    ProxyTracerProvider,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TracerProvider,
)

from fastworker.application.log import log
from fastworker.application.messages import LeaseDetails, LeaseEntry, SubmitEntry
from fastworker.application.ports.tracing import RunSpan, SubmitSpan, Tracing
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome
from fastworker.domain.task_span import TaskSpan
from fastworker.domain.terms import TraceContext

from .messaging import about, about_server, about_task
from .trace_headers import context_of, context_of_request, headers_of

if TYPE_CHECKING:
    from .shown_spans import SpanKeeper

SCOPE = "fastworker"
_server = lru_cache(maxsize=16)(about_server)


def present_provider() -> TracerProvider | None:
    """Return the tracer provider that was set; None when there is none yet."""
    provider = trace.get_tracer_provider()
    return None if isinstance(provider, ProxyTracerProvider) else provider


class OtelTracing(Tracing):
    """Spans of one provider."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(SCOPE)
        self._keeper: SpanKeeper | None = None  # since somebody wanted spans to be kept

    @override
    def submitting(self, entry: SubmitEntry, payload: bytes, *, address: str) -> SubmitSpan:
        said = about("submit", entry.name, entry.priority) | _server(address) | about_task(entry.task_id, payload)
        return OtelSubmitSpan(self.start(f"submit {entry.name}", kind=SpanKind.PRODUCER, attributes=said))

    @override
    def submitting_many(self, entries: Sequence[SubmitEntry], *, address: str) -> SubmitSpan:
        first = entries[0]
        said = about("submit", first.name, first.priority) | _server(address)
        said["messaging.batch.message_count"] = len(entries)
        return OtelSubmitSpan(self.start(f"submit {first.name}", kind=SpanKind.PRODUCER, attributes=said))

    @override
    def running(self, entry: LeaseEntry, details: LeaseDetails, payload: bytes, *, spans: int) -> RunSpan:
        parent = context_of(details.terms.trace)
        said = about("run", entry.name, details.priority) | about_task(entry.task_id, payload)
        said["fastworker.task.attempt"] = entry.attempt
        links = [*_links(parent), *_links(context_of(details.previous_trace), {"fastworker.link": "previous attempt"})]
        span = self.start(f"run {entry.name}", kind=SpanKind.CONSUMER, attributes=said, context=parent, links=links)
        return OtelRunSpan(trace.set_span_in_context(span, parent), self._keeper_of(spans), spans)

    @override
    def going_on(self, context: TraceContext, *, spans: int) -> RunSpan:
        return RemoteRunSpan(context_of(context), self._keeper_of(spans), spans)

    def _keeper_of(self, spans: int) -> "SpanKeeper | None":
        """Return who notes spans with their attempt, once any are wanted."""
        if spans and self._keeper is None:
            from .shown_spans import keeper_beside  # not above: it needs the SDK

            self._keeper = keeper_beside(self._provider)
        return self._keeper if spans else None

    @contextmanager
    def serving(self, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[None]:
        """Have the code inside go on with the trace of a request, unless somebody has begun a span for it."""
        context = context_of_request(headers)
        token = None if context is None else contexts.attach(context)
        try:
            yield
        finally:
            if token is not None:
                contexts.detach(token)

    def start(self, name: str, **how: Any) -> Span:
        """Begin a span; one that says nothing, when a sampler or a processor of the user's raises."""
        try:
            return self._tracer.start_span(name, **how)
        except Exception:
            log.exception("span_failed", name=name)
            return trace.INVALID_SPAN


def _links(context: Context, attributes: dict[str, str] | None = None) -> list[Link]:
    """Return a link to the span of a context, if it has one."""
    found = trace.get_current_span(context).get_span_context()
    return [Link(found, attributes)] if found.is_valid else []


def end(span: Span, **when: Any) -> None:
    """End a span; what a processor or an exporter of the user's raises is said."""
    try:
        span.end(**when)
    except Exception:
        log.exception("span_failed", trace_id=trace.format_trace_id(span.get_span_context().trace_id))


class OtelSubmitSpan(SubmitSpan):
    """A producer's span. It is never the current one: nothing happens inside that others would trace."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    @override
    def context(self) -> TraceContext | None:
        return headers_of(self._span)

    @override
    def end(self, error: BaseException | None) -> None:
        if isinstance(error, Exception):  # not a cancellation: that is the caller's will
            self._span.record_exception(error)
            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
        end(self._span)


class RemoteRunSpan(RunSpan):
    """The span of an attempt, as seen where it did not begin."""

    def __init__(self, context: Context, keeper: "SpanKeeper | None", spans: int) -> None:
        self._context = context
        self._span = trace.get_current_span(context)
        self._spans_left = 0 if keeper is None else spans
        self._keeper = keeper

    @property
    @override
    def trace_id(self) -> str:
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    @property
    @override
    def context(self) -> TraceContext | None:
        return headers_of(self._span, self._context)

    @property
    @override
    def spans_left(self) -> int:
        return self._spans_left

    @override
    def enter(self) -> Callable[[], None]:
        return partial(contexts.detach, contexts.attach(self._context))

    def takes(self, ended: SpanContext, keeper: "SpanKeeper") -> bool:
        """Tell whether a span is one to be noted, and count it: of the same trace, inside, and there is room.

        Threads may count it at once: then there are a few more.
        """
        own = self._span.get_span_context()
        is_inside = ended.trace_id == own.trace_id and ended.span_id != own.span_id
        if keeper is not self._keeper or not is_inside or self._spans_left <= 0:
            return False
        self._spans_left -= 1
        return True

    @override
    def end(self, outcome: Outcome) -> TaskSpan | None:
        """Leave it to the process where it began."""
        return None


class OtelRunSpan(RemoteRunSpan):
    """A consumer's span."""

    @override
    def end(self, outcome: Outcome) -> TaskSpan | None:
        span, error = self._span, outcome.error
        span.set_attribute("fastworker.task.status", outcome.status.value)
        if outcome.status is TaskStatus.FAILURE and error is not None:
            span.add_event("exception", _about_exception(error.error_type, error.message, error.traceback))
            span.set_attribute("error.type", error.error_type)
            span.set_status(Status(StatusCode.ERROR, f"{error.error_type}: {error.message}"))
        end(span)
        return None if self._keeper is None else self._keeper.shown(span)


def _about_exception(kind: str, message: str, traceback: str) -> dict[str, str]:
    said = {"exception.type": kind, "exception.message": message, "exception.stacktrace": traceback}
    return {name: text for name, text in said.items() if text}
