"""The spans of a task's trace reach those who look at the task, and nobody who does not."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NoOpTracerProvider
from structlog.testing import capture_logs

from fastworker.adapters.telemetry.otel_tracing import OtelTracing
from fastworker.adapters.telemetry.wait_spans import WaitSpans
from fastworker.application.client import TaskClient
from fastworker.application.limits import Limits
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_spans import KeptSpan
from fastworker.application.task_function import task
from fastworker.domain.errors import TaskFailed
from fastworker.domain.events import TaskTraced
from fastworker.domain.ledger import Ledger
from fastworker.domain.task_span import SpanStatus

from ..adapters.telemetry.traces import Traces
from .system import AnyTask, HeldTask, RunningControlPlane, System, a_system
from .tasks import divide, echo

pytestmark = pytest.mark.anyio


class Watched:
    """A system that traces, and what is kept of it for people."""

    def __init__(self, system: System, client: TaskClient, observatory: Observatory, plane: RunningControlPlane):
        self.system = system
        self.client = client
        self.plane = plane
        self._observatory = observatory

    def kept(self, task_id: str) -> list[KeptSpan]:
        task = self._observatory.task(task_id, now=self.system.clock.now())
        return list(self._observatory.spans.of(task))

    def names(self, task_id: str) -> list[str]:
        return [kept.span.name for kept in self.kept(task_id)]


@asynccontextmanager
async def a_watched_system(
    *functions: AnyTask, tracing: OtelTracing, max_spans: int = 100, slots: int = 2
) -> AsyncIterator[Watched]:
    async with a_system() as system:
        system.tracing, ledger = tracing, Ledger()
        observatory = Observatory(ledger, now=system.clock.now())
        waits = WaitSpans(tracing, ledger, system.clock, keep=observatory.spans.add)
        limits = Limits(max_spans=max_spans)
        plane = await system.start_control_plane(ledger=ledger, limits=limits, watching=[waits, observatory])
        await system.start_worker("w1", *functions, slots=slots)
        async with system.client() as client:
            yield Watched(system, client, observatory, plane)


def working(tracer: trace.Tracer, spans: int = 1, *, elsewhere: bool = False) -> AnyTask:
    """A task function that makes spans, one inside the other; `elsewhere` also one of another trace."""

    async def work() -> None:
        for number in range(spans):
            with tracer.start_as_current_span(f"outer {number}", attributes={"rows": 3, "of": ("a", "b")}):
                tracer.start_span(f"inner {number}").end()
        if elsewhere:
            tracer.start_span("of another trace", context=Context()).end()

    return task(work)


async def test_the_wait_the_run_and_what_the_task_does_itself_are_kept_with_it() -> None:
    traces = Traces()
    async with a_watched_system(working(traces.tracer, elsewhere=True), tracing=traces.tracing) as watched:
        handle = await watched.client.delay("work")
        await handle
        wait, inner, outer, run = watched.kept(handle)
        assert watched.names(handle) == ["wait work", "inner 0", "outer 0", "run work"]
        assert [each.worker_id for each in (wait, inner, outer, run)] == ["", "w1", "w1", "w1"]
        assert {each.attempt for each in (wait, inner, outer, run)} == {1}
        assert inner.span.parent_id == outer.span.span_id
        assert outer.span.parent_id == run.span.span_id
        assert run.span.parent_id == wait.span.parent_id != ""
        assert outer.span.attributes == (("rows", "3"), ("of", "a, b"))
        assert dict(run.span.attributes)["fastworker.task.status"] == "success"
        assert len({each.span.trace_id for each in (wait, inner, outer, run)}) == 1


async def test_a_span_is_seen_as_soon_as_it_has_ended_while_the_task_goes_on() -> None:
    traces, held = Traces(), HeldTask()

    @task
    async def long() -> None:
        traces.tracer.start_span("first step").end()
        await held.function.function(1)

    async with a_watched_system(long, tracing=traces.tracing) as watched:
        handle = await watched.client.delay("long")
        await watched.system.advance(0.1)
        assert watched.names(handle) == ["wait long", "first step"]
        held.release()
        await handle
        assert watched.names(handle) == ["wait long", "first step", "run long"]


async def test_an_error_is_told_with_its_text() -> None:
    traces = Traces()
    async with a_watched_system(divide, tracing=traces.tracing) as watched:
        handle = await watched.client.delay("divide", 1, 0)
        with pytest.raises(TaskFailed):
            await handle
        run = watched.kept(handle)[-1].span
        assert (run.name, run.status) == ("run divide", SpanStatus.ERROR)
        assert run.message == "ZeroDivisionError: division by zero"


async def test_an_attempt_sends_as_many_spans_as_are_wanted_and_its_own() -> None:
    traces = Traces()
    async with a_watched_system(working(traces.tracer, 30), tracing=traces.tracing, max_spans=5) as watched:
        handle = await watched.client.delay("work")
        await handle
        assert watched.names(handle) == ["wait work", "inner 0", "outer 0", "inner 1", "outer 1", "inner 2", "run work"]


async def test_a_worker_sends_none_when_none_are_wanted() -> None:
    traces = Traces()
    async with a_watched_system(working(traces.tracer), tracing=traces.tracing, max_spans=0) as watched:
        handle = await watched.client.delay("work")
        await handle
        assert watched.plane.happened(TaskTraced) == []
        assert len(traces.named("run work")) == 1


def unsampled() -> OtelTracing:
    return OtelTracing(TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False))


def no_sdk() -> OtelTracing:
    return OtelTracing(NoOpTracerProvider())


@pytest.mark.parametrize("make", [unsampled, no_sdk])
async def test_spans_that_are_not_recorded_are_not_shown(make: Callable[[], OtelTracing]) -> None:
    async with a_watched_system(echo, tracing=make()) as watched:
        handle = await watched.client.delay("echo", 7)
        assert await handle == 7
        assert watched.kept(handle) == []


async def test_a_span_that_cannot_be_read_costs_only_itself_and_is_logged() -> None:
    traces = Traces()

    @task
    def work() -> int:
        traces.tracer.start_span(7).end()  # type: ignore[arg-type] # its name is no text
        return 7

    with capture_logs() as events:
        async with a_watched_system(work, tracing=traces.tracing) as watched:
            handle = await watched.client.delay("work")
            assert await handle == 7
            assert watched.names(handle) == ["wait work", "run work"]
    assert [event["name"] for event in events if event["event"] == "span_failed"] == [7]
