"""Tasks that are told to end."""

import anyio
import pytest

from fastworker.application.current_task import current_task
from fastworker.application.messages import (
    BATCH_ENTRIES,
    AwaitCompletions,
    Cancel,
    Cancelled,
    Hello,
    Leases,
    Message,
    Noted,
    Submitted,
)
from fastworker.application.task_function import task
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import ControlPlaneRestarted, ControlPlaneUnreachable, TaskCancelled, WireError
from fastworker.domain.events import StopOrdered, TaskFinished, TaskRetried
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from tests.unit.application.scripted import a_welcome
from tests.unit.replies import reply_of

from ...builders import a_uuid7
from .system import CLIENTS, HeldTask, a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_a_waiting_task_is_gone_at_once_and_never_starts() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            running, waiting = await client.map("held", [(1,), (2,)])
            assert await waiting.cancel() is Cancellation.CANCELLED
            with pytest.raises(TaskCancelled, match="cancelled while it waited"):
                await waiting
            held.release()
            assert await running == 1
            await system.advance(10)
        assert held.started == [1]
        assert control_plane.ledger.finished[TaskStatus.CANCELLED] == 1


async def test_a_scheduled_task_is_gone_at_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            handle = await echo.options(delay=60).submit(1)
            assert await handle.cancel() is Cancellation.CANCELLED
            await system.advance(120)
            assert handle.is_done
        assert control_plane.ledger.scheduled == 0


async def test_a_running_task_is_cancelled_at_once_and_awaiting_it_says_so() -> None:
    held = HeldTask(retries=5, backoff=0)
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            assert await handle.cancel() is Cancellation.STOPPING
            await system.settle()
            with pytest.raises(TaskCancelled, match="cancelled while it ran"):
                await handle
            await system.advance(10)
        assert held.started == [1]
        assert control_plane.happened(TaskRetried) == []


async def test_cancelling_what_has_ended_or_was_never_seen_or_is_forgotten_says_so() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_capacity=1))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            forgotten, finished = await client.map("echo", [(1,), (2,)])
            await finished
            assert await client.cancel([forgotten, finished, "never-seen"]) == {
                forgotten: Cancellation.FORGOTTEN,
                finished: Cancellation.FINISHED,
                "never-seen": Cancellation.UNKNOWN,
            }
            assert await client.cancel([]) == {}
            assert await finished == 2


async def test_a_running_task_may_be_cancelled_twice_and_its_worker_is_told_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            assert [await handle.cancel() for _ in range(2)] == [Cancellation.STOPPING] * 2
            worker.wire.thaw()
            await system.settle()
            assert await handle.cancel() is Cancellation.CANCELLED
        assert len(control_plane.happened(StopOrdered)) == 1
        assert len(control_plane.happened(TaskFinished)) == 1


async def test_an_id_that_is_named_twice_in_one_call_tells_that_it_was_cancelled() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["echo"]))
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            assert await client.cancel([handle, handle]) == {handle: Cancellation.CANCELLED}


async def test_more_tasks_than_a_batch_are_cancelled_at_once() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["echo"]))
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handles = await client.map("echo", [(number,) for number in range(2 * BATCH_ENTRIES + 1)])
            assert await client.cancel(handles) == dict.fromkeys(handles, Cancellation.CANCELLED)
            await system.settle()
            assert all(handle.is_done for handle in handles)
        assert wire.count(Cancel) == 3


async def test_a_cancel_whose_answer_got_lost_says_what_it_has_done() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            running, waiting = await client.map("held", [(1,), (2,)])
            await system.settle()
            wire.lose(Cancelled)
            cancelling = system.call(client.cancel, [waiting])
            await system.advance(5)
            assert wire.has_lost_all()
            assert cancelling.result() == {waiting: Cancellation.CANCELLED}
            assert not running.is_done
        assert len(control_plane.happened(TaskFinished)) == 1


async def test_a_cancel_whose_answers_all_get_lost_fails_and_is_carried_out() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["echo"]))
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("echo", 1)
            wire.lose(Cancelled, times=3)
            with pytest.raises(ControlPlaneUnreachable, match="a Cancelled got lost, 3 times"):
                await handle.cancel()
            await system.settle()
            assert handle.is_done


async def test_an_order_to_stop_that_got_lost_is_given_again() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.lose(Leases, times=2)
            await handle.cancel()
            await system.advance(2)
            assert worker.wire.has_lost_all()
            with pytest.raises(TaskCancelled):
                await handle
        assert len(control_plane.happened(TaskFinished)) == 1
        assert control_plane.ledger.superseded == 0


