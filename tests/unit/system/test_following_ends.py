"""Readers that are slow, go away, or can hear no more."""

import anyio
import pytest

from fastworker.application.messages import AwaitCompletions, Follow, Goodbye, Message, StepEntry
from fastworker.application.step_feeds import STEPS_WAITING, StepFeed, StepFeeds
from fastworker.domain.errors import (
    ClientNotRunning,
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    FastWorkerError,
    ResultExpired,
    UnknownTaskId,
)
from fastworker.domain.journal import Progress
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from tests.unit.replies import reply_of

from ...builders import a_uuid7
from .readers import Reader, TalkingTask
from .system import CLIENTS, HeldTask, a_system
from .tasks import echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_a_slow_reader_misses_older_progress_and_still_hears_the_end() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("talking")
            reader = Reader(client, handle)
            await reader.read_one()
            for number in range(STEPS_WAITING + 100):
                talking.says(Progress(number))
                await system.advance(0.06)
            assert client._life is not None
            [feed] = (await client._life.parts()).listener._feeds._feeds
            assert len(feed._steps) == STEPS_WAITING
            assert wire.sent[-1].follows == []  # type: ignore[attr-defined]
            talking.returns()
            assert await handle == "done"
            await reader.read()
            assert reader.numbers == sorted(set(reader.numbers))
            assert reader.said[-2:] == [Progress(STEPS_WAITING + 99), TaskStatus.SUCCESS]


async def test_a_reader_that_leaves_is_asked_for_no_more() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            reader = Reader(client, handle)
            await reader.read_one()
            await reader.leave()
            await system.advance(6)
            [asked] = [message for message in wire.sent if isinstance(message, AwaitCompletions)][-1:]
            assert asked.follows == []
            held.release()
            assert await handle == 1


async def test_a_reader_that_has_gone_away_without_leaving_costs_nothing_when_the_task_is_forgotten() -> None:
    async with a_system() as system:
        held = HeldTask()
        await system.start_control_plane(ledger=Ledger(result_capacity=1))
        await system.start_worker("w1", held.function, echo)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("held", 1)
            reader = Reader(client, handle)
            await reader.read_one()
            held.release()
            await handle
            await (await client.delay("echo", 1))
            before = wire.count(AwaitCompletions)
            with anyio.move_on_after(0.3):
                await system.advance(10)
            assert wire.count(AwaitCompletions) - before < 10
            await reader.leave()


async def test_a_reader_that_joins_while_an_answer_for_another_is_under_way_misses_nothing() -> None:
    def step(number: int) -> StepEntry:
        return StepEntry("t1", number, status=TaskStatus.RUNNING)

    feeds = StepFeeds()
    early, late = (StepFeed("t1", after=0, epoch="e") for _ in range(2))
    feeds.add(early)
    assert feeds.follows() == [Follow("t1", 0)]
    feeds.take([step(1), step(2)])
    assert feeds.follows() == [Follow("t1", 2)]
    feeds.add(late)
    feeds.take([step(3)])  # the answer to the question above
    assert feeds.follows() == [Follow("t1", 0)]
    feeds.take([step(number) for number in (1, 2, 3)])
    assert [(await late.next()).number for _ in range(3)] == [1, 2, 3]


async def test_following_an_id_that_was_never_seen_or_is_forgotten_is_an_error() -> None:
    async with a_system() as system:
        await system.start_control_plane(ledger=Ledger(result_capacity=1))
        await system.start_worker("w1", echo)
        async with system.client() as client:
            with pytest.raises(UnknownTaskId):
                await Reader(client, a_uuid7(1_750_000_000_000)).read()
            handles = await client.map("echo", [(1,), (2,)])
            await system.settle()
            with pytest.raises(ResultExpired):
                await Reader(client, handles[0]).read()


async def test_a_restart_ends_the_following_with_an_error() -> None:
    held = HeldTask()
    async with a_system() as system:
        first = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            reader = Reader(client, await client.delay("held", 1))
            reading = system.call(reader.read)
            await system.settle()
            await first.kill()
            await system.start_control_plane()
            await system.advance(5)
            with pytest.raises(ControlPlaneRestarted):
                reading.result()


