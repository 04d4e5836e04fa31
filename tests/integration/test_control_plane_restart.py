"""The control plane dies without a word and comes back on the same addresses."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fastworker import ControlPlaneRestarted, ControlPlaneUnreachable, SyncClient, SyncTaskHandle

from .gates import Gates
from .processes import port_of
from .system import StartSystem, System
from .waiting import until

RESTART_SECONDS = 5.0


def test_after_a_restart_waiting_clients_are_told_workers_rejoin_and_the_same_clients_submit_again(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=2, control_plane="--lease-seconds 2 --local-execution never", worker="--concurrency 1")
    with up.sync_client() as one, up.sync_client() as other, ThreadPoolExecutor() as pool:
        running = [one.delay("wait_at_gate", gates.folder, name) for name in ("running-1", "running-2")]
        gates.wait_until_started("running-1", "running-2")
        queued = other.delay("echo", 1)
        told_at = [pool.submit(moment_of_restart_error, handle) for handle in (*running, queued)]

        up.control_plane.kill()
        up.start_control_plane()
        back_at = time.monotonic()

        assert max(moment.result(timeout=20) for moment in told_at) - back_at < RESTART_SECONDS
        gates.open("running-1", "running-2")
        until(lambda: len(one.inspect().workers) == 2, what="both workers are back")
        assert one.delay("echo", 2).get(timeout=10) == 2
        assert other.delay("echo", 3).get(timeout=10) == 3
        assert workers_that_answer(up, other, gates) == {worker.pid for worker in up.workers.values()}
        until(lambda: one.inspect().superseded == 2, what="the late reports of what ran before are not used")


def test_after_a_restart_that_nobody_waited_through_clients_and_workers_go_on(system: StartSystem) -> None:
    up = system(control_plane="--lease-seconds 2 --local-execution never")
    with up.sync_client() as client, up.sync_client() as fresh:
        before = client.delay("echo", 1)
        assert before.get(timeout=10) == 1

        up.control_plane.kill()
        up.start_control_plane()

        assert client.delay("pid").get(timeout=15) == up.workers["sw1"].pid
        assert fresh.delay("pid").get(timeout=10) == up.workers["sw1"].pid
        assert before.get(timeout=1) == 1  # what a handle has heard it keeps
        assert client.get_task_result(str(before)) is None  # the new control plane has not seen it


def test_a_task_submitted_while_the_control_plane_is_away_waits_for_it_within_the_connect_timeout(
    system: StartSystem,
) -> None:
    up = system(control_plane="--lease-seconds 2 --local-execution never")
    with up.sync_client(connect_timeout=20) as client, ThreadPoolExecutor() as pool:
        assert client.delay("echo", 1).get(timeout=10) == 1
        up.control_plane.kill()
        is_submitting = threading.Event()

        def submit() -> int:
            is_submitting.set()
            return client.delay("echo", 2).get(timeout=20)

        answer = pool.submit(submit)
        assert is_submitting.wait(5)
        up.start_control_plane()

        assert answer.result(timeout=20) == 2


def test_a_client_that_waits_for_a_control_plane_that_never_comes_back_gives_up_after_its_reconnect_timeout(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=1)
    with up.sync_client(reconnect_timeout=1.5, connect_timeout=0.5) as client:
        handle = client.delay("wait_at_gate", gates.folder, "waiting")
        gates.wait_until_started("waiting")

        up.control_plane.kill()
        killed_at = time.monotonic()

        with pytest.raises(ControlPlaneUnreachable, match="whether this task ran is unknown"):
            handle.get(timeout=10)
        assert time.monotonic() - killed_at < 4
        with pytest.raises(ControlPlaneUnreachable, match=str(port_of(up.address))):
            client.delay("echo", 1)


def moment_of_restart_error(handle: SyncTaskHandle[object]) -> float:
    with pytest.raises(ControlPlaneRestarted, match="a new one answers at its address"):
        handle.get(timeout=20)
    return time.monotonic()


def workers_that_answer(up: System, client: SyncClient, gates: Gates) -> set[int]:
    """Have as many tasks run at once as there are slots, so that each worker gets one."""
    names = [f"after-{number}" for number in range(len(up.workers))]
    for name in names:
        client.delay("wait_at_gate", gates.folder, name)
    pids = gates.wait_until_started(*names)
    gates.open(*names)
    return {pids[name] for name in names}
