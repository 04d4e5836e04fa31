"""Tasks that do not end when they are told to, or hold what a worker needs to live: what is given up."""

import pytest

from fastworker import Cancellation, SyncClient, TaskCancelled, TaskFailed
from fastworker.application.messages import WorkerState
from fastworker.application.task_options import submit_options

from .gates import Gates
from .system import NO_LOCAL_WORK, StartSystem
from .waiting import until

pytestmark = pytest.mark.slow

MODULES = "work delivery_work"


def only_worker(client: SyncClient) -> WorkerState:
    (worker,) = client.inspect().workers
    return worker


@pytest.mark.parametrize("name", ["ignore_cancellation", "counted_in_thread"])
def test_a_task_that_ignores_its_cancellation_is_given_up_and_its_slot_is_stuck_until_it_returns(
    system: StartSystem, gates: Gates, name: str
) -> None:
    up = system(modules=MODULES, worker="--concurrency 2 --stop-grace 0.3")
    with up.sync_client() as client:
        stubborn = client.delay(name, gates.folder, "stubborn")
        gates.wait_until_started("stubborn")
        assert stubborn.cancel() is Cancellation.STOPPING
        with pytest.raises(TaskCancelled, match="it could not be ended, and its slot stays taken until it returns"):
            stubborn.get(timeout=20)

        until(lambda: only_worker(client).occupied == 1)
        assert "0/2, 1 stuck" in up.run("workers").output
        assert "stuck: given up, and goes on" in up.run("inspect", up.base_addresses["sw1"]).output
        one = client.delay("counted", gates.folder, "takes-the-other-slot")
        gates.wait_until_started("takes-the-other-slot")
        two = client.delay("counted", gates.folder, "waits-for-the-stuck-slot")
        assert "1/2, 1 stuck" in up.run("workers").output
        assert "waits-for-the-stuck-slot" not in gates.started()

        gates.open("stubborn")

        gates.wait_until_started("waits-for-the-stuck-slot")
        until(lambda: only_worker(client).occupied == 0)
        gates.open("takes-the-other-slot", "waits-for-the-stuck-slot")
        assert [one.get(timeout=20), two.get(timeout=20)] == ["takes-the-other-slot", "waits-for-the-stuck-slot"]
        with pytest.raises(TaskCancelled):  # what it returned after that changes nothing
            stubborn.get(timeout=1)
    assert gates.order().count("stubborn-was-told") == (name == "ignore_cancellation")


def test_a_regular_expression_that_holds_the_interpreter_for_seconds_does_not_lose_its_worker(
    system: StartSystem,
) -> None:
    up = system(modules=MODULES, control_plane=f"{NO_LOCAL_WORK} --lease-seconds 8")
    with up.sync_client() as client:
        seconds = client.delay("hold_the_interpreter", 2.5).get(timeout=60)
        assert seconds > 1
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid
        assert client.inspect().superseded == 0
    assert "worker_left" not in up.control_plane.log
    assert "registration_over" not in up.workers["sw1"].log


def test_an_attempt_whose_worker_is_too_busy_to_end_it_is_given_up_by_the_control_plane(
    system: StartSystem,
) -> None:
    """Takes the 15 s that the control plane waits beyond a timeout."""
    up = system(modules=MODULES)
    with up.sync_client() as client:
        blocked = client.submit("hold_the_loop", (17.5,), {}, submit_options(timeout=0.5))
        with pytest.raises(TaskFailed, match=r"given up after 1[5-9] s: its worker is too busy to end it") as raised:
            blocked.get(timeout=40)
        assert raised.value.error_type == "TaskTimeout"
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid  # when its loop is free again
        until(lambda: only_worker(client).occupied == 0)
    assert "attempt_given_up" in up.control_plane.log
    assert "worker_left" not in up.control_plane.log
