"""The attempts of one worker: started, running, ended and not yet reported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.memory import InlineExecutor, ManualClock
from fastworker.application.attempts import LINES_OF_A_FAILURE, Attempts, EndedAttempt
from fastworker.application.messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    LeaseEntry,
    ReportEntry,
)
from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.lifecycle import TaskStatus

pytestmark = pytest.mark.anyio


@task
def double(value: int) -> int:
    """End at once."""
    return 2 * value


@task
async def sleep() -> None:
    """Never end."""
    await anyio.sleep_forever()


@task
def boast(length: int) -> str:
    """Return so many characters."""
    return "x" * length


@task
def fail(number: int) -> None:
    """Fail with a local variable."""
    raise ValueError("no")


REGISTRY = TaskRegistry([double, sleep, boast, fail])


@asynccontextmanager
async def open_attempts(*, show_locals: bool = False) -> AsyncIterator[Attempts]:
    """Attempts that run in this event loop."""
    attempts = Attempts(
        codec=JsonPayloadCodec(),
        clock=ManualClock(),
        async_executor=InlineExecutor(),
        sync_executor=InlineExecutor(),
        process_executor=InlineExecutor(),
        show_locals=show_locals,
    )
    async with attempts.open():
        yield attempts


def start(attempts: Attempts, name: str, *args: object, token: int = 1) -> None:
    """Start a lease of a call by position."""
    payload = JsonPayloadCodec().encode_arguments(args, {})
    attempts.obey(REGISTRY, LeaseEntry(f"t{token}", name, 1, token), payload, clock_offset=0.0)


async def ended(attempts: Attempts) -> list[EndedAttempt]:
    """Wait for outcomes and take them."""
    await attempts.wait_for_ended()
    await anyio.wait_all_tasks_blocked()
    return attempts.take_ended()


async def test_an_attempt_runs_until_it_has_ended_with_an_outcome() -> None:
    async with open_attempts() as attempts:
        start(attempts, "double", 21)
        assert [execution.task_id for execution in attempts] == ["t1"]
        assert not attempts.has_ended
        assert await ended(attempts) == [(ReportEntry("t1", 1, TaskStatus.SUCCESS, 0.0, None), b"42")]
        assert len(attempts) == 0
        assert not attempts.has_ended


async def test_a_lease_of_a_name_that_this_worker_does_not_know_is_a_failure() -> None:
    async with open_attempts() as attempts:
        start(attempts, "dubble", 21)
        [(entry, payload)] = await ended(attempts)
        assert (entry.status, payload) == (TaskStatus.FAILURE, b"")
        assert entry.error is not None
        assert entry.error.error_type == "UnknownTask"
        assert "did you mean: double" in entry.error.message


async def test_a_function_whose_annotations_cannot_be_read_is_a_failure_of_its_attempts_only() -> None:
    def broken(value: "NoSuchType") -> None:  # type: ignore[name-defined] # noqa: F821
        """Name a type that does not exist."""

    registry = TaskRegistry([task(broken)])
    async with open_attempts() as attempts:
        attempts.obey(registry, LeaseEntry("t1", "broken", 1, 1), b"{}", clock_offset=0.0)
        [(entry, _)] = await ended(attempts)
        assert entry.status is TaskStatus.FAILURE
        assert entry.error is not None
        assert "NoSuchType" in entry.error.message


async def test_outcomes_that_were_put_back_are_taken_first_and_in_their_order() -> None:
    async with open_attempts() as attempts:
        for token in (1, 2):
            start(attempts, "double", token, token=token)
        taken = await ended(attempts)
        start(attempts, "double", 3, token=3)
        await anyio.wait_all_tasks_blocked()
        attempts.put_back(taken)
        again = await ended(attempts)
        assert again[:2] == taken
        assert [entry.token for entry, _ in again][2:] == [3]


async def test_putting_back_wakes_who_waits() -> None:
    async with open_attempts() as attempts:
        start(attempts, "double", 1)
        taken = await ended(attempts)
        woken: list[bool] = []

        async def wait() -> None:
            await attempts.wait_for_ended()
            woken.append(True)

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            assert woken == []
            attempts.put_back(taken)
        assert woken == [True]


async def test_at_most_a_batch_of_outcomes_is_taken_at_once() -> None:
    async with open_attempts() as attempts:
        for token in range(BATCH_ENTRIES + 1):
            start(attempts, "double", token, token=token)
        await anyio.wait_all_tasks_blocked()
        assert [len(attempts.take_ended()) for _ in range(3)] == [BATCH_ENTRIES, 1, 0]


async def test_large_outcomes_are_taken_as_far_as_they_fit_and_at_least_one_is() -> None:
    async with open_attempts() as attempts:
        for token in range(3):
            start(attempts, "boast", BATCH_BYTES * 2 // 3, token=token)
        start(attempts, "boast", 2 * BATCH_BYTES, token=3)
        await anyio.wait_all_tasks_blocked()
        assert [len(attempts.take_ended()) for _ in range(5)] == [1, 1, 1, 1, 0]


async def test_the_locals_of_failures_go_before_them_and_take_more_room_than_a_line() -> None:
    async with open_attempts(show_locals=True) as attempts:
        many = 2 * BATCH_ENTRIES // LINES_OF_A_FAILURE
        for token in range(1, many + 1):
            start(attempts, "fail", token, token=token)
        await anyio.wait_all_tasks_blocked()
        first = attempts.take_notes()
        assert BATCH_ENTRIES <= LINES_OF_A_FAILURE * len(first) < BATCH_ENTRIES + LINES_OF_A_FAILURE
        for entry in first:
            assert entry.locals is not None
            assert entry.locals.frames[-1].locals == (("number", str(entry.token)),)
        told = [entry.token for entry in first]
        assert [entry.token for entry, _ in attempts.take_ended()] == told
        assert len(attempts.take_notes()) + len(first) == many


async def test_disowned_attempts_occupy_slots_until_they_end() -> None:
    async with open_attempts() as attempts:
        start(attempts, "double", 1, token=1)
        start(attempts, "sleep", token=2)
        attempts.disown()
        assert attempts.occupied == 2
        await ended(attempts)
        assert attempts.occupied == 1
        start(attempts, "sleep", token=3)
        assert attempts.occupied == 1


async def test_the_stack_of_an_attempt_is_asked_of_the_executor_that_runs_it() -> None:
    class Showing(InlineExecutor):
        def __init__(self, text: str) -> None:
            super().__init__()
            self._text = text

        def stack(self, execution: object) -> str:
            return self._text

    attempts = Attempts(
        codec=JsonPayloadCodec(),
        clock=ManualClock(),
        async_executor=Showing("async"),
        sync_executor=Showing("sync"),
        process_executor=Showing("process"),
    )
    async with attempts.open():
        start(attempts, "sleep", token=1)
        start(attempts, "double", 1, token=2)
        assert [attempts.described(execution).stack for execution in attempts] == ["async", "sync"]
        assert [entry.running and entry.running.stack for entry in map(attempts.stack_of, (2, 3))] == ["sync", None]


async def test_what_still_runs_at_the_end_is_abandoned() -> None:
    async with open_attempts() as attempts:
        start(attempts, "sleep")
        await anyio.wait_all_tasks_blocked()
    assert not attempts.has_ended


async def test_a_result_that_is_larger_than_the_control_plane_takes_is_a_failure_that_says_so() -> None:
    async with open_attempts() as attempts:
        attempts.max_result_bytes = 100
        start(attempts, "boast", 98, token=1)
        start(attempts, "boast", 99, token=2)
        (fits, _), (too_large, payload) = sorted(await ended(attempts), key=lambda each: each[0].token)
        assert fits.status is TaskStatus.SUCCESS
        assert (too_large.status, too_large.retry, payload) == (TaskStatus.FAILURE, None, b"")
        assert too_large.error is not None
        assert "takes 101 bytes as JSON, the control plane takes 100" in too_large.error.message
