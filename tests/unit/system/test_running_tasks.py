"""The main path: a task goes from a client to a worker, and its result comes back."""

from datetime import UTC, datetime
from uuid import UUID

import anyio
import pytest

from fastworker.application.current_client import current_client
from fastworker.application.handle import TaskHandle
from fastworker.application.messages import BATCH_ENTRIES, Message, Poll, Report, Submit
from fastworker.application.registration import MANY_LEASES
from fastworker.application.task_function import SubmitOptions
from fastworker.domain.errors import (
    IdConflict,
    InvalidArguments,
    InvalidPriority,
    NotEncodable,
    TaskFailed,
    UnknownTask,
)
from fastworker.domain.events import TaskLeased
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .system import HeldTask, a_system
from .tasks import Order, divide, double_order, echo, echo_async, give_up
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_a_task_goes_to_a_worker_and_its_result_comes_back() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay(echo, 42)
            assert await handle == 42


async def test_an_async_task_runs_like_any_other() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo_async)
        async with system.client() as client:
            assert await (await client.delay(echo_async, 7)) == 7


async def test_arguments_and_results_keep_the_types_of_the_annotations() -> None:
    number, placed_at = UUID(int=5), datetime(2026, 11, 21, 4, 5, tzinfo=UTC)
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", double_order)
        async with system.client() as client:
            handle = await client.delay(double_order, Order(number, placed_at, (1, 2)))
            assert await handle == Order(number, placed_at, (2, 4))


async def test_a_task_by_name_is_sorted_into_the_parameters_and_gives_plain_json_values() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide, double_order)
        async with system.client() as client:
            assert await (await client.delay("divide", 6, divisor=4)) == 1.5
            order = {"number": str(UUID(int=5)), "placed_at": "2026-11-21T04:05:00Z", "amounts": [1]}
            doubled = await (await client.delay("double_order", order))
            assert doubled == order | {"amounts": [2]}


async def test_a_submitted_function_uses_the_entered_client() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            assert current_client() is client
            assert await (await echo.submit(1)) == 1
            handles = await echo.options(priority="high").map([(2,), (3,)])
            assert [await handle for handle in handles] == [2, 3]


async def test_a_task_that_raises_shows_its_type_message_and_remote_traceback() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client() as client:
            handle = await client.delay(divide, 1, 0)
            with pytest.raises(TaskFailed, match="ZeroDivisionError: division by zero") as caught:
                await handle
            assert caught.value.error_type == "ZeroDivisionError"
            assert "return dividend / divisor" in caught.value.remote_traceback
            result = await handle.result()
            assert result is not None
            assert (result.status, result.result) == (TaskStatus.FAILURE, None)


async def test_a_task_that_exits_fails_alone_and_the_worker_goes_on() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", give_up, echo)
        async with system.client() as client:
            with pytest.raises(TaskFailed, match="SystemExit: no more"):
                await (await client.delay(give_up))
            assert await (await client.delay(echo, 1)) == 1


async def test_an_unknown_name_is_an_error_of_the_submission_that_shows_near_names() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client() as client:
            with pytest.raises(UnknownTask, match="no task named 'dived'; did you mean: divide"):
                await client.delay("dived", 1)


async def test_wrong_arguments_submit_nothing() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(InvalidArguments):
                await client.delay(echo, "no number")
            with pytest.raises(NotEncodable):
                await client.delay("echo", object())
            with pytest.raises(InvalidPriority):
                await client.delay("echo", 1, priority="urgent")
        assert not control_plane.ledger.tasks
        assert sum(control_plane.ledger.finished.values()) == 0


async def test_wrong_arguments_by_name_fail_on_the_worker() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(TaskFailed, match="InvalidArguments: echo"):
                await (await client.delay("echo", "no number"))


async def test_a_map_returns_handles_in_the_order_of_the_calls() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo, slots=4)
        async with system.client() as client:
            handles = await client.map("echo", [(number,) for number in range(20)], priority="low")
            assert [await handle for handle in handles] == list(range(20))
            result = await handles[0].result()
            assert result is not None
            assert result.priority is TaskPriority.LOW


async def test_a_map_raises_the_first_error_after_all_calls_were_tried() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(UnknownTask) as caught:
                await client.map("ecko", [(1,), (2,)])
            assert caught.value.__notes__ == ["0 of 2 calls were accepted"]
            await client.map("echo", [])
        assert not control_plane.ledger.tasks


async def test_a_burst_of_submissions_travels_in_few_messages() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo, slots=100)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            results: list[int] = []

            async def submit_and_wait(number: int) -> None:
                results.append(await (await client.delay("echo", number)))

            async with anyio.create_task_group() as group:
                for number in range(2_000):
                    group.start_soon(submit_and_wait, number)
        assert sorted(results) == list(range(2_000))
        assert wire.count(Submit) <= 2_000 // BATCH_ENTRIES + 2


async def test_a_task_alone_leaves_at_once_in_a_message_of_its_own() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            for number in range(3):
                await client.delay("echo", number)
        assert wire.count(Submit) == 3


async def test_handles_come_as_completed_in_the_order_in_which_the_tasks_end() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=3)
        async with system.client() as client:
            handles = await client.map("held", [(0,), (1,), (2,)])
            await system.settle()
            order: list[TaskHandle[int]] = []

            async def collect() -> None:
                async for handle in client.as_completed(handles):
                    order.append(handle)  # noqa: PERF401 - one at a time is what is tested

            collecting = system.call(collect)
            for number in (2, 0, 1):
                held.release(number)
                await system.settle()
            assert collecting.is_done
            assert order == [handles[2], handles[0], handles[1]]


