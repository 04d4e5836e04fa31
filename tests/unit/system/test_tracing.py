"""The trace of a task, from who submitted it to what it has submitted itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry import baggage, context
from opentelemetry.trace import SpanKind, StatusCode

from fastworker.adapters.telemetry.wait_spans import WaitSpans
from fastworker.application.client import TaskClient
from fastworker.application.task_function import task
from fastworker.application.task_options import submit_options
from fastworker.domain.errors import TaskFailed, UnknownTask
from fastworker.domain.events import TaskSubmitted
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.terms import NO_TERMS, Backoff

from ..adapters.telemetry.traces import Traces, linked, said, span_id
from .system import AnyTask, HeldTask, System, a_system
from .tasks import divide, echo, echo_async
from .test_timeouts import a_stubborn_task

pytestmark = pytest.mark.anyio

TEN_SECONDS = Backoff(10, factor=1, jitter=0)


class Forwarding:
    """A task function `forward(value)` that has `echo` run as a task of its own, by the client that it is given."""

    def __init__(self) -> None:
        self.client: TaskClient | None = None

        async def forward(value: int) -> int:
            assert self.client is not None
            result: int = await (await self.client.delay("echo", value))
            return result

        self.function: AnyTask = task(forward)


@asynccontextmanager
async def a_traced_system(*functions: AnyTask, slots: int = 2) -> AsyncIterator[tuple[System, TaskClient, Traces]]:
    """A control plane, a worker and a client that trace."""
    async with a_system() as system:
        traces, ledger = Traces(), Ledger()
        system.tracing = traces.tracing
        await system.start_control_plane(ledger=ledger, watching=[WaitSpans(traces.tracing, ledger, system.clock)])
        await system.start_worker("w1", *functions, slots=slots)
        async with system.client() as client:
            yield system, client, traces


async def test_a_request_its_task_and_what_that_submits_are_one_trace() -> None:
    forwarding = Forwarding()
    async with a_traced_system(echo, forwarding.function) as (_, client, traces):
        forwarding.client = client
        with traces.tracer.start_as_current_span("POST /orders"):
            assert await (await client.delay("forward", 7)) == 7
        child = ("submit echo", [("run echo", []), ("wait echo", [])])
        run = ("run forward", [child])
        assert traces.trees() == [("POST /orders", [("submit forward", [run, ("wait forward", [])])])]
        assert len({span.context.trace_id for span in traces.spans if span.context}) == 1


async def test_spans_say_what_the_conventions_for_messaging_ask_for() -> None:
    async with a_traced_system(echo) as (_, client, traces):
        handle = await client.delay(echo, 7, priority="high")
        assert await handle == 7
        common = {
            "messaging.system": "fastworker",
            "messaging.destination.name": "high",
            "messaging.message.id": str(handle),
            "fastworker.task.name": "echo",
        }
        submit, wait, run = (traces.one(f"{word} echo") for word in ("submit", "wait", "run"))
        assert [span.kind for span in (submit, wait, run)] == [SpanKind.PRODUCER, SpanKind.INTERNAL, SpanKind.CONSUMER]
        assert said(submit) == common | {
            "messaging.operation.name": "submit",
            "messaging.operation.type": "send",
            "messaging.message.body.size": len(b'{"value":7}'),
            "server.address": "127.0.0.1",
            "server.port": 5555,
        }
        assert said(wait) == common | {
            "messaging.operation.name": "wait",
            "messaging.client.id": "w1",
            "fastworker.task.attempt": 1,
        }
        assert said(run) == common | {
            "messaging.operation.name": "run",
            "messaging.operation.type": "process",
            "messaging.message.body.size": len(b'{"value":7}'),
            "fastworker.task.attempt": 1,
            "fastworker.task.status": "success",
        }
        assert linked(run) == [span_id(submit)]
        assert {span.status.status_code for span in (submit, wait, run)} == {StatusCode.UNSET}


async def test_the_span_of_the_wait_lasts_from_the_submission_to_the_lease() -> None:
    held = HeldTask()
    async with a_traced_system(held.function, slots=1) as (system, client, traces):
        await client.delay("held", 1)
        second = await client.delay("held", 2)
        await system.advance(30)
        held.release()
        await second
        began, waited = (
            (span.start_time or 0, (span.end_time or 0) - (span.start_time or 0)) for span in traces.named("wait held")
        )
        assert [round(seconds / 1e9, 3) for _, seconds in (began, waited)] == [0, 30]
        assert began[0] / 1e9 == pytest.approx(system.clock.wall() - 30, abs=0.01)


async def test_many_tasks_are_submitted_in_one_span_that_each_run_links_to() -> None:
    async with a_traced_system(echo_async) as (_, client, traces):
        handles = await client.map(echo_async, [(1,), (2,), (3,)])
        assert [await handle for handle in handles] == [1, 2, 3]
        submit = traces.one("submit echo_async")
        assert said(submit)["messaging.batch.message_count"] == 3
        assert "messaging.message.id" not in said(submit)
        runs = traces.named("run echo_async")
        assert [linked(run) for run in runs] == [[span_id(submit)]] * 3
        assert {said(run)["messaging.message.id"] for run in runs} == set(map(str, handles))
        assert await client.map(echo_async, []) == []
        assert len(traces.named("submit echo_async")) == 1


async def test_each_attempt_has_a_span_below_the_submission_and_links_to_the_one_before() -> None:
    runs: list[int] = []

    @task(retries=2, backoff=TEN_SECONDS)
    def flaky() -> int:
        runs.append(1)
        if len(runs) < 3:
            raise OSError(f"attempt {len(runs)}")
        return len(runs)

    async with a_traced_system(flaky) as (system, client, traces):
        handle = await client.delay("flaky")
        await system.advance(25)
        assert await handle == 3
        submit, attempts = traces.one("submit flaky"), traces.named("run flaky")
        assert [said(span)["fastworker.task.attempt"] for span in attempts] == [1, 2, 3]
        assert {span.parent.span_id for span in attempts if span.parent} == {span_id(submit)}
        first, second, third = map(span_id, attempts)
        assert [linked(span)[1:] for span in attempts] == [[], [first], [second]]
        assert third not in (first, second)
        assert len(traces.named("wait flaky")) == 3


async def test_the_exception_of_a_task_is_recorded_in_the_span_of_its_run() -> None:
    async with a_traced_system(divide) as (_, client, traces):
        with pytest.raises(TaskFailed):
            await (await client.delay("divide", 1, 0))
        run = traces.one("run divide")
        assert (run.status.status_code, run.status.description) == (
            StatusCode.ERROR,
            "ZeroDivisionError: division by zero",
        )
        assert (said(run)["error.type"], said(run)["fastworker.task.status"]) == ("ZeroDivisionError", "failure")
        [event] = run.events
        assert event.name == "exception"
        assert event.attributes is not None
        assert event.attributes["exception.type"] == "ZeroDivisionError"
        assert "return dividend / divisor" in str(event.attributes["exception.stacktrace"])
        assert traces.one("submit divide").status.status_code is StatusCode.UNSET


async def test_a_task_that_is_given_up_has_ended_for_its_trace_too() -> None:
    async with (
        a_stubborn_task(timeout=5) as stubborn,
        a_traced_system(stubborn.function) as (system, client, traces),
    ):
        handle = await client.delay("stubborn")
        await system.advance(10)
        with pytest.raises(TaskFailed, match="TaskTimeout"):
            await handle
        assert said(traces.one("run stubborn"))["error.type"] == "TaskTimeout"
        stubborn.gate.set()
        await system.settle()
        assert len(traces.named("run stubborn")) == 1


async def test_a_cancelled_task_is_no_error_of_its_trace() -> None:
    held = HeldTask()
    async with a_traced_system(held.function) as (system, client, traces):
        handle = await client.delay("held", 1)
        await system.settle()
        await client.cancel(handle)
        await system.advance(5)
        assert await handle.status() is TaskStatus.CANCELLED
        run = traces.one("run held")
        assert said(run)["fastworker.task.status"] == "cancelled"
        assert run.status.status_code is StatusCode.UNSET


async def test_a_submission_that_is_refused_is_an_error_of_its_span() -> None:
    async with a_traced_system(echo) as (_, client, traces):
        with pytest.raises(UnknownTask):
            await client.delay("ehco", 1)
        with pytest.raises(UnknownTask):
            await client.map("ehco", [(1,)])
        spans = traces.named("submit ehco")
        assert [span.status.status_code for span in spans] == [StatusCode.ERROR] * 2
        assert [said(span)["error.type"] for span in spans] == ["UnknownTask"] * 2
        assert "did you mean: echo" in str(spans[0].status.description)
        assert [event.name for event in spans[0].events] == ["exception"]


async def test_a_task_of_somebody_who_does_not_trace_begins_a_trace_of_its_own() -> None:
    async with a_traced_system(echo) as (system, client, traces):
        tracing, system.tracing = system.tracing, None
        handle = await client.submit("echo", (7,), {}, submit_options(delay=5))
        system.tracing = tracing
        await system.advance(6)
        assert await handle == 7
        assert traces.trees() == [("run echo", [])]


async def test_without_tracing_nothing_travels_and_nothing_is_kept() -> None:
    async with a_system() as system:
        plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            assert await (await client.delay("echo", 7)) == 7
        [submitted] = plane.happened(TaskSubmitted)
        assert submitted.submission.terms is NO_TERMS


async def test_baggage_goes_along_and_what_is_too_long_stays_behind() -> None:
    seen: list[object] = []

    @task
    def look() -> None:
        seen.append((baggage.get_baggage("shop"), baggage.get_baggage("long")))

    async with a_traced_system(look) as (_, client, _):
        for more in ({"shop": "berlin"}, {"shop": "berlin", "long": "x" * 2_000}):
            there = context.get_current()
            for name, value in more.items():
                there = baggage.set_baggage(name, value, there)
            token = context.attach(there)
            try:
                await (await client.delay("look"))
            finally:
                context.detach(token)
        assert seen == [("berlin", None), (None, None)]


async def test_a_task_that_runs_again_is_in_the_trace_that_it_was_submitted_in() -> None:
    async with a_traced_system(echo) as (_, client, traces):
        handle = await client.delay("echo", 7)
        assert await handle == 7
        assert await (await client.retry(handle)) == 7
        submit, runs = traces.one("submit echo"), traces.named("run echo")
        assert [span.parent.span_id for span in runs if span.parent] == [span_id(submit)] * 2


async def test_an_attempt_whose_worker_was_lost_has_no_span_and_the_next_one_no_link_to_it() -> None:
    held = HeldTask(retries=1, backoff=TEN_SECONDS)
    async with a_system() as system:
        traces = Traces()
        system.tracing = traces.tracing
        await system.start_control_plane(lease_seconds=15.0)
        first = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await first.kill()
            await system.start_worker("w2", held.function)
            await system.advance(40)
            held.release()
            assert await handle == 1
        run = traces.one("run held")
        assert said(run)["fastworker.task.attempt"] == 2
        assert linked(run) == [span_id(traces.one("submit held"))]
