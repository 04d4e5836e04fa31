"""The middleware has what a request submits go on with the trace that the request came with."""

from typing import ClassVar, NoReturn

import pytest
from opentelemetry import propagate, trace
from opentelemetry.propagators.textmap import TextMapPropagator
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from fastworker.adapters.telemetry import detection
from fastworker.integrations.starlette import FastWorkerMiddleware
from tests.unit.adapters.telemetry.traces import Traces
from tests.unit.system.system import System, a_system
from tests.unit.system.tasks import echo

from .asgi_server import Server

pytestmark = pytest.mark.anyio

TRACE_ID = 0x0AF7651916CD43DD8448EB211C80319C
TRACEPARENT = (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


@pytest.fixture
def anyio_backend() -> str:
    """The client starts with the first request: asyncio."""
    return "asyncio"


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> Traces:
    """Spans of this process, as if the provider were the global one."""
    traces = Traces()
    monkeypatch.setattr(detection, "_found", traces.tracing)
    return traces


async def submit(request: Request) -> Response:
    return Response(str(await echo.submit(1)))


async def serve(system: System, *requests: list[tuple[bytes, bytes]]) -> None:
    """Serve requests with these headers by an application that submits a task in each."""
    await system.start_control_plane()
    await system.start_worker("w1", echo)
    client = system.client()
    server = Server(
        Starlette(routes=[Route("/", submit)], middleware=[Middleware(FastWorkerMiddleware, client=client)])
    )
    for headers in requests:
        await server.request(method="GET", path="/", query_string=b"", headers=headers)
    await client.aclose()


async def test_a_submission_goes_on_with_the_trace_of_its_request(traces: Traces) -> None:
    async with a_system() as system:
        system.tracing = traces.tracing
        state = [(b"tracestate", b"a=1"), (b"TraceState", b"b=2")]
        await serve(system, [TRACEPARENT, *state, (b"accept", b"*/*")], [(b"accept", b"*/*")])
    traced, other = (span.get_span_context() for span in traces.named("submit echo"))
    assert traced is not None
    assert other is not None
    assert (traced.trace_id, traced.trace_state.to_header()) == (TRACE_ID, "a=1,b=2")
    assert other.trace_id != TRACE_ID
    assert not trace.get_current_span().get_span_context().is_valid


async def test_a_span_that_there_is_for_the_request_goes_before_what_its_headers_say(traces: Traces) -> None:
    async with a_system() as system:
        system.tracing = traces.tracing
        with traces.tracer.start_as_current_span("GET /"):
            await serve(system, [TRACEPARENT])
    assert traces.one("submit echo").parent == traces.one("GET /").get_span_context()


async def test_a_request_of_a_process_that_does_not_trace_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "_SDK", "not.loaded")
    traces = Traces()
    async with a_system() as system:
        system.tracing = traces.tracing
        await serve(system, [TRACEPARENT])
    assert traces.one("submit echo").parent is None


async def test_a_propagator_that_raises_is_said_and_the_request_is_served(
    traces: Traces, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(TextMapPropagator):
        """Cannot read."""

        fields: ClassVar = {"traceparent"}

        def extract(self, *_: object, **__: object) -> NoReturn:
            raise RuntimeError("a fault of a propagator")

        def inject(self, *_: object, **__: object) -> None:
            """Carry nothing."""

    monkeypatch.setattr(propagate, "_HTTP_TEXT_FORMAT", Broken())
    async with a_system() as system:
        system.tracing = traces.tracing
        with capture_logs() as logs:
            await serve(system, [TRACEPARENT])
    assert "propagator_failed" in {log["event"] for log in logs}
    assert traces.one("submit echo").parent is None
