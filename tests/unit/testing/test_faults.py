"""Runs that fail and workers that die, when a test wants it."""

import threading

import anyio
import pytest

from fastworker import Reject, Retry, TaskFailed, TaskLost, TaskStatus, UnknownTask, UnknownWorker, task
from fastworker.testing import FaultUnused, LocalSystem

from . import work
from .work import double, flaky, halve, sturdy

pytestmark = pytest.mark.anyio


async def test_the_next_run_raises_and_the_one_after_does_its_work(ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        system.fail_next(double, ValueError("not today"))
        first, second = await double.map([(1,), (2,)])
        with pytest.raises(TaskFailed, match="ValueError: not today"):
            await first
        assert await second == 4
        assert ran == ["double 2"]


async def test_faults_are_met_in_the_order_in_which_they_were_asked_for() -> None:
    async with LocalSystem(work) as system:
        for error in (KeyError("first"), OSError, SystemExit("third")):
            system.fail_next("halve", error)
        results = [await handle.result() for handle in await halve.map([(1,)] * 4) if await system.drain() >= 0]
        errors = [result.error.error_type if result and result.error else None for result in results]
        assert errors == ["KeyError", "OSError", "SystemExit", None]


async def test_faults_of_one_function_leave_the_others_alone() -> None:
    async with LocalSystem(work) as system:
        system.fail_next(double, OSError("down"))
        assert await (await halve.submit(4)) == 2
        with pytest.raises(TaskFailed):
            await (await double.submit(1))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OSError("down"), TaskStatus.SCHEDULED),
        (Retry("later", after=3_600), TaskStatus.SCHEDULED),
        (Reject("never"), TaskStatus.FAILURE),
    ],
)
async def test_an_error_counts_as_if_the_function_had_raised_it(error: Exception, status: TaskStatus) -> None:
    async with LocalSystem(work) as system:
        system.fail_next(flaky, error)
        handle = await flaky.submit(1)
        await system.drain()
        assert await handle.status() is status


async def test_a_fault_that_is_never_met_fails_the_test() -> None:
    async def forgetful_test() -> None:
        async with LocalSystem(work) as system:
            system.fail_next(double, ValueError("not today"))
            system.kill_next(halve)

    with pytest.raises(FaultUnused) as raised:
        await forgetful_test()
    assert str(raised.value) == (
        "these were to happen at the next run of a task, and no such run came:\n"
        "  double: raises ValueError('not today')\n"
        "  halve: its worker dies"
    )


async def test_an_unused_fault_does_not_hide_why_the_test_failed() -> None:
    async def failing_test() -> None:
        async with LocalSystem(work) as system:
            system.fail_next(double, ValueError("not today"))
            raise KeyError("why")

    with pytest.raises(KeyError, match="why"):
        await failing_test()


async def test_a_fault_needs_a_task_of_this_system() -> None:
    async with LocalSystem(double) as system:
        with pytest.raises(UnknownTask, match="did you mean: double"):
            system.fail_next("dubble", OSError())
        with pytest.raises(UnknownTask):
            system.kill_next(halve)


# ---- workers ----


async def test_what_a_dead_worker_ran_is_lost_when_its_silence_is_noticed() -> None:
    async with LocalSystem(work) as system:
        system.kill_next(double)
        handle = await double.submit(1)
        await system.advance("14s")
        assert await handle.status() is TaskStatus.RUNNING
        await system.advance("3s")
        with pytest.raises(TaskLost, match="'worker-1': silent"):
            await handle


async def test_what_may_be_tried_again_runs_on_another_worker() -> None:
    async with LocalSystem(work, workers=2, slots=1) as system:
        system.kill_next(sturdy)
        handle = await sturdy.submit()
        await system.advance("1m")
        assert await handle == 2
        result = await handle.result()
        assert result is not None
        assert (result.history[0].status, result.history[0].worker_id, result.worker_id) == (
            TaskStatus.LOST,
            "worker-1",
            "worker-2",
        )


@pytest.mark.parametrize("kind", ["async def", "def"])
async def test_a_worker_dies_in_the_middle_of_a_run(kind: str) -> None:
    gate = threading.Event()

    @task(name="held")
    async def held_on_the_loop() -> None:
        await anyio.sleep_forever()

    @task(name="held")
    def held_in_a_thread() -> None:
        gate.wait(20)

    held = held_on_the_loop if kind == "async def" else held_in_a_thread
    async with LocalSystem(held, double, workers=2, slots=1, patience=0.05) as system:
        handle = await held.submit()
        await system.advance(0)
        assert await system.kill_worker() == "worker-1"
        assert await (await double.submit(4)) == 8
        await system.advance("20s")
        gate.set()
        with pytest.raises(TaskLost):
            await handle


async def test_a_certain_worker_can_be_killed_and_only_once() -> None:
    async with LocalSystem(work, workers=2) as system:
        assert await system.kill_worker("worker-2") == "worker-2"
        with pytest.raises(UnknownWorker, match="no worker 'worker-2' lives here; alive: worker-1"):
            await system.kill_worker("worker-2")
        assert await system.kill_worker() == "worker-1"
        with pytest.raises(UnknownWorker, match="alive: none"):
            await system.kill_worker()


async def test_a_new_worker_takes_over_when_the_silence_of_the_dead_one_is_noticed() -> None:
    async with LocalSystem(work) as system:
        await system.kill_worker()
        await system.advance("20s")
        assert await system.start_worker() == "worker-2"
        handle = await double.submit(1)
        assert await handle == 2
        result = await handle.result()
        assert result is not None
        assert result.worker_id == "worker-2"


async def test_a_task_may_kill_its_own_worker() -> None:
    @task
    async def suicidal() -> None:
        await system.kill_worker()

    async with LocalSystem(suicidal) as system:
        handle = await suicidal.submit()
        await system.advance("1m")
        with pytest.raises(TaskLost):
            await handle