async def test_a_result_that_was_on_its_way_when_the_task_was_cancelled_counts() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            held.release()
            await system.settle()
            assert await handle.cancel() is Cancellation.STOPPING
            worker.wire.thaw()
            await system.advance(10)
            assert await handle == 1
        assert len(control_plane.happened(TaskFinished)) == 1


async def test_a_task_that_was_told_to_stop_before_it_could_return_is_cancelled() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await handle.cancel()
            await system.settle()
            held.release()
            await system.advance(10)
            with pytest.raises(TaskCancelled):
                await handle
        assert len(control_plane.happened(TaskFinished)) == 1


async def test_a_task_that_ends_in_the_moment_in_which_it_is_stopped_ends_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            cancelling = system.call(client.cancel, handle)
            for _ in range(4):
                await anyio.lowlevel.checkpoint()
            held.release()
            await system.advance(10)
            assert cancelling.is_done
            assert handle.is_done
        assert len(control_plane.happened(TaskFinished)) == 1
        assert control_plane.ledger.superseded == 0


async def test_a_lease_and_the_order_to_stop_it_may_arrive_together() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            worker.wire.lose(Leases)
            handle = await client.delay("held", 1)
            await system.settle()
            assert worker.wire.has_lost_all()
            assert await handle.cancel() is Cancellation.STOPPING
            await system.advance(1)
            with pytest.raises(TaskCancelled, match="cancelled before it began"):
                await handle
        assert held.started == []
        assert len(control_plane.happened(TaskFinished)) == 1


async def test_cancelling_a_task_whose_worker_drains_still_reaches_it() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            await client.drain_worker("w1")
            await system.settle()
            assert await handle.cancel() is Cancellation.STOPPING
            await system.advance(7)
            assert handle.is_done


async def test_a_cancelled_task_that_had_started_on_a_worker_that_left_is_not_said_not_to_have_started() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, drain_seconds=5)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.role.stop()
            await system.settle()
            await handle.cancel()
            await system.advance(10)
            result = await handle.result()
            assert held.started == [1]
            assert result is not None
            assert result.error is not None
            assert "before it could start" not in result.error.message


async def test_a_cancelled_task_that_the_control_plane_gives_up_is_not_tried_again() -> None:
    held = HeldTask(timeout=1, retries=5, backoff=0)
    async with a_system() as system:
        control_plane = await system.start_control_plane(lease_seconds=100)
        worker = await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            worker.wire.freeze()
            assert await handle.cancel() is Cancellation.STOPPING
            await system.advance(20)
            assert handle.is_done
        assert control_plane.happened(TaskRetried) == []


async def test_a_task_that_was_cancelled_shortly_before_its_timeout_has_the_whole_grace_to_clean_up() -> None:
    cleaned = anyio.Event()

    @task(name="cleaning", timeout=10)
    async def cleaning() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await cleaned.wait()

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", cleaning)
        async with system.client() as client:
            handle = await client.delay("cleaning")
            await system.advance(9.5)
            await handle.cancel()
            await system.advance(1)
            was_given_up = handle.is_done
            cleaned.set()
            await system.settle()
            assert not was_given_up


async def test_a_blocking_task_sees_that_it_was_cancelled_and_its_result_counts() -> None:
    seen: list[bool] = []

    @task
    async def watchful() -> str:
        seen.append(current_task().is_cancelled)
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            seen.append(current_task().is_cancelled)
        return "as far as I came"

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", watchful)
        async with system.client() as client:
            handle = await client.delay("watchful")
            await system.settle()
            await handle.cancel()
            assert await handle == "as far as I came"
        assert seen == [False, True]


async def test_an_answer_that_is_none_to_the_question_is_an_error() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane(client_address="tcp://127.0.0.1:1")

        async def answer(request: Message) -> Message:
            if isinstance(request, Cancel):
                return Noted()
            return await reply_of(control_plane.role.client_desk.answer, request)

        async with system.network.serve([CLIENTS], answer), system.client() as client:
            with pytest.raises(WireError, match="expected Cancelled, was answered with Noted"):
                await client.cancel(a_uuid7(1_750_000_000_000))


async def test_a_control_plane_that_restarts_again_and_again_is_not_asked_for_ever() -> None:
    async def answer(request: Message) -> Message:
        match request:
            case Hello():
                return a_welcome()
            case AwaitCompletions():
                await anyio.sleep_forever()
                return Submitted(refused=[], waiting_for_worker=[])
            case _:
                raise ControlPlaneRestarted("say hello again")

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        cancelling = system.call(client.cancel, "x")
        await system.advance(5)
        with pytest.raises(ControlPlaneRestarted, match="again and again"):
            cancelling.result()
