"""With --show-locals a failed task shows the locals of its frames, wherever it runs; without, nobody sees them."""

import json
import urllib.request
from typing import Any

import pytest

from tests.integration.processes import free_port
from tests.integration.system import NO_LOCAL_WORK, StartSystem, System
from tests.integration.waiting import until

NAMES = ("fail_in_a_thread", "fail_in_the_loop", "fail_in_a_process")


class Api:
    """The API of a system's dashboard."""

    def __init__(self, start: StartSystem, **options: Any) -> None:
        port = free_port()
        self.system: System = start(modules="failing_work", dashboard=f"--dashboard-port {port}", **options)
        self._url = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path: str) -> Any:
        with urllib.request.urlopen(self._url + path, timeout=10) as reply:
            return json.load(reply)

    def failed(self, name: str) -> dict[str, Any]:
        """Have a task fail; return its error."""
        with self.system.sync_client() as client:
            handle = client.delay(name, 3)
        until(lambda: self.ask(f"tasks/{handle}")["status"] == "failure", what="it has failed", within=30)
        error: dict[str, Any] = self.ask(f"tasks/{handle}")["error_detail"]
        return error


def told(error: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """The functions and the locals of the frames."""
    return [(each["function"], {one["name"]: one["value"] for one in each["locals"]}) for each in error["frames"]]


WHERE = [
    pytest.param({"worker": "--show-locals"}, id="a subworker"),
    pytest.param({"workers": 0, "control_plane": "--show-locals"}, id="the control plane"),
    pytest.param(
        {"workers": 0, "control_plane": f"{NO_LOCAL_WORK} --subworkers 1 --show-locals"}, id="its supervised subworkers"
    ),
]


@pytest.mark.parametrize("options", WHERE)
def test_the_locals_of_a_failure_are_shown_where_they_are_asked_for(
    system: StartSystem, options: dict[str, Any]
) -> None:
    api = Api(system, **options)
    for name in NAMES:
        assert told(api.failed(name)) == [
            (name, {"dividend": "3", "password": "'hunter2'"}),
            ("divide", {"dividend": "3", "divisor": "0"}),
        ]


def test_without_being_asked_for_they_are_not(system: StartSystem) -> None:
    api = Api(system)
    for name in NAMES:
        error = api.failed(name)
        assert "ZeroDivisionError" in error["traceback"]
        assert error["frames"] == []


def test_the_environment_asks_for_them_too(system: StartSystem) -> None:
    api = Api(system, environment={"FASTWORKER_SHOW_LOCALS": "1"})
    assert told(api.failed("fail_in_a_process"))[-1] == ("divide", {"dividend": "3", "divisor": "0"})
