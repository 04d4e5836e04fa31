"""Workers that are told to finish what they run, and to leave."""

import pytest

from fastworker.application.messages import Cancelled, Leases, Noted, Poll
from fastworker.application.registration import MANY_LEASES
from fastworker.domain.errors import UnknownWorker
from fastworker.domain.events import WorkerDrained, WorkerLeft
from fastworker.domain.lifecycle import TaskStatus

from .system import HeldTask, a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_a_worker_that_drains_finishes_what_runs_and_ends_while_another_takes_over() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        drained = await system.start_worker("w1", held.function)
        async with system.client() as client:
            running, waiting = await client.map("held", [(1,), (2,)])
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            [state] = (await client.inspect()).workers
            assert state.is_draining
            await system.advance(20)
            assert not drained.ended.is_set()
            held.release(1)
            await system.settle()
            assert await running == 1
            assert drained.ended.is_set()
            assert drained.error is None
            assert await waiting.status() is TaskStatus.QUEUED
            await system.start_worker("w2", held.function)
            held.release(2)
            assert await waiting == 2
        assert [event.reason for event in control_plane.happened(WorkerLeft)] == ["left"]


async def test_an_idle_worker_that_drains_leaves_at_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        async with system.client() as client:
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            assert worker.ended.is_set()
            assert control_plane.worker_ids == []


async def test_a_worker_that_is_told_twice_drains_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            for _ in range(2):
                await client.drain_worker("w1")
            held.release()
            await system.settle()
            assert worker.ended.is_set()
        assert len(control_plane.happened(WorkerDrained)) == 1


async def test_a_worker_that_is_not_connected_cannot_be_drained() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(UnknownWorker, match="no worker 'w2' is connected; connected: w1"):
                await client.drain_worker("w2")


async def test_the_order_to_drain_survives_the_loss_of_replies() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.lose(Leases, times=3)
            wire.lose(Noted, times=2)
            draining = system.call(client.drain_worker, "w1")
            await system.advance(5)
            draining.result()
            held.release()
            await system.advance(5)
            assert await handle == 1
            assert worker.ended.is_set()
        assert len(control_plane.happened(WorkerDrained)) == 1


async def test_a_worker_that_drains_is_given_nothing_more_although_it_has_room() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=4)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            await client.drain_worker("w1")
            waiting = await client.delay("held", 2)
            await system.settle()
            assert await waiting.status() is TaskStatus.QUEUED
            worker.wire.thaw()
            await system.advance(10)
            assert held.started == [1]


async def test_a_task_that_is_cancelled_while_its_worker_drains_ends_at_once_although_an_answer_gets_lost() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            wire.lose(Cancelled)
            await handle.cancel()
            await system.advance(7)
            assert handle.is_done
            assert worker.ended.is_set()


async def test_an_attempt_that_fails_on_a_worker_that_drains_is_tried_again_elsewhere() -> None:
    held = HeldTask(timeout=5, retries=1, backoff=0)
    async with a_system() as system:
        await system.start_control_plane()
        drained = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await client.drain_worker("w1")
            await system.start_worker("w2", held.function)
            await system.advance(6)
            assert drained.ended.is_set()
            held.release()
            assert await handle == 1
            result = await handle.result()
            assert result is not None
            assert (result.worker_id, result.attempts) == ("w2", 2)


async def test_a_worker_that_drains_is_not_said_to_have_stuck_slots() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=4)
        async with system.client() as client:
            await client.delay("held", 1)
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            [state] = (await client.inspect()).workers
            assert (state.running, state.occupied) == (1, 0)


async def test_a_task_whose_lease_is_given_back_tells_its_followers_that_it_waits_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            said: list[TaskStatus | None] = []

            async def follow(task_id: str) -> None:
                async for event in client.events(task_id):
                    said.append(event.status)  # noqa: PERF401 - one at a time, so that the test can look meanwhile

            worker.wire.freeze()
            handle = await client.delay("held", 1)
            await system.settle()
            system.call(follow, str(handle))
            await system.settle()
            worker.role.stop()
            worker.wire.thaw()
            await system.settle()
            assert await handle.status() is TaskStatus.QUEUED
            assert said == [TaskStatus.RUNNING, TaskStatus.QUEUED]


async def test_a_worker_that_stops_starts_no_lease_that_had_not_reached_it_although_it_still_runs_another() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            running = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            unreached = await client.delay("held", 2)
            await system.settle()
            assert await unreached.status() is TaskStatus.RUNNING
            worker.role.stop()
            worker.wire.thaw()
            await system.advance(7)
            assert held.started == [1]
            held.release(1)
            await system.advance(1)
            assert await running == 1
            assert worker.ended.is_set()
            assert await unreached.status() is TaskStatus.QUEUED


async def test_a_worker_that_drains_asks_for_what_to_stop_at_its_usual_pace() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            polls = worker.wire.count(Poll)
            await system.advance(20)
            assert 3 <= worker.wire.count(Poll) - polls <= 6
            held.release()
            await system.advance(1)
            assert await handle == 1


async def test_a_worker_that_drains_obeys_many_orders_to_stop_at_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=MANY_LEASES)
        async with system.client() as client:
            handles = await client.map("held", [(number,) for number in range(MANY_LEASES)])
            await system.settle()
            worker.role.stop()
            await system.settle()
            await client.cancel(handles)
            await system.settle()
            assert worker.ended.is_set()
        assert control_plane.ledger.finished[TaskStatus.CANCELLED] == MANY_LEASES
