"""Clients that are stopped in the middle of their calls; in other processes, because NNG aborts one that misuses it."""

import pytest

from .gates import Gates
from .processes import HERE, Processes, free_port
from .system import System


@pytest.mark.parametrize(
    ("way", "call"),
    [
        ("async-with", "inspect"),
        ("async-with", "get_task_result"),
        ("async-with", "delay"),
        ("async-with", "map"),
        ("stop", "status"),
        ("stop", "delay"),
        ("aclose", "inspect"),
        ("aclose", "delay"),
    ],
)
def test_a_call_that_waits_for_a_control_plane_ends_with_a_typed_error_when_its_client_stops(
    processes: Processes, way: str, call: str
) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"

    finished = processes.run("python", str(HERE / "scripts" / "stop_in_a_call.py"), way, call, address)

    assert (finished.exit_code, finished.errors) == (0, "")
    assert finished.output.strip() in ("ClientNotRunning", "ConnectionLost", "ControlPlaneUnreachable")


@pytest.mark.parametrize("way", ["async-with", "stop", "aclose"])
def test_a_handle_that_waits_for_its_task_ends_with_a_typed_error_when_its_client_stops(
    standing: System, processes: Processes, gates: Gates, way: str
) -> None:
    script = str(HERE / "scripts" / "stop_in_a_call.py")

    finished = processes.run("python", script, way, "handle", standing.address, gates.folder)

    gates.open("stopped")
    assert (finished.exit_code, finished.errors) == (0, "")
    assert finished.output.strip() == "ClientNotRunning"
