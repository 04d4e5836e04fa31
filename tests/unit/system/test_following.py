"""What whoever follows a task hears of it."""

import anyio
import pytest

from fastworker.application.current_task import current_task, note_in_task, running_execution
from fastworker.application.messages import Completions
from fastworker.application.task_function import task
from fastworker.domain.errors import (
    NotInTask,
)
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.text import bounded

from .readers import Reader, TalkingTask
from .system import HeldTask, a_system
from .tasks import divide, echo
from .wire import Wire

pytestmark = pytest.mark.anyio


async def test_the_steps_of_a_task_come_in_order_and_end_with_it() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            await system.start_worker("w1", held.function)
            blocking = await client.delay("held", 1)
            handle = await client.delay("held", 2)
            reader = Reader(client, handle)
            reading = system.call(reader.read)
            await system.advance(10)
            assert reader.said == [TaskStatus.QUEUED]
            held.release(1)
            await system.settle()
            assert reader.said == [TaskStatus.QUEUED, TaskStatus.RUNNING]
            held.release(2)
            await system.settle()
            assert reading.is_done
            reading.result()
            assert await blocking == 1
            assert reader.said == [TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.SUCCESS]
            assert reader.numbers == [1, 2, 3]
            assert [event.attempt for event in reader.events] == [0, 1, 1]
            assert {event.task_id for event in reader.events} == {str(handle)}
            assert [event.is_last for event in reader.events] == [False, False, True]
            moments = [event.at.timestamp() for event in reader.events]
            assert [moment - moments[0] for moment in moments] == pytest.approx([0, 10, 10])


async def test_a_handle_gives_the_steps_of_its_task() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            assert [event.status async for event in handle.events()][-1] is TaskStatus.SUCCESS


async def test_the_steps_tell_of_retries() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", divide)
        async with system.client() as client:
            handle = await divide.options(retries=1, backoff=10).submit(1, 0)
            reader = Reader(client, handle)
            reading = system.call(reader.read)
            await system.advance(30)
            reading.result()
            steps = [(event.attempt, event.status) for event in reader.events]
            assert steps[-4:] == [
                (1, TaskStatus.SCHEDULED),
                (1, TaskStatus.QUEUED),
                (2, TaskStatus.RUNNING),
                (2, TaskStatus.FAILURE),
            ]


async def test_steps_are_read_again_from_a_number_on() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as client:
            await system.start_worker("w1", held.function)
            handle = await client.delay("held", 1)
            first = Reader(client, handle)
            reading = system.call(first.read)
            await system.settle()
            held.release()
            await system.settle()
            reading.result()
            again = Reader(client, handle)
            await again.read()
            assert again.said == first.said
            rest = Reader(client, handle, after=first.numbers[0])
            await rest.read()
            assert rest.numbers == first.numbers[1:]


async def test_who_follows_a_task_that_has_ended_hears_of_its_end() -> None:
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", echo)
        async with system.client() as client:
            handle = await client.delay("echo", 1)
            await handle
            reader = Reader(client, handle)
            await reader.read()
            assert (reader.numbers, reader.said) == ([1, 2], [TaskStatus.RUNNING, TaskStatus.SUCCESS])


async def test_who_comes_late_hears_what_a_task_has_said_before() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            handle = await client.delay("talking")
            await system.settle()
            talking.says(LogLine("info", "shop", "first"), Progress(1, 2))
            await system.advance(1)
            talking.returns()
            await handle
            reader = Reader(client, handle)
            await reader.read()
            assert reader.said == [
                TaskStatus.RUNNING,
                LogLine("info", "shop", "first"),
                Progress(1, 2),
                TaskStatus.SUCCESS,
            ]


async def test_progress_takes_the_place_of_the_one_before_and_log_lines_do_not() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", talking.function)
        async with system.client() as client:
            handle = await client.delay("talking")
            reader = Reader(client, handle)
            system.call(reader.read)
            await system.advance(1)
            sent = len(worker.wire.sent)
            for number in range(100):
                talking.says(Progress(number, 100), *[LogLine("info", "shop", str(number))] * (number < 3))
            await system.advance(1)
            said = [each for each in reader.said if not isinstance(each, TaskStatus)]
            assert said == [*(LogLine("info", "shop", str(number)) for number in range(3)), Progress(99, 100)]
            assert len(worker.wire.sent) - sent < 5


async def test_notes_leave_at_most_twenty_times_a_second() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", talking.function)
        async with system.client() as client:
            reader = Reader(client, await client.delay("talking"))
            system.call(reader.read)
            await system.advance(1)
            sent = len(worker.wire.sent)
            for number in range(200):
                talking.says(Progress(number))
                await system.advance(0.01)
            assert 20 <= len(worker.wire.sent) - sent <= 50
            await system.advance(0.1)
            assert reader.said[-1] == Progress(199)


