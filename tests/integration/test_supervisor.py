"""Several subworker processes of one command: they come back, and they go when it goes."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fastworker import SyncClient, TaskLost

from .gates import Gates
from .processes import Process, Processes, is_free, port_of
from .system import NO_LOCAL_WORK, StartSystem, System
from .waiting import until

pytestmark = pytest.mark.xdist_group("default ports")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")


def start_processes(up: System, number: int, flags: str = "") -> Process:
    """Start a supervisor with subworkers w-1, w-2, … and return when they have joined."""
    supervisor = up.processes.start(
        "supervisor",
        *("fastworker", "subworker", "--worker-id", "w", "--processes", str(number)),
        *("--control-plane-address", up.address, "--task-modules", "work", *flags.split()),
    )
    with up.sync_client() as client:
        until(joined(client, *(f"w-{place}" for place in range(1, number + 1))), within=20)
    return supervisor


def joined(client: SyncClient, *expected: str) -> Callable[[], bool]:
    """Return the question whether exactly these workers are there."""
    return lambda: sorted(worker.worker_id for worker in client.inspect().workers) == sorted(expected)


def pids(supervisor: Process) -> dict[str, int]:
    """Return the process that each worker id had last, as the supervisor's log tells."""
    events = [json.loads(line) for line in supervisor.log.splitlines() if '"subworker_started"' in line]
    return {event["worker_id"]: event["pid"] for event in events}


def is_there(pid: int) -> bool:
    """Tell whether a process is there; one that has ended is, until its parent has waited for it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_ended(pid: int) -> bool:
    """Tell whether a process has ended, also if nobody waits for it."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until_joined_again(up: System, worker_id: str) -> None:
    """Wait until a second process has joined under a worker id."""
    said = f'{{"worker_id": "{worker_id}", "slots"'
    until(lambda: up.control_plane.log.count(said) == 2, what=f"{worker_id} joins again")


def pids_when_busy(client: SyncClient, gates: Gates, slots: int, name: str) -> set[int]:
    """Fill so many slots with tasks, and return which processes run them."""
    names = [f"{name}-{number}" for number in range(slots)]
    handles = client.map("wait_at_gate", [(gates.folder, name) for name in names])
    started = gates.wait_until_started(*names)
    gates.open(*names)
    assert [handle.get(timeout=10) for handle in handles] == names
    return {started[name] for name in names}


# ---- subworker --processes ----


