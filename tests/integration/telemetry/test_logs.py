"""What tasks log, wherever they run."""

import json
from typing import Any

import pytest

from tests.integration.system import StartSystem, System
from tests.integration.waiting import until

from .collector import Collector, SentSpan, a_collector

WHERE = ["say", "say_in_loop", "say_in_thread_of_its_own", "say_in_child"]


def events(running: System, name: str) -> list[dict[str, Any]]:
    """The events of a name that the worker has printed as JSON."""
    lines = [line for line in running.workers["sw1"].log.splitlines() if line.startswith("{")]
    return [event for event in map(json.loads, lines) if event["event"] == name]


def run_of(function: str, collector: Collector) -> SentSpan:
    """The one run of a function, when it was sent."""
    [span] = until(lambda: [span for span in collector.spans if span.name == f"run {function}"], what="a run is sent")
    return span


@pytest.mark.parametrize("function", WHERE)
def test_a_task_logs_with_its_id_and_its_trace_also_in_a_child_process(system: StartSystem, function: str) -> None:
    with a_collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        running = system(modules="traced_work", worker="--log-format json", environment=environment)
        with running.sync_client() as client:
            task_id = client.delay(function, "hello").get(timeout=20)
        [event] = until(lambda: events(running, "said_by_structlog"), what="the event is printed")
        span = run_of(function, collector)
        assert (event["word"], event["task_id"], event["trace_id"]) == ("hello", task_id, span.trace_id)
        [record] = until(lambda: events(running, "said by logging: hello"), what="the record is printed")
        assert (record["logger"], record["level"]) == ("shop", "info")
        assert (record["task_id"], record["trace_id"]) == (task_id, span.trace_id)


def test_so_it_does_in_the_worker_of_the_control_plane_itself(system: StartSystem) -> None:
    with a_collector() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        running = system(
            modules="traced_work", control_plane="--log-format console", workers=0, environment=environment
        )
        with running.sync_client() as client:
            said = {name: client.delay(name, "hello").get(timeout=20) for name in WHERE}
        for name, task_id in said.items():
            ids = f"task_id={task_id} trace_id={run_of(name, collector).trace_id}\n"
            running.control_plane.wait_for(f"INFO shop: said by logging: hello {ids}")


@pytest.mark.parametrize("function", ["say", "say_in_child"])
def test_what_a_task_that_is_not_traced_logs_names_no_trace(system: StartSystem, function: str) -> None:
    running = system(modules="traced_work")
    with running.sync_client() as client:
        task_id = client.delay(function, "hello").get(timeout=20)
    [event] = until(lambda: events(running, "said_by_structlog"), what="the event is printed")
    assert event["task_id"] == task_id
    assert "trace_id" not in event
