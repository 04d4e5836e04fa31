"""Spans, whatever the user's OpenTelemetry does."""

import pytest
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from structlog.testing import capture_logs

from fastworker.adapters.telemetry.messaging import about_server
from fastworker.adapters.telemetry.otel_tracing import OtelTracing
from fastworker.application.messages import LeaseDetails, LeaseEntry, SubmitEntry
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.terms import Terms

from .traces import Traces, linked, said

ENTRY = SubmitEntry("t1", "echo", TaskPriority.NORMAL)
LEASE = LeaseEntry("t1", "echo", 1, 7)
TRACE = (("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)
ADDRESS = "tcp://127.0.0.1:5555"


class Broken(SpanProcessor):
    """Raises when a span begins, or when it ends."""

    def __init__(self, *, at_start: bool) -> None:
        self._at_start = at_start

    def on_start(self, span: Span, parent_context: object = None) -> None:
        if self._at_start:
            raise RuntimeError("a fault of a processor")

    def on_end(self, span: ReadableSpan) -> None:
        raise RuntimeError("a fault of a processor")


@pytest.mark.parametrize("at_start", [True, False])
def test_what_a_processor_of_the_user_raises_is_said_and_harms_nothing(at_start: bool) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Broken(at_start=at_start))
    tracing = OtelTracing(provider)
    with capture_logs() as logs:
        with tracing.submitting(ENTRY, b"{}", address=ADDRESS) as context:
            assert (context is None) == at_start
        run = tracing.running(LEASE, LeaseDetails(terms=Terms(trace=context)), b"{}", spans=0)
        run.enter()()
        run.end(Outcome(TaskStatus.SUCCESS))
    assert {log["event"] for log in logs} == {"span_failed"}


def test_a_run_goes_on_from_what_its_task_carries() -> None:
    traces = Traces()
    run = traces.tracing.running(LEASE, LeaseDetails(terms=Terms(trace=TRACE)), b"{}", spans=0)
    assert run.trace_id == "0af7651916cd43dd8448eb211c80319c"
    run.end(Outcome(TaskStatus.SUCCESS))
    span = traces.one("run echo")
    assert span.parent is not None
    assert (span.parent.span_id, linked(span)) == (0xB7AD6B7169203331, [0xB7AD6B7169203331])


@pytest.mark.parametrize("header", ["", "junk", "00-0-0-0", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_what_is_no_trace_context_begins_a_trace_of_its_own(header: str) -> None:
    traces = Traces()
    run = traces.tracing.running(LEASE, LeaseDetails(terms=Terms(trace=(("traceparent", header),))), b"{}", spans=0)
    run.end(Outcome(TaskStatus.SUCCESS))
    span = traces.one("run echo")
    assert (span.parent, linked(span)) == (None, [])


def test_the_span_of_a_run_is_current_while_it_is_entered() -> None:
    traces = Traces()
    run = traces.tracing.running(LEASE, LeaseDetails(terms=Terms(trace=TRACE)), b"{}", spans=0)
    leave = run.enter()
    assert trace.format_trace_id(trace.get_current_span().get_span_context().trace_id) == run.trace_id
    leave()
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_another_process_goes_on_from_a_run_and_leaves_its_end_to_the_one_where_it_began() -> None:
    traces = Traces()
    run = traces.tracing.running(LEASE, LeaseDetails(terms=Terms(trace=TRACE)), b"{}", spans=0)
    assert run.context is not None
    there = traces.tracing.going_on(run.context, spans=0)
    leave = there.enter()
    traces.tracer.start_span("user work").end()
    leave()
    there.end(Outcome(TaskStatus.SUCCESS))
    assert traces.named("run echo") == []
    run.end(Outcome(TaskStatus.SUCCESS))
    work, span = traces.one("user work"), traces.one("run echo")
    assert work.parent is not None
    assert span.context is not None
    assert work.parent.span_id == span.context.span_id
    assert there.trace_id == run.trace_id


def test_an_error_without_a_traceback_is_recorded_without_one() -> None:
    traces = Traces()
    run = traces.tracing.running(LEASE, LeaseDetails(), b"{}", spans=0)
    run.end(Outcome(TaskStatus.FAILURE, error=ErrorRecord("TaskTimeout", "not done within 5 s")))
    [event] = traces.one("run echo").events
    assert event.attributes == {"exception.type": "TaskTimeout", "exception.message": "not done within 5 s"}


def test_a_submission_that_the_caller_cancels_is_no_error() -> None:
    traces = Traces()
    with pytest.raises(KeyboardInterrupt), traces.tracing.submitting(ENTRY, b"{}", address=ADDRESS):
        raise KeyboardInterrupt
    span = traces.one("submit echo")
    assert (span.status.is_unset, list(span.events)) == (True, [])
    assert "error.type" not in said(span)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://queue.example:5555", {"server.address": "queue.example", "server.port": 5555}),
        ("tcp://[::1]:6000", {"server.address": "::1", "server.port": 6000}),
        ("tcp://queue.example", {"server.address": "queue.example"}),
        ("ipc:///run/fastworker.sock", {"server.address": "/run/fastworker.sock"}),
    ],
)
def test_the_control_plane_is_named_by_host_and_port_or_by_its_socket(
    address: str, expected: dict[str, object]
) -> None:
    assert about_server(address) == expected


class BrokenPropagator(TextMapPropagator):
    """Raises, whatever it is asked."""

    fields: set[str] = set()  # noqa: RUF012 - the interface has a property of that name

    def extract(self, *_: object, **__: object) -> Context:
        raise RuntimeError("a fault of a propagator")

    def inject(self, *_: object, **__: object) -> None:
        raise RuntimeError("a fault of a propagator")


def test_a_propagator_of_the_user_that_raises_costs_the_trace_and_not_the_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(propagate, "_HTTP_TEXT_FORMAT", BrokenPropagator())
    traces = Traces()
    with capture_logs() as logs:
        with traces.tracing.submitting(ENTRY, b"{}", address=ADDRESS) as context:
            assert context is None
        traces.tracing.running(LEASE, LeaseDetails(terms=Terms(trace=TRACE)), b"{}", spans=0).end(
            Outcome(TaskStatus.SUCCESS)
        )
    assert [log["event"] for log in logs] == ["propagator_failed"] * 2
    assert traces.one("run echo").parent is None


class CarelessPropagator(BrokenPropagator):
    """Puts a number where text belongs."""

    def inject(self, carrier: dict[str, object], *_: object, **__: object) -> None:
        carrier["traceparent"] = 7


def test_a_propagator_that_writes_no_text_costs_the_trace_and_not_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propagate, "_HTTP_TEXT_FORMAT", CarelessPropagator())
    traces = Traces()
    with capture_logs() as logs, traces.tracing.submitting(ENTRY, b"{}", address=ADDRESS) as context:
        assert context is None
    assert [log["event"] for log in logs] == ["propagator_failed"]
    assert traces.one("submit echo")
