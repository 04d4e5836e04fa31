"""Which task runs next, and where."""

import pytest

from fastworker.domain.events import TaskLeased
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.worker_registry import LocalExecution

from .system import HeldTask, RunningControlPlane, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio


def workers_of_leases(control_plane: RunningControlPlane) -> list[str]:
    """Return who was given each attempt, in order."""
    return [event.lease.worker_id for event in control_plane.happened(TaskLeased)]


async def test_a_critical_task_submitted_after_100_waiting_normal_ones_runs_next() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=1)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(101)])
            await client.delay("held", 1_000, priority=TaskPriority.CRITICAL)
            await system.settle()
            assert held.started == [0]
            held.release(0)
            await system.settle()
            assert held.started == [0, 1_000]


async def test_priorities_are_served_in_order_and_each_in_the_order_of_arrival() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=1)
        async with system.client() as client:
            await client.delay("held", 0)
            for number, priority in enumerate(["low", "normal", "high", "critical"] * 2, start=1):
                await client.delay("held", number, priority=priority)
            held.release()
            await system.settle()
            assert held.started == [0, 4, 8, 3, 7, 2, 6, 1, 5]


async def test_a_task_goes_to_the_least_loaded_worker() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        for worker_id in ("w1", "w2", "w3"):
            await system.start_worker(worker_id, held.function, slots=4)
        async with system.client() as client:
            for number in range(6):
                await client.delay("held", number)
                await system.settle()
        assert workers_of_leases(control_plane) == ["w1", "w2", "w3", "w1", "w2", "w3"]


async def test_a_burst_spreads_over_all_workers() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        for worker_id in ("w1", "w2", "w3"):
            await system.start_worker(worker_id, held.function, slots=4)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(6)])
            await system.settle()
        assert sorted(workers_of_leases(control_plane)) == ["w1", "w1", "w2", "w2", "w3", "w3"]


async def test_a_worker_is_never_given_more_than_its_slots() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=3)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(10)])
            await system.settle()
            assert sorted(held.started) == [0, 1, 2]
            held.release(1)
            await system.settle()
            assert held.started[3:] == [3]


async def test_tasks_only_go_to_workers_that_know_them() -> None:
    letters, numbers = HeldTask("letters"), HeldTask("numbers")
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", letters.function, slots=9)
        await system.start_worker("w2", numbers.function, slots=9)
        async with system.client() as client:
            await client.map("letters", [(number,) for number in range(3)])
            await client.map("numbers", [(number,) for number in range(4)])
            await system.settle()
        assert workers_of_leases(control_plane) == ["w1"] * 3 + ["w2"] * 4


async def test_what_no_worker_here_can_run_does_not_hold_up_what_stands_behind_it() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["elsewhere"]))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            waiting = await client.map("elsewhere", [(number,) for number in range(50)], priority="critical")
            assert await (await client.delay("echo", 1, priority="low")) == 1
            assert await waiting[0].status() is TaskStatus.QUEUED


async def test_the_control_planes_own_worker_runs_what_no_subworker_knows() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(ledger=Ledger(names=["echo"]))
        await system.start_local_worker(echo)
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1
        assert workers_of_leases(control_plane) == ["control-plane"]


async def test_the_control_planes_own_worker_leaves_to_subworkers_what_they_know_even_when_they_are_full() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_local_worker(held.function, echo, slots=8)
        worker = await system.start_worker("w1", held.function, slots=1)
        async with system.client() as client:
            await client.map("held", [(1,), (2,)])
            await client.delay("echo", 3)
            await system.settle()
            assert sorted(workers_of_leases(control_plane)) == ["control-plane", "w1"]
            await worker.kill()
            await system.advance(20)
            assert sorted(held.started) == [1, 2]
            assert workers_of_leases(control_plane)[-1] == "control-plane"


async def test_with_overflow_the_control_planes_own_worker_helps_when_every_subworker_is_full() -> None:
    held = HeldTask()
    async with a_system() as system:
        ledger = Ledger(local_execution=LocalExecution.OVERFLOW)
        control_plane = await system.start_control_plane(ledger=ledger)
        await system.start_local_worker(held.function, slots=8)
        await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            await client.map("held", [(number,) for number in range(4)])
            await system.settle()
        assert workers_of_leases(control_plane) == ["w1", "w1", "control-plane", "control-plane"]
