"""What a worker that was thought lost has to say after all."""

import pytest

from fastworker.application.task_function import task
from fastworker.domain.errors import TaskFailed
from fastworker.domain.events import ReportSuperseded, TaskFinished, TaskLeased
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.terms import Backoff

from .system import HeldTask, a_system

pytestmark = pytest.mark.anyio

A_MINUTE = Backoff(60, factor=1, jitter=0)


async def test_the_result_of_a_lost_worker_is_used_while_the_task_waits_to_be_tried_again() -> None:
    held = HeldTask(retries=3, backoff=A_MINUTE)
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            assert await handle.status() is TaskStatus.SCHEDULED
            held.release()
            worker.wire.thaw()
            await system.advance(10)
            assert await handle == 1
            result = await handle.result()
            assert result is not None
            assert result.attempts == 1
            await system.advance(100)
        assert held.started == [1]
        assert control_plane.ledger.scheduled == 0
        assert control_plane.happened(ReportSuperseded) == []


async def test_the_result_of_a_lost_worker_is_used_while_the_task_waits_for_a_worker() -> None:
    held = HeldTask(retries=3, backoff=0)
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            assert await handle.status() is TaskStatus.QUEUED
            held.release()
            worker.wire.thaw()
            await system.advance(10)
            assert await handle == 1
        assert len(control_plane.happened(TaskFinished)) == 1
        assert len(control_plane.ledger.queue) == 0


async def test_the_result_of_a_lost_worker_comes_too_late_once_another_has_the_task() -> None:
    held = HeldTask(retries=3, backoff=0)
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        lost = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            lost.wire.freeze()
            await system.start_worker("w2", held.function)
            await system.advance(20)
            assert held.started == [1, 1]
            held.release()
            lost.wire.thaw()
            await system.advance(10)
            assert await handle == 1
            result = await handle.result()
            assert result is not None
            assert result.worker_id == "w2"
        assert [event.worker_id for event in control_plane.happened(ReportSuperseded)] == ["w1"]


@pytest.mark.parametrize(("error", "is_used"), [("OSError", False), ("ValueError", True)])
async def test_the_failure_of_a_lost_worker_ends_the_task_only_if_it_would_not_be_tried_again(
    error: str, *, is_used: bool
) -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()

        @task(name="failing", retries=3, backoff=A_MINUTE, never_on=ValueError)
        async def failing() -> None:
            await system.clock.sleep_until(1_010)
            raise {"OSError": OSError, "ValueError": ValueError}[error](error)

        worker = await system.start_worker("w1", failing)
        async with system.client() as client:
            handle = await client.delay("failing")
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            worker.wire.thaw()
            await system.advance(10)
            assert handle.is_done == is_used
            if is_used:
                with pytest.raises(TaskFailed, match="ValueError"):
                    await handle
        assert len(control_plane.happened(TaskLeased)) == 1
        assert control_plane.happened(ReportSuperseded) == []


async def test_the_result_of_a_lost_worker_of_a_task_without_retries_comes_too_late() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            assert await handle.status() is TaskStatus.LOST
            held.release()
            worker.wire.thaw()
            await system.advance(10)
        assert [event.task_id for event in control_plane.happened(ReportSuperseded)] == [handle]


async def test_a_worker_that_lost_its_registration_while_it_runs_is_tried_again_on_itself_beside_the_first_run() -> (
    None
):
    held = HeldTask(retries=1, backoff=A_MINUTE)
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await system.advance(20)
            worker.wire.thaw()
            await system.advance(10)
            [state] = (await client.inspect()).workers
            assert state.occupied == 1
            await system.advance(60)
            assert held.started == [1, 1]
            held.release()
            await system.advance(1)
            assert await handle == 1
        assert len(control_plane.happened(TaskFinished)) == 1
