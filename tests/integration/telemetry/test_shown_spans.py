"""The page of a task shows the spans of its trace: of the control plane, of a worker and of a child process of it."""

import json
import urllib.request
from typing import Any

from tests.integration.processes import free_port
from tests.integration.system import StartSystem, System
from tests.integration.waiting import until

from .collector import a_collector
from .test_traces import MODULES, traced

NO_COLLECTOR = {"OTEL_TRACES_EXPORTER": "console"}


class Api:
    """The API of a system's dashboard."""

    def __init__(self, start: StartSystem, environment: dict[str, str], flags: str = "") -> None:
        port = free_port()
        self.system: System = start(
            modules=MODULES, environment=environment, dashboard=f"--dashboard-port {port} {flags}"
        )
        self._url = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path: str) -> Any:
        with urllib.request.urlopen(self._url + path, timeout=10) as reply:
            return json.load(reply)

    def spans(self, task_id: str) -> dict[str, Any]:
        return {span["name"]: span for span in self.ask(f"tasks/{task_id}/spans")["items"]}


def test_the_spans_of_a_task_are_those_that_the_tracing_backend_gets(system: StartSystem) -> None:
    with a_collector() as collector:
        api = Api(system, traced(collector))
        with api.system.sync_client() as client:
            order = client.delay("place_order", 21)
            assert order.get(timeout=30) == 42
        (label,) = api.ask("tasks?name=print_label")["items"]
        outer, inner = api.spans(order), api.spans(label["id"])
        assert list(outer) == ["submit print_label", "look up prices", "run place_order"]
        assert list(inner) == ["wait print_label", "submit double", "draw", "run print_label"]
        assert [inner[name]["worker_id"] for name in inner] == [None, "sw1", "sw1", "sw1"]
        until(lambda: len(collector.spans) >= 9, what="all spans are sent")
        sent = {span.name: span for span in collector.spans}
        for name, span in {**outer, **inner}.items():
            assert (span["trace_id"], span["span_id"]) == (sent[name].trace_id, sent[name].span_id)
            assert (span["parent_id"] or "") == sent[name].parent_id
        assert api.ask(f"tasks/{order}")["trace_id"] == outer["run place_order"]["trace_id"]


def test_without_telemetry_or_with_no_spans_to_be_kept_there_are_none(system: StartSystem) -> None:
    for environment, flags in (({"UNUSED": "1"}, ""), (NO_COLLECTOR, "--spans-kept 0")):
        api = Api(system, environment, flags)
        with api.system.sync_client() as client:
            handle = client.delay("double", 21)
            assert handle.get(timeout=30) == 42
        assert api.spans(handle) == {}
        task = api.ask(f"tasks/{handle}")
        assert (task["trace_id"], task["spans"]) == (None, 0)
