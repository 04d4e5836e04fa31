"""Attempts that are over time or cancelled, and what attempts say on the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, override

import anyio
import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.memory import InlineExecutor, ManualClock
from fastworker.application.attempts import Attempts
from fastworker.application.current_task import note_in_task
from fastworker.application.execution import Execution, StopReason
from fastworker.application.messages import (
    LeaseDetails,
    LeaseEntry,
    NoteEntry,
)
from fastworker.application.task_function import task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome
from fastworker.domain.terms import Terms

pytestmark = pytest.mark.anyio

SUCCESS = Outcome(TaskStatus.SUCCESS, b"1")


@task
def double(value: int) -> int:
    """End at once."""
    return 2 * value


@task
async def sleep() -> None:
    """Never end."""
    await anyio.sleep_forever()


@task(timeout=5)
async def patient() -> None:
    """Be over time, after 5 seconds."""
    await anyio.sleep_forever()


@task(isolation="process", timeout=5)
async def apart() -> None:
    """Be over time, elsewhere."""
    await anyio.sleep_forever()


class Deaf(InlineExecutor):
    """Lets nothing be stopped; the test ends what it has started."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[Execution] = []

    @override
    def start(self, execution: Execution) -> None:
        execution.announce = self._announce
        execution.started_at = execution.now()
        self.started.append(execution)

    @override
    def stop(self, execution: Execution) -> None:
        pass

    def end(self, execution: Execution, outcome: Outcome = SUCCESS) -> None:
        """End an attempt after all."""
        assert self._done is not None
        self.started.remove(execution)
        self._done(execution, outcome)


