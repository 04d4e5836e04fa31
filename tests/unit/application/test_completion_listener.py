"""Handles that wait, and messages that come twice, late, or in an order that nobody planned."""

import anyio
import pytest

from fastworker.application.messages import (
    AwaitCompletions,
    Completions,
    Fetch,
    Fetched,
    Hello,
    Message,
    Submit,
    Submitted,
    TaskState,
)
from fastworker.application.task_function import SubmitOptions
from fastworker.domain.errors import ControlPlaneRestarted, IdConflict, UnknownSession
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from tests.unit.replies import reply_of
from tests.unit.system.readers import Reader
from tests.unit.system.system import CLIENTS, HeldTask, a_system
from tests.unit.system.tasks import echo
from tests.unit.system.wire import Wire

from .scripted import a_welcome

pytestmark = pytest.mark.anyio


async def hold() -> Message:
    """Never answer."""
    await anyio.sleep_forever()
    raise AssertionError


@pytest.mark.parametrize("number", [2, 3, 5])
async def test_all_handles_of_one_id_complete_however_many_there_are(number: int) -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client():
            mine = held.function.options(id="mine")
            handles = [await mine.submit(1) for _ in range(number)]
            await system.settle()
            held.release()
            await system.settle()
            assert [handle.is_done for handle in handles] == [True] * number
        assert held.started == [1]


async def test_a_refused_submission_of_an_id_takes_no_handle_of_the_accepted_ones_along() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client():
            mine = held.function.options(id="mine")
            handles = [await mine.submit(1), await mine.submit(1)]
            with pytest.raises(IdConflict):
                await mine.submit(2)
            await system.settle()
            held.release()
            await system.settle()
            assert [handle.value() for handle in handles] == [1, 1]


async def test_handles_of_one_id_all_fail_when_the_control_plane_restarts() -> None:
    held = HeldTask()
    async with a_system() as system:
        first = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client():
            mine = held.function.options(id="mine")
            handles = [await mine.submit(1), await mine.submit(1)]
            await first.kill()
            await system.start_control_plane()
            await system.advance(5)
            for handle in handles:
                with pytest.raises(ControlPlaneRestarted):
                    await handle


async def test_submissions_of_one_id_that_are_all_refused_leave_nothing_behind() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(names=["echo"]))
        async with system.client() as client:
            options = SubmitOptions(task_id="mine")
            calls = [system.call(client.submit, "ecko", (1,), {}, options) for _ in range(2)]
            await system.settle()
            for call in calls:
                with pytest.raises(Exception, match="no task named 'ecko'"):
                    call.result()


async def test_completions_of_tasks_that_nobody_waits_for_are_passed_over() -> None:
    completions = iter([Completions(first=1, entries=[TaskState("t9", TaskStatus.SUCCESS)], payloads=[b"1"])])
    acknowledged: list[int] = []

    async def answer(request: Message) -> Message:
        match request:
            case Hello():
                return a_welcome()
            case AwaitCompletions():
                acknowledged.append(request.acknowledged)
                return next(completions, None) or await hold()
            case _:
                return await hold()

    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client():
        await system.settle()
    assert acknowledged == [0, 1]


async def test_a_task_accepted_in_an_epoch_that_was_over_when_its_acceptance_was_heard_fails_as_restarted() -> None:
    epochs = iter(["epoch-1", "epoch-2"])
    was_heard = anyio.Event()

    async def answer(request: Message) -> Message:
        match request:
            case Hello():
                return a_welcome(epoch=next(epochs))
            case Submit():
                await was_heard.wait()
                return Submitted(refused=[], waiting_for_worker=[])
            case AwaitCompletions(epoch="epoch-1"):
                await hold_until_submitted.wait()
                raise ControlPlaneRestarted("this is epoch-2")
            case Fetch():
                states = [TaskState(task_id, None) for task_id in request.task_ids]
                return Fetched(entries=states, payloads=[b""] * len(states))
            case _:
                return await hold()

    hold_until_submitted = anyio.Event()
    async with a_system() as system, system.network.serve([CLIENTS], answer), system.client() as client:
        submitting = system.call(client.delay, "echo", 1)
        await system.settle()
        hold_until_submitted.set()
        await system.settle()
        was_heard.set()
        await system.settle()
        with pytest.raises(ControlPlaneRestarted, match="a new one answers at its address"):
            await submitting.result()