async def test_what_a_task_says_last_comes_before_its_end() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            handle = await client.delay("talking")
            await system.settle()
            talking.says(Progress(1, 1), LogLine("info", "shop", "last words"))
            talking.returns()
            await handle
            reader = Reader(client, handle)
            await reader.read()
            assert reader.said[1:] == [LogLine("info", "shop", "last words"), Progress(1, 1), TaskStatus.SUCCESS]


async def test_many_tasks_that_speak_and_end_at_once_are_all_heard() -> None:
    go = anyio.Event()

    @task
    async def chatty(number: int) -> None:
        await go.wait()
        execution = running_execution.get()
        assert execution is not None
        for line in range(100):
            note_in_task(execution, LogLine("info", "chatty", f"{number}-{line}"))

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", chatty, slots=20)
        async with system.client() as client:
            handles = await client.map("chatty", [(number,) for number in range(20)])
            await system.settle()
            go.set()
            await system.advance(1)
            heard = []
            for handle in handles:
                reader = Reader(client, handle)
                await reader.read()
                heard.append(sum(isinstance(each, LogLine) for each in reader.said))
            assert heard == [100] * 20


async def test_steps_survive_the_loss_of_replies() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        wire = Wire(system.network)
        async with system.client(wire=wire) as client:
            handle = await client.delay("talking")
            reader = Reader(client, handle)
            reading = system.call(reader.read)
            await system.settle()
            wire.lose(Completions, times=4)
            for number in range(5):
                talking.says(LogLine("info", "shop", str(number)))
                await system.advance(1)
            talking.returns()
            await system.advance(5)
            assert wire.has_lost_all()
            reading.result()
            assert [each.message for each in reader.said if isinstance(each, LogLine)] == list("01234")
            assert reader.numbers == sorted(set(reader.numbers))
            assert await handle == "done"


async def test_two_readers_of_one_task_hear_the_same() -> None:
    talking = TalkingTask()
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", talking.function)
        async with system.client() as client:
            handle = await client.delay("talking")
            early, late = Reader(client, handle), Reader(client, handle)
            readings = [system.call(early.read)]
            talking.says(LogLine("info", "shop", "before"))
            await system.advance(1)
            readings.append(system.call(late.read))
            talking.says(LogLine("info", "shop", "after"))
            await system.advance(1)
            talking.returns()
            await system.advance(1)
            for reading in readings:
                reading.result()
            assert early.said == late.said
            assert early.numbers == late.numbers


async def test_readers_in_two_clients_hear_the_same() -> None:
    held = HeldTask()
    async with a_system() as system:
        await system.start_control_plane()
        async with system.client() as one, system.client() as other:
            await system.start_worker("w1", held.function)
            handle = await one.delay("held", 1)
            readers = [Reader(client, str(handle)) for client in (one, other)]
            readings = [system.call(reader.read) for reader in readers]
            await system.settle()
            held.release()
            await system.settle()
            for reading in readings:
                reading.result()
            assert readers[0].said == readers[1].said


async def test_a_task_knows_itself() -> None:
    seen: list[object] = []

    @task(priority="high", timeout=60)
    async def curious() -> None:
        me = current_task()
        seen.extend([me.id, me.name, me.attempt, me.priority, me.deadline, me.is_cancelled])
        me.progress(1, message="half")

    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", curious)
        async with system.client() as client:
            handle = await curious.submit()
            reader = Reader(client, handle)
            await reader.read()
            assert seen == [handle, "curious", 1, TaskPriority.HIGH, system.clock.now() + 60, False]
            assert reader.said[-2] == Progress(1, None, "half")
        with pytest.raises(NotInTask):
            current_task()


@pytest.mark.parametrize(
    "text", ["\ud800", "a" * 10_000, "\x00", "é" * 10_000], ids=["surrogate", "long", "nul", "wide"]
)
async def test_what_a_task_says_may_be_any_text(text: str) -> None:
    @task
    async def odd() -> None:
        current_task().progress(1, message=text)
        execution = running_execution.get()
        assert execution is not None
        note_in_task(execution, LogLine("info", "shop", bounded(text, 1_000)))

    async with a_system() as system:
        await system.start_control_plane()
        worker = await system.start_worker("w1", odd, echo)
        async with system.client() as client:
            handle, other = await client.delay("odd"), await client.delay("echo", 1)
            await system.advance(10)
            assert worker.error is None
            assert handle.is_done
            assert other.is_done
            reader = Reader(client, handle)
            await reader.read()
            assert len(reader.said) == 4