def test_each_process_is_a_worker_a_killed_one_comes_back_under_its_id_and_one_signal_ends_all(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=0, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 30")
    supervisor = start_processes(up, 3, "--concurrency 2")
    assert "subworkers w-1, w-2, w-3\n" in supervisor.log
    assert "those of work, 2 at once in each" in supervisor.log
    first = pids(supervisor)
    with up.sync_client() as client:
        assert {worker.slots for worker in client.inspect().workers} == {2}
        assert pids_when_busy(client, gates, 6, "first") == set(first.values())

        os.kill(first["w-2"], signal.SIGKILL)
        supervisor.wait_for('"how": "SIGKILL", "restart_in_seconds": 1')
        wait_until_joined_again(up, "w-2")
        now = pids(supervisor)
        assert now == first | {"w-2": now["w-2"]}
        assert not is_there(first["w-2"])  # it was waited for
        assert pids_when_busy(client, gates, 6, "then") == set(now.values())
        assert joined(client, "w-1", "w-2", "w-3")()

        supervisor.send(signal.SIGTERM)

        assert supervisor.wait(within=5) == 0
        assert not [pid for pid in now.values() if is_there(pid)]
        until(joined(client), within=2)  # they took their leave
    assert "Traceback" not in supervisor.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_at_the_first_signal_every_process_finishes_what_it_runs(
    system: StartSystem, gates: Gates, number: signal.Signals
) -> None:
    up = system(workers=0)
    supervisor = start_processes(up, 2, "--concurrency 1")
    with up.sync_client() as client:
        running = [client.delay("wait_at_gate", gates.folder, name) for name in ("one", "two")]
        assert set(gates.wait_until_started("one", "two").values()) == set(pids(supervisor).values())

        supervisor.send(number)
        until(lambda: supervisor.log.count("finishing what runs") == 3, what="all say so")
        assert not [pid for pid in pids(supervisor).values() if not is_there(pid)]
        gates.open("one", "two")

        assert [handle.get(timeout=10) for handle in running] == ["one", "two"]
        assert supervisor.wait(within=5) == 0


def test_a_second_signal_ends_every_process_at_once(system: StartSystem, gates: Gates) -> None:
    up = system(workers=0)
    supervisor = start_processes(up, 2, "--concurrency 1")
    with up.sync_client() as client:
        for name in ("one", "two"):
            client.delay("wait_at_gate_in_thread", gates.folder, name)
        gates.wait_until_started("one", "two")
        supervisor.send(signal.SIGTERM)
        until(lambda: supervisor.log.count("finishing what runs") == 3, what="all say so")

        supervisor.send(signal.SIGTERM)

        assert supervisor.wait(within=10) == 0
    assert "SIGKILL" not in supervisor.log
    assert not [pid for pid in pids(supervisor).values() if is_there(pid)]
    assert "Traceback" not in supervisor.log


def test_a_third_signal_kills_a_process_that_hears_nothing(system: StartSystem) -> None:
    up = system(workers=0)
    supervisor = start_processes(up, 2)
    frozen = pids(supervisor)["w-1"]
    os.kill(frozen, signal.SIGSTOP)
    supervisor.send(signal.SIGTERM)
    supervisor.wait_for('"worker_id": "w-2", "pid"', '"event": "subworker_ended"')
    supervisor.send(signal.SIGTERM)
    supervisor.wait_for("stopping now")

    supervisor.send(signal.SIGTERM)

    assert supervisor.wait(within=3) == 0
    assert not is_there(frozen)


def test_a_signal_while_the_processes_still_start_ends_them_all(processes: Processes) -> None:
    supervisor = processes.start("supervisor", "fastworker", "subworker", "--processes", "3", "--task-modules", "work")
    until(lambda: len(pids(supervisor)) == 3, within=20)

    supervisor.send(signal.SIGTERM)

    assert supervisor.wait(within=5) == 0
    assert not [pid for pid in pids(supervisor).values() if is_there(pid)]


@linux_only
def test_processes_end_with_a_supervisor_that_was_killed_and_finish_what_they_run(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=0)
    supervisor = start_processes(up, 2, "--concurrency 1")
    with up.sync_client() as client:
        running = client.delay("wait_at_gate", gates.folder, "running")
        busy = gates.wait_until_started("running")["running"]
        [idle] = set(pids(supervisor).values()) - {busy}

        os.kill(supervisor.pid, signal.SIGKILL)

        until(lambda: has_ended(idle), within=5, what="end of the idle process")
        assert not has_ended(busy)
        gates.open("running")
        assert running.get(timeout=10) == "running"
        until(lambda: has_ended(busy), within=5, what="end of the busy process")


def test_a_module_that_cannot_be_imported_ends_all_with_exit_code_1_and_one_clear_line(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("price = {}['missing']\n")

    finished = processes.run("fastworker", "subworker", "--processes", "2", "--task-modules", "broken")

    assert finished.exit_code == 1
    assert finished.errors.splitlines()[-1] == (
        "fastworker: no subworker process comes up: each ended 3 times in a row within 5 s of its start, "
        "at last with exit code 1; what they said is above"
    )
    ends = finished.errors.count('"subworker_ended"')
    assert ends >= 6  # the quicker one may end once more before the other has ended three times
    assert finished.errors.count("task module 'broken' failed to import: KeyError: 'missing'") == ends


def test_one_address_for_several_processes_is_refused(processes: Processes) -> None:
    finished = processes.run(
        "fastworker",
        "subworker",
        "--processes",
        "2",
        "--base-address",
        "tcp://127.0.0.1:5999",
        "--task-modules",
        "work",
    )

    assert finished.exit_code == 2
    assert "--base-address tcp://127.0.0.1:5999 is an address for one subworker" in finished.errors.splitlines()[-1]


# ---- control-plane --subworkers ----


def start_with_subworkers(system: StartSystem, number: int, flags: str = NO_LOCAL_WORK) -> System:
    """Start a control plane with its own subworkers, and return when they have joined."""
    up = system(workers=0, control_plane=f"--subworkers {number} {flags}")
    up.control_plane.wait_for(*(f'"worker_id": "subworker-{place}"' for place in range(1, number + 1)))
    with up.sync_client() as client:
        own = [] if "never" in flags else ["control-plane"]
        until(joined(client, *own, *(f"subworker-{place}" for place in range(1, number + 1))), within=20)
    return up


def test_a_control_plane_keeps_its_subworkers_running_gives_them_its_tasks_and_stops_them(
    system: StartSystem, gates: Gates
) -> None:
    up = start_with_subworkers(system, 2, "--local-execution auto --concurrency 3")
    assert "  started     subworker-1, subworker-2: each runs 3 at once\n" in up.control_plane.log
    first = pids(up.control_plane)
    with up.sync_client() as client:
        assert {worker.slots for worker in client.inspect().workers} == {3}
        assert pids_when_busy(client, gates, 6, "first") == set(first.values())

        os.kill(first["subworker-1"], signal.SIGKILL)
        wait_until_joined_again(up, "subworker-1")
        now = pids(up.control_plane)
        assert pids_when_busy(client, gates, 6, "then") == set(now.values())

        up.control_plane.send(signal.SIGTERM)

        assert up.control_plane.wait(within=6) == 0
    assert not [pid for pid in now.values() if is_there(pid)]
    assert is_free(port_of(up.address))
    assert "Traceback" not in up.control_plane.log
    assert "lost, still" not in up.control_plane.log


def test_a_stopping_control_plane_waits_for_what_its_subworkers_run(system: StartSystem, gates: Gates) -> None:
    up = start_with_subworkers(system, 2)
    with up.sync_client() as client:
        running = client.delay("wait_at_gate", gates.folder, "running")
        assert gates.wait_until_started("running")["running"] in pids(up.control_plane).values()

        up.control_plane.send(signal.SIGTERM)
        up.control_plane.wait_for("drain_started")
        gates.open("running")

        assert running.get(timeout=10) == "running"
        assert up.control_plane.wait(within=5) == 0
    assert "lost, still" not in up.control_plane.log
    assert not [pid for pid in pids(up.control_plane).values() if is_there(pid)]


@pytest.mark.parametrize("name", ["wait_at_gate", "wait_at_gate_in_thread"])
def test_a_control_plane_that_cannot_wait_any_longer_ends_its_subworkers_at_once(
    system: StartSystem, gates: Gates, name: str
) -> None:
    up = start_with_subworkers(system, 2, f"{NO_LOCAL_WORK} --drain-timeout 0.5")
    with up.sync_client() as client:
        running = client.delay(name, gates.folder, "running")
        gates.wait_until_started("running")

        up.control_plane.send(signal.SIGTERM)

        with pytest.raises(TaskLost):
            running.get(timeout=5)
        assert up.control_plane.wait(within=8) == 0
    assert f"lost, still running: 1 tasks: {name} {running}" in up.control_plane.log
    assert not [pid for pid in pids(up.control_plane).values() if is_there(pid)]


def test_a_third_signal_ends_a_control_plane_without_waiting_for_its_subworkers(system: StartSystem) -> None:
    up = start_with_subworkers(system, 2)
    frozen = pids(up.control_plane)["subworker-1"]
    os.kill(frozen, signal.SIGSTOP)
    for says in ("finishing what runs", "stopping now"):
        up.control_plane.send(signal.SIGTERM)
        up.control_plane.wait_for(says)

    up.control_plane.send(signal.SIGTERM)

    assert up.control_plane.wait(within=3) == 0
    assert not is_there(frozen)


@linux_only
def test_subworkers_end_with_a_control_plane_that_was_killed(system: StartSystem) -> None:
    up = start_with_subworkers(system, 2)

    os.kill(up.control_plane.pid, signal.SIGKILL)

    for pid in pids(up.control_plane).values():
        until(lambda pid=pid: has_ended(pid), within=5, what=f"end of {pid}")  # type: ignore[misc]


def test_a_control_plane_without_tasks_has_nothing_for_subworkers_to_do(processes: Processes) -> None:
    finished = processes.run("fastworker", "control-plane", "--subworkers", "2")

    assert finished.exit_code == 1
    assert finished.errors.splitlines() == [
        "fastworker: --subworkers needs task functions: name their modules with --task-modules"
    ]
