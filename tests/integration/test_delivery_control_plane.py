"""A control plane that freezes, and another one at its address: what was meant for then is not done now."""

import signal
import time

import pytest

from fastworker import ControlPlaneUnreachable, TaskExpired, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .system import NO_LOCAL_WORK, StartSystem
from .waiting import until

MODULES = "work delivery_work"
EXPIRES_SECONDS = 0.7


def test_a_second_control_plane_at_the_same_address_ends_with_one_line_and_the_first_goes_on(
    system: StartSystem, gates: Gates
) -> None:
    up = system(modules=MODULES)
    with up.sync_client() as client:
        running = client.delay("counted", gates.folder, "running")
        gates.wait_until_started("running")

        second = up.run(
            "control-plane",
            *("--base-address", up.address, "--worker-address", up.worker_address),
            *("--discovery-address", up.beacon_address, "--task-modules", "work"),
        )

        assert (second.exit_code, second.output) == (1, "")
        (line,) = second.errors.strip().splitlines()
        assert line.startswith(f"fastworker: cannot listen at '{up.address}': another process has this address")
        assert up.control_plane.is_running
        gates.open("running")
        assert running.get(timeout=20) == "running"
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid
    assert gates.order() == ["running"]
    assert "worker_left" not in up.control_plane.log


def test_a_submission_that_a_frozen_control_plane_reads_after_its_deadline_is_not_carried_out(
    system: StartSystem, gates: Gates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastworker.application.submitter.REQUEST_SECONDS", 1.0)  # 15, to be spent in a test
    up = system(modules=MODULES)
    with up.sync_client() as client:
        assert client.delay("echo", 1).get(timeout=20) == 1
        up.control_plane.send(signal.SIGSTOP)
        with pytest.raises(ControlPlaneUnreachable, match="whether the one before accepted this task is unknown"):
            client.delay("counted", gates.folder, "stale")

        up.control_plane.send(signal.SIGCONT)

        gates.open("stale", "fresh")
        assert client.delay("counted", gates.folder, "fresh").get(timeout=20) == "fresh"
        state = client.inspect()
        assert state.finished[TaskStatus.SUCCESS] == 2
        assert (state.running, sum(state.queued.values())) == (0, 0)
    assert gates.order() == ["fresh"]


def test_a_task_that_expires_while_everything_is_frozen_never_starts(system: StartSystem, gates: Gates) -> None:
    up = system(modules=MODULES, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 60", worker="--concurrency 1")
    everybody = (up.control_plane, up.workers["sw1"])
    with up.sync_client() as client:
        occupies = client.delay("counted", gates.folder, "occupies-the-slot")
        gates.wait_until_started("occupies-the-slot")
        waiting = client.submit("counted", (gates.folder, "too-late"), {}, submit_options(expires=EXPIRES_SECONDS))
        expires_at = time.monotonic() + EXPIRES_SECONDS
        for process in everybody:
            process.send(signal.SIGSTOP)
        gates.open("occupies-the-slot")
        until(lambda: time.monotonic() > expires_at)

        for process in reversed(everybody):
            process.send(signal.SIGCONT)

        with pytest.raises(TaskExpired):
            waiting.get(timeout=20)
        assert occupies.get(timeout=20) == "occupies-the-slot"
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid
    assert gates.order() == ["occupies-the-slot"]


def test_a_lease_that_reaches_a_frozen_worker_after_the_task_has_expired_is_not_started(
    system: StartSystem, gates: Gates
) -> None:
    up = system(modules=MODULES, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 60", worker="--concurrency 1")
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        assert client.delay("pid").get(timeout=20) == worker.pid
        worker.send(signal.SIGSTOP)
        leased = client.submit("counted", (gates.folder, "too-late"), {}, submit_options(expires=EXPIRES_SECONDS))
        expires_at = time.monotonic() + EXPIRES_SECONDS
        assert leased.status() is TaskStatus.RUNNING
        until(lambda: time.monotonic() > expires_at)

        worker.send(signal.SIGCONT)

        with pytest.raises(TaskExpired):
            leased.get(timeout=20)
        result = leased.result()
        assert result is not None
        assert (result.status, result.attempts) == (TaskStatus.EXPIRED, 0)
        assert client.delay("pid").get(timeout=20) == worker.pid
    assert gates.order() == []


def test_a_control_plane_that_stood_still_for_longer_than_a_lease_drops_nobody_for_it(
    system: StartSystem, gates: Gates
) -> None:
    up = system(modules=MODULES, control_plane=f"--lease-seconds 1 {NO_LOCAL_WORK}")
    with up.sync_client() as client:
        running = client.delay("counted", gates.folder, "running")
        gates.wait_until_started("running")

        up.control_plane.send(signal.SIGSTOP)
        frozen_at = time.monotonic()
        until(lambda: time.monotonic() - frozen_at > 3, what="three leases")
        up.control_plane.send(signal.SIGCONT)
        gates.open("running")

        assert running.get(timeout=20) == "running"
        assert client.inspect().superseded == 0
    assert "worker_left" not in up.control_plane.log
