"""SIGTERM and SIGINT: what runs may end, nothing is left behind, and the exit code says that all is well."""

import signal
import time

import pytest

from fastworker import Draining, TaskLost, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import is_free, port_of
from .system import CONTROL_PLANE_IS_UP, NO_LOCAL_WORK, StartSystem
from .waiting import until

SIGNALS = [signal.SIGTERM, signal.SIGINT]
GATES = ["wait_at_gate", "wait_at_gate_in_thread"]
AT_ONCE_SECONDS = 2.5
"""Threads that do not end are waited for, for up to 2 s."""


@pytest.mark.parametrize("number", SIGNALS)
def test_idle_processes_end_with_exit_code_0_and_free_their_ports_at_once(
    system: StartSystem, number: signal.Signals
) -> None:
    up = system(workers=1, control_plane="")
    with up.sync_client() as client:
        assert client.delay("echo", 1).get(timeout=10) == 1

        up.workers["sw1"].send(number)
        assert up.workers["sw1"].wait(within=3) == 0
        assert is_free(port_of(up.base_addresses["sw1"]))
        assert until(lambda: [worker.worker_id for worker in client.inspect().workers] == ["control-plane"])

        up.control_plane.send(number)
        assert up.control_plane.wait(within=4) == 0
        assert [is_free(port_of(a)) for a in (up.address, up.worker_address, up.beacon_address)] == [True] * 3
        assert "Traceback" not in up.control_plane.log + up.workers["sw1"].log
        assert "lost" not in up.control_plane.log.partition(CONTROL_PLANE_IS_UP)[2].partition("ends")[2]
        up.start_control_plane()  # on the same addresses, without delay


@pytest.mark.parametrize(("number", "name"), list(zip(SIGNALS, GATES, strict=True)))
def test_a_stopping_worker_finishes_what_runs_and_its_result_arrives(
    system: StartSystem, gates: Gates, number: signal.Signals, name: str
) -> None:
    up = system(workers=1)
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        running = client.delay(name, gates.folder, "running")
        gates.wait_until_started("running")

        worker.send(number)
        worker.wait_for(f"{number.name}: finishing what runs")
        after = client.delay("echo", 1)
        gates.open("running")

        assert running.get(timeout=10) == "running"
        assert worker.wait(within=5) == 0
        assert after.status() is TaskStatus.QUEUED  # a worker that stops takes no more
        up.start_worker("sw2")
        assert after.get(timeout=10) == 1


def test_a_worker_whose_drain_timeout_is_over_leaves_and_what_it_ran_is_lost_at_once(
    system: StartSystem, gates: Gates
) -> None:
    up = system(control_plane="--lease-seconds 60 --local-execution never", worker="--drain-timeout 0.5")
    with up.sync_client() as client:
        handles = [client.delay(name, gates.folder, name) for name in GATES]
        gates.wait_until_started(*GATES)

        up.workers["sw1"].send(signal.SIGTERM)

        for handle in handles:
            with pytest.raises(TaskLost):
                handle.get(timeout=5)
        assert up.workers["sw1"].wait(within=5) == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_stopping_control_plane_refuses_work_finishes_what_runs_and_its_result_arrives(
    system: StartSystem, gates: Gates, number: signal.Signals
) -> None:
    up = system(workers=1)
    with up.sync_client() as client:
        running = client.delay("wait_at_gate", gates.folder, "running")
        gates.wait_until_started("running")

        up.control_plane.send(number)
        up.control_plane.wait_for("drain_started")
        with pytest.raises(Draining, match="takes no new tasks"):
            client.delay("echo", 1)
        gates.open("running")

        assert running.get(timeout=10) == "running"
        assert up.control_plane.wait(within=5) == 0
    assert "lost, still" not in up.control_plane.log


