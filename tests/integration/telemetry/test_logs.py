"""What tasks log, wherever they run."""

import json
from typing import Any

import pytest

from tests.integration.system import StartSystem, System
from tests.integration.waiting import until

from .collector import a_collector


def events(running: System, name: str) -> list[dict[str, Any]]:
    """The events of a name that the worker has printed as JSON."""
    lines = [line for line in running.workers["sw1"].log.splitlines() if line.startswith("{")]
    return [event for event in map(json.loads, lines) if event["event"] == name]


@pytest.mark.parametrize("function", ["say", "say_in_child"])
def test_a_task_logs_with_its_id_and_its_trace_also_in_a_child_process(system: StartSystem, function: str) -> None:
    with a_collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        running = system(modules="traced_work", worker="--log-format json", environment=environment)
        with running.sync_client() as client:
            task_id = client.delay(function, "hello").get(timeout=20)
        [event] = until(lambda: events(running, "said_by_structlog"), what="the event is printed")
        until(lambda: any(span.name == f"run {function}" for span in collector.spans), what="the run is sent")
        [span] = [span for span in collector.spans if span.name == f"run {function}"]
        assert (event["word"], event["task_id"], event["trace_id"]) == ("hello", task_id, span.trace_id)
        assert f"INFO shop: said by logging: hello task_id={task_id}" in running.workers["sw1"].log


@pytest.mark.parametrize("function", ["say", "say_in_child"])
def test_what_a_task_that_is_not_traced_logs_names_no_trace(system: StartSystem, function: str) -> None:
    running = system(modules="traced_work")
    with running.sync_client() as client:
        task_id = client.delay(function, "hello").get(timeout=20)
    [event] = until(lambda: events(running, "said_by_structlog"), what="the event is printed")
    assert event["task_id"] == task_id
    assert "trace_id" not in event
