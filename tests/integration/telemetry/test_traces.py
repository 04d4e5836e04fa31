"""One trace across real processes: an application, a control plane, a worker and a child process of it."""

import signal
import socket
from collections.abc import Iterator

import httpx
import pytest

from fastworker.domain.errors import TaskFailed
from tests.integration.processes import Processes, free_port
from tests.integration.system import StartSystem
from tests.integration.waiting import until

from .collector import Collector, a_collector

MODULES = "traced_work"
TRACE_ID, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PLANE, WORKER = "fastworker-control-plane", "fastworker-subworker"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as collector:
        yield collector


def traced(collector: Collector, **more: str) -> dict[str, str]:
    """The variables that have traces sent there, soon."""
    return {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.endpoint}/v1/traces",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    } | more


def start_app(processes: Processes, environment: dict[str, str], address: str) -> str:
    """Start the application and return its URL."""
    port = free_port()
    app = processes.start(
        "app",
        *("uvicorn", "traced_app:app", "--port", str(port)),
        environment=environment | {"FASTWORKER_ADDRESS": address, "OTEL_SERVICE_NAME": "shop"},
    )
    app.wait_for("Application startup complete")
    return f"http://127.0.0.1:{port}"


def test_one_trace_leads_from_a_request_through_submit_wait_and_run_to_what_a_child_process_submits(
    system: StartSystem, processes: Processes, collector: Collector
) -> None:
    environment = traced(collector)
    running = system(modules=MODULES, environment=environment)
    url = start_app(processes, environment, running.address)
    headers = {"traceparent": f"00-{TRACE_ID}-{CALLER}-01"}
    assert httpx.post(f"{url}/orders/21", headers=headers, timeout=30).json() == 42

    until(lambda: len(collector.spans) >= 12, what="all spans are sent")
    leaf = (WORKER, "submit double", [(PLANE, "wait double", []), (WORKER, "run double", [])])
    child = (WORKER, "run print_label", [(WORKER, "draw", [leaf])])
    look_up = (WORKER, "look up prices", [(WORKER, "submit print_label", [(PLANE, "wait print_label", []), child])])
    run = (WORKER, "run place_order", [look_up])
    submit = ("shop", "submit place_order", [(PLANE, "wait place_order", []), run])
    assert collector.below(CALLER) == [("shop", "POST /orders/21", [submit])]
    assert {span.trace_id for span in collector.spans} == {TRACE_ID}
    assert len(collector.spans) == 12


def test_a_submission_from_a_thread_of_the_application_is_in_the_trace_of_its_request(
    system: StartSystem, processes: Processes, collector: Collector
) -> None:
    environment = traced(collector)
    running = system(modules=MODULES, environment=environment)
    url = start_app(processes, environment, running.address)
    headers = {"traceparent": f"00-{TRACE_ID}-{CALLER}-01"}
    assert httpx.post(f"{url}/doubles/21", headers=headers, timeout=30).json() == 42
    until(lambda: len(collector.spans) >= 4, what="all spans are sent")
    submit = ("shop", "submit double", [(PLANE, "wait double", []), (WORKER, "run double", [])])
    assert collector.below(CALLER) == [("shop", "POST /doubles/21", [submit])]


def test_what_fails_is_an_error_of_its_run_and_what_was_not_sent_is_sent_at_the_end(
    system: StartSystem, collector: Collector
) -> None:
    running = system(modules=MODULES, environment=traced(collector, OTEL_BSP_SCHEDULE_DELAY="60000"))
    with running.sync_client() as client, pytest.raises(TaskFailed):
        client.delay("fail").get(timeout=20)
    assert collector.spans == []
    running.workers["sw1"].send(signal.SIGTERM)
    assert running.workers["sw1"].wait() == 0
    [span] = collector.spans
    assert (span.name, span.is_error, span.attributes["error.type"]) == ("run fail", True, "LookupError")


def test_the_command_line_submits_in_a_trace_of_its_own(system: StartSystem, collector: Collector) -> None:
    environment = traced(collector)
    running = system(modules=MODULES, environment=environment)
    done = running.processes.run(
        *("fastworker", "submit", "double", "--args", "21"),
        environment=environment | {"FASTWORKER_ADDRESS": running.address},
    )
    assert (done.exit_code, done.output) == (0, "42\n")
    until(lambda: len(collector.spans) >= 3, what="all spans are sent")
    assert collector.below("") == [
        ("fastworker-cli", "submit double", [(PLANE, "wait double", []), (WORKER, "run double", [])])
    ]


def test_a_collector_that_hangs_does_not_keep_a_worker_from_its_end(system: StartSystem) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        running = system(modules=MODULES, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint})
        with running.sync_client() as client:
            assert client.delay("double", 21).get(timeout=20) == 42
        worker = running.workers["sw1"]
        worker.send(signal.SIGTERM)
        assert worker.wait() == 0
        assert "telemetry_lost" in worker.log


@pytest.mark.parametrize("command", ["control-plane", "subworker"])
def test_an_exporter_that_is_not_there_ends_the_start_with_what_to_do(processes: Processes, command: str) -> None:
    done = processes.run("fastworker", command, environment={"OTEL_TRACES_EXPORTER": "zipkim"})
    assert done.exit_code == 2
    assert "'zipkim' for traces" in done.errors
    assert "install the package" in done.errors


def test_without_the_variables_nothing_of_opentelemetry_is_loaded(system: StartSystem) -> None:
    running = system(modules="dashboard_work", dashboard="--dashboard-port 0")
    with running.sync_client() as client:
        loaded = client.delay("loaded_modules").get(timeout=20)
    assert [name for name in loaded if name.startswith("opentelemetry")] == []