@pytest.mark.parametrize("name", GATES)
def test_a_control_plane_that_stops_finishes_what_it_runs_itself(system: StartSystem, gates: Gates, name: str) -> None:
    up = system(workers=0, control_plane="--local-execution auto")
    with up.sync_client() as client:
        running = client.delay(name, gates.folder, "running")
        assert gates.wait_until_started("running") == {"running": up.control_plane.pid}

        up.control_plane.send(signal.SIGTERM)
        up.control_plane.wait_for("drain_started")
        gates.open("running")

        assert running.get(timeout=10) == "running"
        assert up.control_plane.wait(within=5) == 0
    assert "Traceback" not in up.control_plane.log


def test_a_control_plane_that_cannot_wait_any_longer_lists_what_is_lost(system: StartSystem, gates: Gates) -> None:
    up = system(control_plane=f"{NO_LOCAL_WORK} --drain-timeout 0.5", worker="--concurrency 1")
    with up.sync_client() as client:
        running = client.delay("wait_at_gate", gates.folder, "running")
        gates.wait_until_started("running")
        waiting = client.map("echo", [(number,) for number in range(12)])

        up.control_plane.send(signal.SIGTERM)

        assert up.control_plane.wait(within=5) == 0
    assert f"lost, still running: 1 tasks: wait_at_gate {running}" in up.control_plane.log
    first_ten = ", ".join(f"echo {handle}" for handle in waiting[:10])
    assert f"lost, still waiting: 12 tasks: {first_ten} and 2 more" in up.control_plane.log


@pytest.mark.parametrize("name", GATES)
def test_a_second_signal_ends_a_worker_at_once(system: StartSystem, gates: Gates, name: str) -> None:
    up = system()
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        client.delay(name, gates.folder, "running")
        gates.wait_until_started("running")
        worker.send(signal.SIGINT)
        worker.wait_for("once more: stop now")
        sent_at = time.monotonic()

        worker.send(signal.SIGINT)

        worker.wait(within=5)
    assert time.monotonic() - sent_at < AT_ONCE_SECONDS
    assert "Traceback" not in worker.log
    assert is_free(port_of(up.base_addresses["sw1"]))


@pytest.mark.parametrize("local", ["never", "auto"])
def test_a_second_signal_ends_a_control_plane_at_once(system: StartSystem, gates: Gates, local: str) -> None:
    up = system(workers=0 if local == "auto" else 1, control_plane=f"--local-execution {local}")
    with up.sync_client() as client:
        running = client.delay("wait_at_gate_in_thread", gates.folder, "running")
        gates.wait_until_started("running")
        up.control_plane.send(signal.SIGTERM)
        up.control_plane.wait_for("drain_started")
        sent_at = time.monotonic()

        up.control_plane.send(signal.SIGTERM)

        up.control_plane.wait(within=5)
    assert time.monotonic() - sent_at < AT_ONCE_SECONDS
    assert "Traceback" not in up.control_plane.log
    assert f"lost, still running: 1 tasks: wait_at_gate_in_thread {running}" in up.control_plane.log
    assert is_free(port_of(up.address))


def test_an_idle_worker_whose_control_plane_has_gone_still_ends_at_once(system: StartSystem) -> None:
    up = system()
    up.control_plane.send(signal.SIGTERM)
    assert up.control_plane.wait(within=5) == 0

    up.workers["sw1"].send(signal.SIGTERM)

    assert up.workers["sw1"].wait(within=3) == 0


def test_a_worker_with_a_running_task_whose_control_plane_is_gone_still_ends(system: StartSystem, gates: Gates) -> None:
    up = system(worker="--drain-timeout 1")
    with up.sync_client() as client:
        client.delay("wait_at_gate", gates.folder, "running")
        gates.wait_until_started("running")
        up.control_plane.kill()

        up.workers["sw1"].send(signal.SIGTERM)

        assert up.workers["sw1"].wait(within=5) == 0
    assert "Traceback" not in up.workers["sw1"].log


def test_a_control_plane_that_stops_names_scheduled_tasks_among_the_lost(system: StartSystem) -> None:
    up = system()
    with up.sync_client() as client:
        later = client.submit("echo", [1], {}, submit_options(delay=600))

        up.control_plane.send(signal.SIGTERM)

        assert up.control_plane.wait() == 0
        assert f"lost, still waiting: 1 tasks: echo {later}" in up.control_plane.log
