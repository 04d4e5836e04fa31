"""Following a task over real sockets: its changes of status, its progress and its log lines, as they come."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from fastworker import Client, LogLine, Progress, TaskEvent, TaskStatus, UnknownTaskId
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import Processes
from .system import System, starter

MODULES = "work delivery_work"
STEPS = 3


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system with one worker."""
    system = starter(standing_processes)(modules=MODULES)
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


def run[T](main: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(main, 40))


def statuses(events: list[TaskEvent]) -> list[TaskStatus]:
    return [event.status for event in events if event.status is not None]


async def followed(client: Client, gates: Gates, name: str) -> list[TaskEvent]:
    """Follow a task that waits at a gate after each step, and open each gate when the step was heard of."""
    handle = await client.delay(name, gates.folder, STEPS)
    events = []
    async for event in handle.events():
        events.append(event)
        if event.progress is not None:
            gates.open(f"step-{event.progress.done:g}")
    assert await handle == "told"
    return events


@pytest.mark.parametrize("name", ["tell_of_steps", "tell_of_steps_in_process"])
def test_progress_and_log_lines_are_heard_while_the_task_runs_and_the_events_end_with_it(
    up: System, gates: Gates, name: str
) -> None:
    async def main() -> list[TaskEvent]:
        async with Client(up.address) as client:
            return await followed(client, gates, name)

    events = run(main())
    told = [(event.progress.done, event.progress.total, event.progress.message) for event in events if event.progress]
    assert told == [(step, STEPS, f"step {step}") for step in range(1, STEPS + 1)]
    assert [event.line for event in events if event.line] == [
        LogLine("warning", "delivery", f"after step {step}") for step in range(1, STEPS + 1)
    ]
    assert statuses(events)[-2:] == [TaskStatus.RUNNING, TaskStatus.SUCCESS]
    assert [event.is_last for event in events] == [False] * (len(events) - 1) + [True]
    numbers = [event.number for event in events]
    assert numbers == sorted(set(numbers))


def test_any_number_of_clients_follow_a_task_and_whoever_comes_later_reads_it_from_the_beginning(
    up: System, gates: Gates
) -> None:
    async def read(task_id: str, *, after: int = 0) -> list[TaskEvent]:
        async with Client(up.address) as client:
            return [event async for event in client.events(task_id, after=after)]

    async def main() -> tuple[list[TaskEvent], ...]:
        async with Client(up.address) as client:
            handle = await client.delay("tell_of_steps", gates.folder, STEPS)
            gates.open(*(f"step-{step}" for step in range(1, STEPS + 1)))
            at_once = await asyncio.gather(read(handle), read(handle))
            again = await read(handle)
            return *at_once, again, await read(handle, after=again[2].number)

    one, other, again, rest = run(main())
    assert statuses(one)[-1] is statuses(other)[-1] is TaskStatus.SUCCESS
    lines = [event.line for event in again if event.line]
    assert len(lines) == STEPS
    assert [event.line for event in one if event.line] == lines
    assert [event.number for event in rest] == [event.number for event in again[3:]]


def test_a_task_that_is_tried_again_tells_of_each_attempt(up: System, gates: Gates) -> None:
    async def main() -> list[TaskEvent]:
        async with Client(up.address) as client:
            options = submit_options(delay=0.3)
            handle = await client.submit("fail_first", (gates.folder, "flaky", 1), {}, options)
            return [event async for event in handle.events()]

    events = run(main())
    assert [(event.status, event.attempt) for event in events] == [
        (TaskStatus.SCHEDULED, 0),
        (TaskStatus.QUEUED, 0),
        (TaskStatus.RUNNING, 1),
        (TaskStatus.SCHEDULED, 1),
        (TaskStatus.QUEUED, 1),
        (TaskStatus.RUNNING, 2),
        (TaskStatus.SUCCESS, 2),
    ]


def test_following_an_id_that_was_never_seen_is_an_error(up: System) -> None:
    async def main() -> None:
        async with Client(up.address) as client:
            async for _ in client.events("never-seen"):
                raise AssertionError("an event of nothing")

    with pytest.raises(UnknownTaskId):
        run(main())


def test_blocking_code_and_the_follow_command_read_the_same(up: System, gates: Gates) -> None:
    with up.sync_client() as client:
        handle = client.delay("tell_of_steps", gates.folder, 1)
        progress = []
        for event in handle.events():
            progress.append(event.progress)
            if event.progress:
                gates.open("step-1")
    assert Progress(1, 1, "step 1") in progress

    finished = up.run("follow", handle)

    assert (finished.exit_code, finished.errors) == (0, "")
    lines = [line.partition("  ")[2] for line in finished.output.splitlines()]
    assert "1 of 1 step 1" in lines
    assert "warning delivery: after step 1" in lines
    assert lines[-1] == "success (attempt 1)"
