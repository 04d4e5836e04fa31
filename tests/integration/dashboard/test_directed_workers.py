"""What people want of a real worker: more slots, to leave in time, to stay after all."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from fastworker import TaskStatus
from tests.integration.gates import Gates
from tests.integration.processes import free_port
from tests.integration.system import StartSystem, System
from tests.integration.waiting import until

from .browser import PATIENCE


@contextmanager
def a_worker(start: StartSystem) -> Iterator[tuple[System, httpx.Client]]:
    """Start a control plane with a dashboard and a worker of one slot, and a client of its API."""
    port = free_port()
    system = start(workers=1, modules="work", worker="--concurrency 1", dashboard=f"--dashboard-port {port}")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/workers/sw1", timeout=PATIENCE) as http:
        yield system, http


def test_the_threads_of_a_worker_follow_its_slots(system: StartSystem, gates: Gates) -> None:
    with a_worker(system) as (up, http), up.sync_client() as client:
        handles = [
            client.delay("wait_at_gate_in_thread", gates.folder, name) for name in ("one", "two", "three", "four")
        ]
        gates.wait_until_started("one")
        assert http.post("/resize", json={"slots": 3}).status_code == 202
        gates.wait_until_started("one", "two", "three")
        assert set(gates.started()) == {"one", "two", "three"}
        state = until(lambda: _settled(http), what="the worker says what it has")
        assert (state["slots"], state["running"]) == (3, 3)
        assert http.post("/resize", json={"slots": 1}).json()["slots"] == 1
        gates.open("one", "two")
        assert [handle.get(timeout=20) for handle in handles[:2]] == ["one", "two"]
        assert set(gates.started()) == {"one", "two", "three"}
        gates.open("three")
        gates.wait_until_started("four")
        gates.open("four")
        assert handles[3].get(timeout=20) == "four"


def _settled(http: httpx.Client) -> dict[str, object] | None:
    state: dict[str, object] = http.get("").json()
    return state if state["ordered_slots"] is None else None


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_worker_that_is_shut_down_ends_with_exit_code_0_and_what_it_ran_is_lost(
    system: StartSystem, gates: Gates, seconds: int
) -> None:
    with a_worker(system) as (up, http), up.sync_client() as client:
        handle = client.delay("wait_at_gate_in_thread", gates.folder, "held")
        gates.wait_until_started("held")
        assert http.post("/shutdown", json={"drain_seconds": seconds}).json()["state"] == "draining"
        assert up.workers["sw1"].wait(within=20) == 0
        until(lambda: handle.status() is TaskStatus.LOST)
        gone = http.post("/resume")
        assert (gone.status_code, gone.json()["current_status"]) == (409, "left")


def test_a_worker_whose_drain_is_taken_back_takes_tasks_again(system: StartSystem, gates: Gates) -> None:
    with a_worker(system) as (up, http), up.sync_client() as client:
        handle = client.delay("wait_at_gate_in_thread", gates.folder, "first")
        gates.wait_until_started("first")
        assert http.post("/drain").json()["state"] == "draining"
        up.workers["sw1"].wait_for('"event": "drained"')
        assert http.post("/resume").status_code == 202
        up.workers["sw1"].wait_for('"event": "resumed"')
        until(lambda: http.get("").json()["state"] == "active")
        gates.open("first", "second")
        assert handle.get(timeout=20) == "first"
        assert client.delay("wait_at_gate_in_thread", gates.folder, "second").get(timeout=20) == "second"
        assert up.workers["sw1"].is_running


def test_a_worker_without_an_address_shows_the_stack_of_what_it_runs(system: StartSystem, gates: Gates) -> None:
    port = free_port()
    up = system(workers=0, modules="work", dashboard=f"--dashboard-port {port}")
    worker = up.processes.start(
        "sw9",
        *("python", "-m", "fastworker.entrypoints.subworker", "--worker-id", "sw9"),
        *("--control-plane-address", up.address, "--task-modules", "work"),
    )
    worker.wait_for('"event": "joined"')
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=PATIENCE) as http, up.sync_client() as client:
        for name in ("wait_at_gate_in_thread", "wait_at_gate"):
            handle = client.delay(name, gates.folder, name)
            gates.wait_until_started(name)
            assert http.get("/workers/sw9").json()["address"] is None
            told = http.get(f"/tasks/{handle}/stack").json()
            assert f"in {name}\n" in told["stack"]
            gates.open(name)
            assert handle.get(timeout=20) == name
