"""Workers that are to leave in time: in the seconds that people give them, or that their process has."""

import pytest

from fastworker.application.messages import Leases
from fastworker.domain.events import WorkerLeft
from fastworker.domain.lifecycle import TaskStatus

from .directing import drain, resume, shut_down
from .system import HeldTask, a_system

pytestmark = pytest.mark.anyio


async def test_a_worker_that_is_shut_down_leaves_when_its_seconds_are_over_and_what_it_ran_is_lost() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            quick, slow = await client.map("held", [(1,), (2,)])
            await system.settle()
            shut_down(control_plane, 5.0)
            await system.settle()
            held.release(1)
            assert await quick == 1
            await system.advance(4)
            assert not worker.ended.is_set()
            await system.advance(1.5)
            assert worker.ended.is_set()
            result = await slow.result()
            assert result is not None
            assert result.status is TaskStatus.LOST
            assert "left, the 5 s that it was given were over" in str(result.error)
        assert [event.reason for event in control_plane.happened(WorkerLeft)] == ["left"]


async def test_a_worker_that_drains_already_can_be_given_fewer_seconds() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.advance(10)
            shut_down(control_plane, 0.0)
            await system.advance(0.1)
            assert worker.ended.is_set()


async def test_a_worker_that_leaves_in_time_is_given_more_seconds() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            shut_down(control_plane, 5.0)
            await system.advance(4)
            shut_down(control_plane, 60.0)
            await system.advance(55)
            assert not worker.ended.is_set()
            held.release()
            assert await handle == 1


async def test_a_shutdown_gives_a_worker_that_drains_more_seconds_than_its_drain_timeout() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=30.0)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            drain(control_plane)
            await system.advance(20)
            shut_down(control_plane, 60.0)
            await system.advance(59)
            assert not worker.ended.is_set()
            await system.advance(2)
            assert worker.ended.is_set()


async def test_the_same_seconds_once_more_are_no_more_seconds() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            shut_down(control_plane, 5.0)
            await system.advance(4)
            shut_down(control_plane, 5.0)
            await system.advance(2)
            assert worker.ended.is_set()


async def test_a_shutdown_after_a_resume_that_was_never_heard_gives_its_seconds_anew() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            shut_down(control_plane, 5.0)
            await system.advance(4)
            worker.wire.lose(Leases)
            resume(control_plane)
            shut_down(control_plane, 5.0)
            await system.advance(4)
            assert not worker.ended.is_set()
            await system.advance(2)
            assert worker.ended.is_set()


async def test_a_worker_whose_process_was_told_to_end_is_given_fewer_seconds() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=20.0)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            worker.role.stop()
            await system.advance(10)
            shut_down(control_plane, 2.0)
            await system.advance(3)
            assert worker.ended.is_set()


async def test_a_worker_whose_process_was_told_to_end_is_given_no_more_seconds() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=20.0)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            worker.role.stop()
            await system.settle()
            shut_down(control_plane, 600.0)
            await system.advance(19)
            assert not worker.ended.is_set()
            await system.advance(2)
            assert worker.ended.is_set()


async def test_a_worker_with_more_seconds_leaves_within_its_drain_timeout_when_its_process_is_told_to_end() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=20.0)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            shut_down(control_plane, 600.0)
            await system.advance(10)
            worker.role.stop()
            await system.advance(19)
            assert not worker.ended.is_set()
            await system.advance(2)
            assert worker.ended.is_set()
