"""When tasks may start: not before, not after, whatever the clock on the wall shows."""

from datetime import UTC, datetime, timedelta

import pytest

from fastworker.application.task_options import submit_options
from fastworker.domain.errors import TaskExpired
from fastworker.domain.events import TaskDue, WorkerLeft
from fastworker.domain.lifecycle import TaskStatus

from .system import HeldTask, System, a_system
from .tasks import divide, echo

pytestmark = pytest.mark.anyio


def moment(system: System, seconds: float) -> datetime:
    """The moment in so many seconds, as the clock on the wall shows it now."""
    return datetime.fromtimestamp(system.clock.wall() + seconds, UTC)


async def test_a_delayed_task_starts_when_its_time_has_come() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handles = [
                await echo.options(delay=60).submit(1),
                await echo.options(delay=timedelta(minutes=1)).submit(2),
                await echo.options(at=moment(system, 60)).submit(3),
                await client.submit("echo", (4,), {}, submit_options(delay=60)),
            ]
            await system.advance(59.9)
            assert [await handle.status() for handle in handles] == [TaskStatus.SCHEDULED] * 4
            await system.advance(0.1)
            assert [await handle for handle in handles] == [1, 2, 3, 4]


async def test_a_moment_that_is_over_means_at_once() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            handle = await echo.options(at=moment(system, -60)).submit(1)
            await system.settle()
            assert handle.is_done


async def test_a_task_whose_time_has_come_waits_behind_those_that_waited_already() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            await held.function.options(delay=1).submit(3)
            await client.map("held", [(1,), (2,)])
            await system.advance(2)
            held.release(1, 2)
            await system.settle()
            assert held.started == [1, 2, 3]


@pytest.mark.parametrize("jump", [-7 * 86_400, 7 * 86_400])
async def test_a_jump_of_the_clock_on_the_wall_moves_no_lease_and_each_delayed_task_starts_once(jump: float) -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=4)
        async with system.client() as client:
            running = await client.delay("held", 0)
            by_delay = await held.function.options(delay=60).submit(1)
            by_moment = await held.function.options(at=moment(system, 60), expires=moment(system, 90)).submit(2)
            await system.advance(30)
            system.clock._wall_offset += jump
            await system.advance(29)
            assert held.started == [0]
            await system.advance(120)
            assert sorted(held.started) == [0, 1, 2]
            held.release()
            assert [await handle for handle in (running, by_delay, by_moment)] == [0, 1, 2]
        assert len(control_plane.happened(TaskDue)) == 2
        assert control_plane.happened(WorkerLeft) == []


@pytest.mark.parametrize("expires", [5, timedelta(seconds=5), None])
async def test_a_task_that_has_not_started_before_its_deadline_expires(expires: float | timedelta | None) -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            running = await client.delay("held", 1)
            waiting = await held.function.options(expires=moment(system, 5) if expires is None else expires).submit(2)
            await system.advance(4.9)
            assert not waiting.is_done
            await system.advance(0.1)
            with pytest.raises(TaskExpired, match="was not started before its deadline"):
                await waiting
            held.release()
            assert await running == 1
        assert held.started == [1]


async def test_a_task_that_has_started_before_its_deadline_runs_on() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client():
            handle = await held.function.options(expires=5).submit(1)
            await system.advance(60)
            held.release()
            assert await handle == 1


async def test_a_task_that_expires_before_its_time_has_come_never_starts() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            handle = await echo.options(delay=60, expires=30).submit(1)
            await system.advance(30)
            with pytest.raises(TaskExpired):
                await handle


async def test_a_lease_that_reached_a_frozen_worker_too_late_is_not_started() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client():
            await system.settle()
            worker.wire.freeze()
            handle = await held.function.options(expires=5).submit(1)
            await system.settle()
            assert await handle.status() is TaskStatus.RUNNING
            await system.advance(10)
            worker.wire.thaw()
            await system.advance(5)
            with pytest.raises(TaskExpired):
                await handle
            result = await handle.result()
            assert result is not None
            assert result.attempts == 0
        assert held.started == []
        assert control_plane.ledger.finished[TaskStatus.EXPIRED] == 1


async def test_a_retry_that_would_come_after_the_deadline_is_not_waited_for() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client():
            handle = await divide.options(retries=5, backoff=60, expires=20).submit(1, 0)
            await system.settle()
            assert handle.is_done
            assert await handle.status() is TaskStatus.FAILURE


async def test_a_run_again_starts_at_once_although_the_first_was_delayed() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            handle = await echo.options(delay=60).submit(1)
            await system.advance(60)
            again = await handle.retry()
            await system.settle()
            assert again.is_done