class Started:
    """Attempts on an executor that stops nothing, and their clock."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.executor = Deaf()
        self.attempts = Attempts(
            codec=JsonPayloadCodec(),
            clock=self.clock,
            async_executor=self.executor,
            sync_executor=InlineExecutor(),
            process_executor=InlineExecutor(),
            grace_seconds=2.0,
        )
        self.registry = TaskRegistry([double, sleep, patient, apart])

    def lease(self, name: str, token: int = 1, **details: Any) -> None:
        """Give a lease, or with `is_stop` the order to end it."""
        entry = LeaseEntry(f"t{token}", name, 1, token, LeaseDetails(**details) if details else None)
        self.attempts.obey(self.registry, entry, JsonPayloadCodec().encode_arguments((), {}), clock_offset=100.0)

    async def ends_after(self, seconds: float) -> list[tuple[TaskStatus, str]]:
        """Let time pass, and take what has ended."""
        await self.clock.advance(seconds)
        taken = self.attempts.take_ended()
        return [(entry.status, entry.error.message if entry.error else "") for entry, _ in taken]


@asynccontextmanager
async def started() -> AsyncIterator[Started]:
    """Open them."""
    attempts = Started()
    async with attempts.attempts.open():
        yield attempts


async def test_an_attempt_that_does_not_end_is_given_up_after_the_grace_and_occupies_its_slot() -> None:
    async with started() as here:
        here.lease("patient", terms=Terms(timeout_seconds=5))
        assert await here.ends_after(6.9) == []
        [(status, message)] = await here.ends_after(0.1)
        assert status is TaskStatus.FAILURE
        assert "not done within its timeout of 5 s: it could not be ended" in message
        [execution] = here.attempts
        assert here.attempts.is_given_up(execution)
        assert (len(here.attempts), here.attempts.occupied) == (1, 1)
        here.executor.end(execution)
        assert (len(here.attempts), here.attempts.occupied) == (0, 0)
        assert not here.attempts.has_ended


async def test_an_attempt_that_ends_within_the_grace_is_reported_as_it_ended() -> None:
    async with started() as here:
        here.lease("patient", terms=Terms(timeout_seconds=5))
        await here.clock.advance(6)
        here.executor.end(here.executor.started[0])
        assert await here.ends_after(10) == [(TaskStatus.SUCCESS, "")]
        assert here.attempts.occupied == 0


async def test_a_cancelled_attempt_is_given_up_after_the_whole_grace_although_its_timeout_comes_meanwhile() -> None:
    async with started() as here:
        here.lease("patient", terms=Terms(timeout_seconds=5))
        await here.clock.advance(4.5)
        here.lease("patient", is_stop=True)
        assert await here.ends_after(1.9) == []
        [(status, _)] = await here.ends_after(0.1)
        assert status is TaskStatus.CANCELLED


async def test_an_order_to_stop_what_has_ended_or_never_began_or_is_stopped_already_changes_nothing() -> None:
    async with started() as here:
        here.lease("sleep", token=7, is_stop=True)
        here.lease("sleep", token=1)
        here.lease("sleep", token=1, is_stop=True)
        await here.clock.advance(1)
        here.lease("sleep", token=1, is_stop=True)
        assert len(await here.ends_after(1)) == 1
        here.lease("sleep", token=1, is_stop=True)
        assert await here.ends_after(10) == []


async def test_the_time_of_an_attempt_counts_from_its_beginning() -> None:
    class Late(Deaf):
        @override
        def start(self, execution: Execution) -> None:
            super().start(execution)
            execution.started_at = 0.0

    here = Started()
    here.attempts._async_executor = here.executor = Late()
    async with here.attempts.open():
        here.lease("patient", terms=Terms(timeout_seconds=5))
        await here.clock.advance(30)
        [execution] = here.executor.started
        assert execution.stop_reason is None
        execution.started_at = here.clock.now()
        await here.clock.advance(4.9)
        assert execution.stop_reason is None
        await here.clock.advance(5.1)
        assert execution.stop_reason is StopReason.TIMEOUT


async def test_a_child_process_has_the_grace_to_end_its_attempt_by_itself() -> None:
    async with started() as here:
        here.lease("apart", terms=Terms(timeout_seconds=5))
        assert await here.ends_after(6.9) == []
        [(status, message)] = await here.ends_after(0.1)
        assert (status, "its code was cancelled" in message) == (TaskStatus.FAILURE, True)


async def test_a_lease_that_came_too_late_by_the_clock_of_the_control_plane_does_not_start() -> None:
    async with started() as here:
        here.lease("patient", token=1, start_by=here.clock.now() + 99.9)
        here.lease("patient", token=2, start_by=here.clock.now() + 100.0)
        assert await here.ends_after(0) == [(TaskStatus.EXPIRED, "")]
        assert [execution.token for execution in here.executor.started] == [2]


# ---- notes ----


def note_lines(execution: Execution, number: int) -> None:
    """Say so many lines."""
    for line in range(number):
        note_in_task(execution, LogLine("info", "shop", str(line)))


async def test_notes_are_taken_once_and_say_whose_they_are() -> None:
    async with started() as here:
        here.lease("sleep")
        [execution] = here.executor.started
        execution.announce = here.attempts._note
        note_in_task(execution, Progress(1, 2))
        note_lines(execution, 1)
        assert here.attempts.has_news
        assert not here.attempts.has_ended
        assert here.attempts.take_notes() == [
            NoteEntry("t1", 1, line=LogLine("info", "shop", "0")),
            NoteEntry("t1", 1, progress=Progress(1, 2)),
        ]
        assert here.attempts.take_notes() == []
        assert not here.attempts.has_news


async def test_no_attempt_is_reported_as_ended_while_its_notes_still_wait() -> None:
    async with started() as here:
        for token in range(1, 21):
            here.lease("sleep", token=token)
        for execution in list(here.executor.started):
            execution.announce = here.attempts._note
            note_lines(execution, 100)
            here.executor.end(execution)
        noted: set[int] = set()
        while here.attempts.has_ended:
            noted |= {note.token for note in here.attempts.take_notes()}
            ended_now = {entry.token for entry, _ in here.attempts.take_ended()}
            assert ended_now <= noted
