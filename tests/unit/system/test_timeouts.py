"""Attempts that take too long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.application.messages import InspectWorker, WorkerInspected
from fastworker.application.task_function import task
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import TaskFailed
from fastworker.domain.events import ReportSuperseded, TaskLeased, TaskRetried
from fastworker.domain.lifecycle import TaskStatus

from .system import AnyTask, HeldTask, a_system
from .tasks import echo

pytestmark = pytest.mark.anyio

INSPECTION = "tcp://127.0.0.1:6000"


class StubbornTask:
    """A task function `stubborn()` that does not let itself be cancelled, until the test ends it."""

    def __init__(self, **options: object) -> None:
        self.started = 0
        self.gate = anyio.Event()

        async def stubborn() -> str:
            self.started += 1
            with anyio.CancelScope(shield=True):
                await self.gate.wait()
            return "after all"

        self.function: AnyTask = task(name="stubborn", **options)(stubborn)  # type: ignore[call-overload]


@asynccontextmanager
async def a_stubborn_task(**options: object) -> AsyncIterator[StubbornTask]:
    """One that does not outlive the test."""
    stubborn = StubbornTask(**options)
    try:
        yield stubborn
    finally:
        stubborn.gate.set()


async def test_an_attempt_over_time_is_cancelled_and_fails() -> None:
    held = HeldTask(timeout=5)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(4.9)
            assert not handle.is_done
            await system.advance(0.1)
            with pytest.raises(TaskFailed, match="TaskTimeout: not done within its timeout of 5 s: its code was canc"):
                await handle
            result = await handle.result()
            assert result is not None
            assert result.run_seconds == pytest.approx(5)


async def test_an_attempt_over_time_is_tried_again() -> None:
    held = HeldTask(timeout=5, retries=1, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(6)
            assert held.started == [1, 1]
            held.release()
            assert await handle == 1


async def test_each_attempt_has_the_whole_time() -> None:
    held = HeldTask(timeout=5, retries=1, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(9.9)
            assert not handle.is_done
            await system.advance(0.2)
            assert handle.is_done


async def test_a_timeout_is_not_tried_again_where_it_is_not_named() -> None:
    held = HeldTask(timeout=5, retries=1, backoff=0, retry_on=ValueError)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.advance(6)
            assert handle.is_done
        assert held.started == [1]


async def test_an_attempt_that_does_not_let_itself_be_cancelled_is_given_up_and_keeps_its_slot() -> None:
    async with a_system() as system, a_stubborn_task(timeout=5) as stubborn:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", stubborn.function, echo, base_address=INSPECTION)
        async with system.client() as client:
            handle = await client.delay("stubborn")
            await system.advance(6.9)
            assert not handle.is_done
            await system.advance(0.1)
            with pytest.raises(TaskFailed, match="could not be ended, and its slot stays taken until it returns"):
                await handle
            [state] = (await client.inspect()).workers
            assert (state.running, state.occupied) == (0, 1)
            inspected = await system.ask(INSPECTION, InspectWorker())
            assert isinstance(inspected, WorkerInspected)
            assert [(each.name, each.is_stuck) for each in inspected.running] == [("stubborn", True)]
            await client.delay("echo", 1)
            await system.advance(30)
            assert len(control_plane.happened(TaskLeased)) == 1


async def test_a_slot_that_was_given_up_is_used_as_soon_as_it_is_free() -> None:
    async with a_system() as system, a_stubborn_task(timeout=5) as stubborn:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", stubborn.function, echo)
        async with system.client() as client:
            await client.delay("stubborn")
            await system.advance(8)
            waiting = await client.delay("echo", 1)
            stubborn.gate.set()
            await system.advance(0.5)
            assert waiting.is_done
        assert control_plane.happened(ReportSuperseded) == []


async def test_a_worker_that_stops_leaves_as_soon_as_what_it_had_given_up_returns() -> None:
    async with a_system() as system, a_stubborn_task(timeout=5) as stubborn:
        await system.start_control_plane()
        worker = await system.start_worker("w1", stubborn.function)
        async with system.client() as client:
            await client.delay("stubborn")
            await system.advance(8)
            worker.role.stop()
            await system.advance(1)
            stubborn.gate.set()
            await system.advance(1)
            assert worker.ended.is_set()


async def test_a_worker_without_a_control_plane_ends_as_soon_as_what_it_had_given_up_returns() -> None:
    async with a_system() as system, a_stubborn_task(timeout=5) as stubborn:
        control_plane = await system.start_control_plane(lease_seconds=3)
        worker = await system.start_worker("w1", stubborn.function, drain_seconds=60)
        async with system.client() as client:
            await client.delay("stubborn")
            await system.advance(8)
        await control_plane.kill()
        await system.start_control_plane(worker_address="tcp://127.0.0.1:1", lease_seconds=3)
        await system.advance(20)
        worker.role.stop()
        stubborn.gate.set()
        await system.advance(10)
        assert worker.ended.is_set()


async def test_a_cancelled_attempt_that_does_not_end_is_given_up_too() -> None:
    async with a_system() as system, a_stubborn_task() as stubborn:
        await system.start_control_plane()
        await system.start_worker("w1", stubborn.function)
        async with system.client() as client:
            handle = await client.delay("stubborn")
            await system.settle()
            assert await handle.cancel() is Cancellation.STOPPING
            await system.advance(2)
            assert await handle.status() is TaskStatus.CANCELLED
            [state] = (await client.inspect()).workers
            assert state.occupied == 1


async def test_what_was_given_up_may_return_after_its_worker_has_joined_a_new_control_plane() -> None:
    async with a_system() as system, a_stubborn_task(timeout=5) as stubborn:
        first = await system.start_control_plane(lease_seconds=3)
        await system.start_worker("w1", stubborn.function)
        async with system.client() as client:
            await client.delay("stubborn")
            await system.advance(8)
            await first.kill()
            second = await system.start_control_plane(lease_seconds=3)
            await system.advance(10)
            [state] = (await client.inspect()).workers
            assert state.occupied == 1
            stubborn.gate.set()
            await system.advance(10)
            [state] = (await client.inspect()).workers
            assert state.occupied == 0
        assert second.happened(ReportSuperseded) == []


async def test_an_attempt_that_its_worker_does_not_end_is_given_up_by_the_control_plane_and_tried_elsewhere() -> None:
    held = HeldTask(timeout=5, retries=1, backoff=0)
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=100)
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.start_worker("w2", held.function)
            await system.advance(19.9)
            assert held.started == [1]
            await system.advance(0.1)
            await system.settle()
            assert held.started == [1, 1]
            held.release()
            assert await handle == 1
            worker.wire.thaw()
            await system.advance(10)
        assert len(control_plane.happened(TaskRetried)) == 1
        assert [event.worker_id for event in control_plane.happened(ReportSuperseded)] == ["w1"]


async def test_a_blocking_task_that_returns_too_late_has_its_result_used() -> None:
    async with a_system() as system:
        await system.start_control_plane()

        @task(timeout=5)
        def slow() -> int:
            system.clock._now += 10
            return 1

        await system.start_worker("w1", slow)
        async with system.client() as client:
            handle = await client.delay("slow")
            await system.advance(1)
            assert await handle == 1