async def test_following_a_task_of_a_new_control_plane_before_the_listener_has_noticed_it_is_no_error() -> None:
    async with a_system() as system:
        first = await system.start_control_plane()
        async with system.client() as client:
            await system.settle()
            await first.kill()
            await system.start_control_plane(ledger=Ledger(names=["echo"]))
            submitting = system.call(client.delay, "echo", 1)
            await system.settle()
            reader = Reader(client, str(submitting.result()))
            system.call(reader.read)
            await system.settle()
            system.call(client.delay, "echo", 2)
            await system.advance(10)
            assert reader.said == [TaskStatus.QUEUED]


async def test_a_control_plane_that_stays_away_ends_the_following_with_an_error() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client(reconnect_timeout=10) as client:
            handle = await client.delay("held", 1)
            readings = [system.call(Reader(client, handle).read)]
            await system.settle()
            await control_plane.kill()
            await system.advance(12)
            readings.append(system.call(Reader(client, handle).read))
            await system.advance(20)
            for reading in readings:
                with pytest.raises(ControlPlaneUnreachable):
                    reading.result()


async def test_leaving_the_client_ends_the_following_with_an_error() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            reading = system.call(Reader(client, handle).read)
            await system.settle()
        await system.settle()
        with pytest.raises(ClientNotRunning):
            reading.result()
        with pytest.raises(ClientNotRunning):
            await Reader(client, handle).read()


@pytest.mark.parametrize("what", ["events", "wait", "retry"])
async def test_a_call_that_comes_while_the_client_says_goodbye_does_not_wait_for_ever(what: str) -> None:
    held = HeldTask()
    may_leave, may_answer = anyio.Event(), anyio.Event()
    async with a_system() as system:
        control_plane = await system.start_control_plane(client_address="tcp://127.0.0.1:1")
        await system.start_worker("w1", held.function, echo, slots=2, control_plane_address="tcp://127.0.0.1:1")

        async def answer(request: Message) -> Message:
            if isinstance(request, Goodbye):
                await may_answer.wait()
            return await reply_of(control_plane.role.client_desk.answer, request)

        client = system.client()

        async def live() -> None:
            async with client:
                await may_leave.wait()

        async def wait_for_repetition(task_id: str) -> None:
            await (await client.retry(task_id))

        async with system.network.serve([CLIENTS], answer):
            living = system.call(live)
            await system.settle()
            running, finished = await client.delay("held", 1), await client.delay("echo", 1)
            await system.settle()
            may_leave.set()
            await system.settle()
            assert not living.is_done
            match what:
                case "events":
                    call = system.call(Reader(client, str(running)).read)
                case "wait":
                    call = system.call(client.handle(str(running)).wait)
                case _:
                    call = system.call(wait_for_repetition, str(finished))
            await system.settle()
            may_answer.set()
            await system.settle()
            assert living.is_done
            await system.advance(60)
            assert call.is_done


async def test_a_client_that_follows_too_many_tasks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastworker.application.step_feeds.MOST_FEEDS", 1)
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", held.function)
        async with system.client() as client:
            handle = await client.delay("held", 1)
            first = Reader(client, handle)
            await first.read_one()
            with pytest.raises(FastWorkerError, match="follows 1 tasks already"):
                await Reader(client, handle).read_one()
            await first.leave()
            second = Reader(client, handle)
            await second.read_one()
            await second.leave()


@pytest.mark.parametrize("beyond", [0, 1, 7])
async def test_who_has_all_steps_of_a_task_that_has_ended_is_told_its_end_once_more(beyond: int) -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            handle = await client.delay("talking")
            reader = Reader(client, handle)
            reading = system.call(reader.read)
            await system.settle()
            talking.says(Progress(1))
            await system.advance(1)
            talking.returns()
            await system.advance(1)
            assert reading.is_done
            again = Reader(client, handle, after=reader.numbers[-1] + beyond)
            reading = system.call(again.read)
            await system.advance(1)
            assert reading.is_done
            assert again.said == [TaskStatus.SUCCESS]