async def test_a_submission_that_is_under_way_when_the_session_changes_is_not_taken_for_forgotten() -> None:
    """Asked for it, the control plane would not know it yet, and replies may come in any order."""
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(client_address="tcp://127.0.0.1:1")
        await system.start_worker("w1", held.function, control_plane_address="tcp://127.0.0.1:1")
        is_slow = False

        async def answer(request: Message) -> Message:
            if is_slow and isinstance(request, Submit):
                await system.clock.sleep_until(system.clock.now() + 1)
            reply = await reply_of(control_plane.role.client_desk.answer, request)
            if is_slow and isinstance(request, Fetch):
                await system.clock.sleep_until(system.clock.now() + 2)
            return reply

        async with system.network.serve([CLIENTS], answer), system.client() as client:
            await system.settle()
            [session_id] = control_plane.ledger.sessions
            is_slow = True
            control_plane.coordinator.close_session(session_id)
            submitting = system.call(client.delay, "held", 1)
            await system.advance(10)
            held.release()
            await system.advance(10)
            assert await submitting.result() == 1


async def test_a_task_accepted_in_a_session_that_was_over_when_its_acceptance_was_heard_completes() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(client_address="tcp://127.0.0.1:1")
        await system.start_worker("w1", held.function, control_plane_address="tcp://127.0.0.1:1")
        was_heard = anyio.Event()

        async def answer(request: Message) -> Message:
            reply = await reply_of(control_plane.role.client_desk.answer, request)
            if isinstance(request, Submit):
                await was_heard.wait()
            return reply

        async with system.network.serve([CLIENTS], answer), system.client() as client:
            await system.advance(6)
            submitting = system.call(client.delay, "held", 1)
            await system.settle()
            [session_id] = control_plane.ledger.sessions
            control_plane.coordinator.close_session(session_id)
            await system.advance(6)
            assert list(control_plane.ledger.sessions) != [session_id]
            was_heard.set()
            await system.settle()
            handle = submitting.result()
            held.release()
            await system.advance(20)
            assert handle.is_done
            assert await handle == 1


async def test_a_second_handle_of_an_id_whose_acceptance_got_lost_completes_once() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire):
            mine = held.function.options(id="mine")
            first = await mine.submit(1)
            wire.lose(Submitted)
            submitting = system.call(mine.submit, 1)
            await system.advance(1)
            second = submitting.result()
            completed: list[str] = []
            second.add_done_callback(completed.append)
            held.release()
            await system.settle()
            assert [await first, await second] == [1, 1]
            assert completed == ["mine"]


async def test_a_session_that_several_requests_find_gone_is_opened_again_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            await system.settle()
            [session_id] = control_plane.ledger.sessions
            control_plane.coordinator.close_session(session_id)
            submitting = [system.call(client.delay, "echo", number) for number in range(3)]
            await system.advance(6)
            assert [await call.result() for call in submitting] == [0, 1, 2]
        assert wire.count(Hello) == 2


async def test_a_handle_is_adopted_by_the_next_session_when_the_present_one_is_gone() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as submitting, system.client() as looking:
            task_id = str(await submitting.delay("held", 1))
            await system.settle()
            await looking.status(task_id)
            for session_id in list(control_plane.ledger.sessions):
                control_plane.coordinator.close_session(session_id)
            waiting = system.call(looking.handle(task_id).wait)
            await system.settle()
            held.release()
            await system.advance(1)
            assert waiting.is_done


async def test_a_handle_is_not_adopted_for_ever_by_sessions_that_end_at_once() -> None:
    async with a_system() as system:

        async def answer(request: Message) -> Message:
            if isinstance(request, Hello):
                return a_welcome()
            if isinstance(request, Fetch):
                if request.watch:
                    raise UnknownSession("gone again")
                return Fetched(entries=[TaskState("t1", TaskStatus.RUNNING)], payloads=[b""])
            return await hold()

        async with system.network.serve([CLIENTS], answer), system.client() as client:
            with pytest.raises(ControlPlaneRestarted, match="again and again"):
                await client.handle("t1").wait()


async def test_following_tasks_meanwhile_has_nothing_fetched_again_after_the_session_was_gone() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane(client_address="tcp://127.0.0.1:1")
        await system.start_worker("w1", held.function, control_plane_address="tcp://127.0.0.1:1")
        fetched: list[Fetch] = []
        may_answer = anyio.Event()

        async def answer(request: Message) -> Message:
            if isinstance(request, Fetch):
                fetched.append(request)
                await may_answer.wait()
            return await reply_of(control_plane.role.client_desk.answer, request)

        async with system.network.serve([CLIENTS], answer), system.client() as client:
            handle = await client.delay("held", 1)
            await system.settle()
            [session_id] = control_plane.ledger.sessions
            control_plane.coordinator.close_session(session_id)
            await system.advance(6)
            assert len(fetched) == 1
            readers = [Reader(client, handle) for _ in range(3)]
            reading = [system.call(reader.read) for reader in readers]
            await system.settle()
            assert len(fetched) == 1
            may_answer.set()
            await system.settle()
            assert [reader.said for reader in readers] == [[TaskStatus.RUNNING]] * 3
            held.release()
            await system.settle()
            assert all(call.is_done for call in reading)
            assert await handle == 1