async def test_as_completed_also_yields_what_ended_before() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            await handle
            assert [done async for done in client.as_completed([handle])] == [handle]


async def test_a_done_callback_is_called_once_and_at_once_when_the_task_has_ended() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            called: list[str] = []
            handle = await client.delay("echo", 1)
            handle.add_done_callback(lambda done: called.append(f"waited for {done.value()}"))
            await handle
            handle.add_done_callback(lambda done: called.append(f"was done: {done.value()}"))
            assert called == ["waited for 1", "was done: 1"]


async def test_a_done_callback_that_raises_harms_nobody_else() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            called: list[str] = []

            def fail(_: TaskHandle[int]) -> None:
                raise RuntimeError("a bug in a callback")

            handle = await client.delay("held", 1)
            handle.add_done_callback(fail)
            handle.add_done_callback(called.append)
            held.release(1)
            assert await handle == 1
            assert called == [handle]
            assert await (await client.delay("held", 1)) == 1


async def test_a_done_callback_that_raises_harms_nobody_when_the_task_has_ended_before() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:

            def fail(_: TaskHandle[int]) -> None:
                raise RuntimeError("a bug in a callback")

            handle = await client.delay("echo", 1)
            await handle
            handle.add_done_callback(fail)


async def test_any_number_of_tasks_may_wait_for_one_handle() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 5)

            async def wait() -> int:
                return await handle

            calls = [system.call(wait) for _ in range(3)]
            await system.settle()
            held.release()
            await system.settle()
            assert [call.result() for call in calls] == [5, 5, 5]
            assert await handle == 5


async def test_an_error_in_the_block_of_a_client_comes_out_as_itself() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        with pytest.raises(TaskFailed, match="division by zero"):
            async with system.client() as client:
                await (await client.delay(divide, 1, 0))


async def test_two_clients_each_hear_of_their_own_tasks() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo, slots=8)
        async with system.client() as one, system.client() as other:
            ones = await one.map("echo", [(number,) for number in range(50)])
            others = await other.map("echo", [(-number,) for number in range(50)])
            assert [await handle for handle in ones] == list(range(50))
            assert [await handle for handle in others] == [-number for number in range(50)]


async def test_the_same_id_twice_is_one_task_that_runs_once_and_completes_both_handles() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function, slots=2)
        async with system.client():
            handles = [await held.function.options(id="mine").submit(1) for _ in range(2)]
            waiting = [system.call(handle.wait) for handle in handles]
            await system.settle()
            held.release()
            await system.settle()
            assert handles == ["mine", "mine"]
            assert held.started == [1]
            assert [call.is_done for call in waiting] == [True, True]


async def test_the_id_of_a_task_that_has_ended_gives_its_result_again() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            await (await echo.options(id="mine").submit(1))
            again = await echo.options(id="mine").submit(1)
            waiting = system.call(again.wait)
            await system.advance(10)
            assert waiting.is_done
            assert again.value() == 1


async def test_the_same_id_from_two_clients_completes_the_handles_of_both() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client(), system.client() as other:
            first = await held.function.options(id="mine").submit(1)
            second = await other.submit(held.function, (1,), {}, SubmitOptions(task_id="mine"))
            await system.settle()
            held.release()
            await system.advance(10)
            assert [first.is_done, second.is_done] == [True, True]


async def test_the_same_id_with_other_arguments_is_a_conflict() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client():
            await echo.options(id="mine").submit(1)
            with pytest.raises(IdConflict, match="task id 'mine' is taken"):
                await echo.options(id="mine").submit(2)


async def test_the_worker_that_is_missing_is_said_and_the_task_waits_for_it() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["echo"]))
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            await system.advance(600)
            assert await handle.status() is TaskStatus.QUEUED
            await system.start_worker("w1", echo)
            assert await handle == 1


async def test_few_outcomes_leave_with_the_next_poll_and_many_leases_are_started_after_it_has_left() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", echo, slots=2 * MANY_LEASES)
        async with system.client() as client:
            for number in (3, MANY_LEASES):
                worker.wire.sent.clear()
                handles = await client.map("echo", [(each,) for each in range(number)])
                assert [await handle for handle in handles] == list(range(number))
                await system.settle()
                polls, reports = (
                    [len(sent.entries) for sent in worker.wire.sent if isinstance(sent, kind)]
                    for kind in (Poll, Report)
                )
                assert (polls, reports) == (([3], []) if number == 3 else ([0], [MANY_LEASES]))


async def test_leases_that_a_worker_has_not_started_when_it_is_told_to_stop_run_to_their_end() -> None:
    held = HeldTask()
    stops: list[Message] = []
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=MANY_LEASES)
        async with system.client() as client:

            def stop_when_all_are_acknowledged(sent: Message) -> None:
                if isinstance(sent, Poll) and sent.acknowledged == MANY_LEASES and not held.started:
                    stops.append(sent)
                    worker.role.stop()

            worker.wire.when_sent = stop_when_all_are_acknowledged
            handles = await client.map("held", [(number,) for number in range(MANY_LEASES)])
            await system.settle()
            assert len(stops) == 1
            held.release()
            assert [await handle for handle in handles] == list(range(MANY_LEASES))
        assert len(control_plane.happened(TaskLeased)) == MANY_LEASES
