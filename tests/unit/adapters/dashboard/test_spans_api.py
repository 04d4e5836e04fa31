"""The spans of a task's trace, as the API tells them."""

import json
from datetime import datetime
from typing import Any

import pytest

from fastworker.application.limits import Limits
from fastworker.application.task_function import task
from fastworker.domain.task_span import TaskSpan
from tests.builders import a_span
from tests.unit.adapters.telemetry.traces import Traces
from tests.unit.system.system import AnyTask, HeldTask

from .served import Served, a_dashboard

pytestmark = pytest.mark.anyio

TEMPLATE = "https://tracing.example/trace/{trace_id}"


def charging(traces: Traces) -> AnyTask:
    """A task function that makes a span with something in it that may have to be hidden."""

    @task
    def charge() -> None:
        said = {"db.password": "hunter2", "http.request.header.authorization": "Bearer 1", "rows": 3}
        traces.tracer.start_span("<b>bold</b>", attributes=said).end()

    return charge


async def run(served: Served, traces: Traces) -> str:
    served.system.tracing = traces.tracing
    handle = await served.client.delay("charge")
    await handle
    return str(handle)


def keep(served: Served, task_id: str, span: TaskSpan) -> None:
    """Have a span of the control plane come."""
    observatory = served.parts.observatory
    observatory.spans.add(observatory.task(task_id, now=served.system.clock.now()), 1, "", span)


async def test_a_task_tells_its_spans_those_inside_others_first() -> None:
    traces = Traces()
    async with a_dashboard(functions=(charging(traces),), limits=Limits(max_spans=10)) as served:
        task_id = await run(served, traces)
        inside, attempt = await served.items(f"/tasks/{task_id}/spans")
        assert (inside["name"], attempt["name"]) == ("<b>bold</b>", "run charge")
        assert inside["parent_id"] == attempt["span_id"]
        assert (inside["number"], inside["attempt"], inside["worker_id"]) == (1, 1, "w1")
        assert (inside["status"], inside["message"]) == ("unset", "")
        assert inside["attributes"]["rows"] == "3"
        assert datetime.fromisoformat(inside["started_at"]) >= datetime.fromisoformat(attempt["started_at"])
        assert 0 <= inside["seconds"] <= attempt["seconds"]
        shown: dict[str, Any] = (await served.get(f"/tasks/{task_id}")).json()
        assert shown["spans"] == 2
        assert shown["trace_id"] == inside["trace_id"] == attempt["trace_id"]


async def test_what_spans_say_is_hidden_as_it_is_in_arguments() -> None:
    traces = Traces()
    hidden = ["password", "header"]
    async with a_dashboard(functions=(charging(traces),), limits=Limits(max_spans=10), redact=hidden) as served:
        task_id = await run(served, traces)
        response = await served.get(f"/tasks/{task_id}/spans")
        assert response.json()["items"][0]["attributes"] == {
            "db.password": "••••••",
            "http.request.header.authorization": "••••••",
            "rows": "3",
        }
        assert "hunter2" not in response.text


async def test_a_task_that_was_submitted_in_no_trace_leads_to_that_of_its_run() -> None:
    async with a_dashboard(trace_url_template=TEMPLATE) as served:
        handle = await served.client.delay("echo", 7)
        await handle
        assert (await served.get(f"/tasks/{handle}")).json()["trace_id"] is None
        span = a_span()
        keep(served, handle, span)
        shown = (await served.get(f"/tasks/{handle}")).json()
        assert (shown["trace_id"], shown["trace_url"]) == (span.trace_id, TEMPLATE.format(trace_id=span.trace_id))


async def test_spans_are_told_in_pages_and_those_of_a_task_that_is_not_there_are_not_found() -> None:
    async with a_dashboard() as served:
        handle = await served.client.delay("echo", 7)
        assert await served.items(f"/tasks/{handle}/spans") == []
        for number in range(5):
            keep(served, handle, a_span(str(number)))
        first = (await served.get(f"/tasks/{handle}/spans", params={"limit": "3"})).json()
        rest = await served.items(f"/tasks/{handle}/spans", params={"cursor": first["next_cursor"]})
        assert [each["name"] for each in first["items"] + rest] == list("01234")
        assert {each["worker_id"] for each in rest} == {None}
        assert (await served.get("/tasks/nobody/spans")).status_code == 404


async def test_whoever_follows_a_task_hears_when_a_span_has_come() -> None:
    held = HeldTask()
    async with a_dashboard(functions=(held.function,)) as served:
        handle = await served.client.delay("held", 1)
        await served.system.settle()
        listener = served.parts.hub.listen([f"task:{handle}"], None)
        await served.turn()
        listener.take()
        keep(served, handle, a_span())
        await served.turn()
        assert [json.loads(event.data)["task"]["spans"] for event in listener.take()] == [1]
        await served.turn()
        assert listener.take() == []
        held.release()
