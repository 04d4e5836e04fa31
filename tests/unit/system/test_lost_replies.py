"""A reply that gets lost: what it carried comes again, and nothing runs or counts twice."""

import pytest

from fastworker.application.messages import (
    Completions,
    Fetch,
    Fetched,
    Joined,
    Leases,
    Message,
    Noted,
    Poll,
    Report,
    Reported,
    Submit,
    Submitted,
    Welcome,
)
from fastworker.domain.events import TaskFinished, TaskSubmitted, WorkerLeft
from fastworker.domain.lifecycle import TaskStatus

from .system import HeldTask, a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_leases_that_got_lost_come_again_and_each_task_starts_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=4)
        async with system.client() as client:
            worker.wire.lose(Leases, times=3)
            handles = await client.map("held", [(number,) for number in range(4)])
            held.release()
            await system.advance(2)
            assert worker.wire.has_lost_all()
            assert [await handle for handle in handles] == [0, 1, 2, 3]
        assert sorted(held.started) == [0, 1, 2, 3]
        assert control_plane.happened(WorkerLeft) == []


async def test_completions_that_got_lost_come_again() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo, slots=4)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            wire.lose(Completions, times=3)
            completed: list[str] = []
            handles = await client.map("echo", [(number,) for number in range(4)])
            for handle in handles:
                handle.add_done_callback(completed.append)
            await system.advance(2)
            assert wire.has_lost_all()
            assert [await handle for handle in handles] == [0, 1, 2, 3]
            assert sorted(completed) == sorted(handles)


async def test_a_report_whose_reply_got_lost_is_sent_again_and_counted_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=2)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.lose(Reported, times=2)
            held.release()
            await system.advance(2)
            assert worker.wire.has_lost_all()
            assert worker.wire.count(Report) == 4  # the first, which says nothing, and three of the outcome
            assert await handle == 1
        assert len(control_plane.happened(TaskFinished)) == 1
        assert control_plane.ledger.superseded == 0
        assert control_plane.ledger.finished[TaskStatus.SUCCESS] == 1


async def test_outcomes_that_a_poll_took_along_are_sent_again_when_its_reply_got_lost_and_counted_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        async with system.client() as client:
            first, second = await client.map("echo", [(1,), (2,)])
            worker.wire.lose(Leases, times=3)
            await system.advance(10)
            assert worker.wire.has_lost_all()
            assert [await first, await second] == [1, 2]
        assert len(control_plane.happened(TaskFinished)) == 2
        assert control_plane.ledger.superseded == 0


async def test_a_submission_whose_reply_got_lost_is_sent_again_and_runs_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=4)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            await system.settle()
            wire.lose(Submitted, times=2)
            submitting = system.call(client.map, "held", [(1,), (2,)])
            held.release()
            await system.advance(1)
            assert wire.has_lost_all()
            assert wire.count(Submit) == 3
            assert [await handle for handle in submitting.result()] == [1, 2]
        assert sorted(held.started) == [1, 2]
        assert len(control_plane.happened(TaskSubmitted)) == 2


async def test_a_welcome_that_got_lost_is_asked_for_again() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo)
        wire = Wire(system.network)
        wire.lose(Welcome, times=2)
        async with system.client(wire=wire) as client:
            submitting = system.call(client.delay, "echo", 1)
            await system.advance(1)
            assert await submitting.result() == 1
        await worker.kill()


async def test_a_join_whose_reply_got_lost_is_sent_again() -> None:
    async with a_system() as system:
        worker = await system.start_worker("w1", echo)
        worker.wire.lose(Joined)
        control_plane = await system.start_control_plane()
        await system.advance(2)
        assert worker.wire.has_lost_all()
        assert control_plane.worker_ids == ["w1"]
        async with system.client() as client:
            assert await (await client.delay("echo", 1)) == 1


@pytest.mark.parametrize("reply", [Noted, Fetched, Welcome, Joined])
async def test_a_system_that_loses_replies_of_any_kind_goes_on_working(reply: type[Message]) -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo, slots=4)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            wire.lose(reply, times=2)
            worker.wire.lose(reply, times=2)
            submitting = system.call(client.delay, "echo", 1)
            await system.advance(30)
            assert await submitting.result() == 1
            assert await (await client.delay("echo", 2)) == 2


async def test_a_fetch_in_a_new_session_that_got_lost_is_asked_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            await system.settle()
            wire.freeze()
            await system.advance(70)
            held.release()
            await system.settle()
            wire.lose(Fetched)
            wire.thaw()
            await system.advance(20)
            assert wire.has_lost_all()
            assert handle.is_done
            assert wire.count(Fetch) >= 2


async def test_a_worker_that_only_loses_leases_is_over_after_the_lease_time_and_joins_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        worker.wire.lose(Leases, times=100_000)
        await system.advance(40)
        worker.wire.lose(Leases, times=0)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            held.release()
            await system.advance(1)
            assert await handle == 1
        assert control_plane.worker_ids == ["w1"]
        assert worker.wire.count(Poll) > 1
