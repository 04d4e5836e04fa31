"""The executor of `async def` tasks keeps the contract, and knows what its tasks do."""

import asyncio
import threading
from contextvars import ContextVar

import anyio
import pytest

from fastworker.adapters.executors import LoopExecutor
from fastworker.application.current_task import current_task
from fastworker.application.execution import StopReason
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import task
from fastworker.domain.journal import Progress
from tests.contracts.desk import until
from tests.contracts.task_executor import AsyncExecutorContract, Results, executions


class TestLoopExecutor(AsyncExecutorContract):
    @pytest.fixture
    def executor(self) -> TaskExecutor:
        return LoopExecutor()

    async def test_the_stack_of_a_running_attempt_shows_where_it_waits(self, executor: TaskExecutor) -> None:
        gate = anyio.Event()
        waits = []

        async def wait_at_the_gate() -> None:
            waits.append(True)
            await gate.wait()

        @task
        async def walk() -> None:
            await wait_at_the_gate()

        results = Results()
        (attempt,) = executions(walk, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(lambda: bool(waits))
            stack = executor.stack(attempt)
            gate.set()
            await results.have(1)
        assert "in walk" in stack
        assert "in wait_at_the_gate" in stack
        assert stack.index("in walk") < stack.index("in wait_at_the_gate")

    async def test_the_stack_of_an_attempt_that_has_never_waited_shows_what_holds_the_loop(
        self, executor: TaskExecutor
    ) -> None:
        stacks: list[str] = []

        @task
        async def look_from_elsewhere() -> None:
            asker = threading.Thread(target=lambda: stacks.append(executor.stack(attempt)))
            asker.start()
            asker.join(10)

        results = Results()
        (attempt,) = executions(look_from_elsewhere, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
        assert "in look_from_elsewhere" in stacks[0]

    async def test_what_is_noted_before_an_attempt_first_waits_is_told_before_its_end(
        self, executor: TaskExecutor
    ) -> None:
        @task
        async def note() -> None:
            current_task().progress(1)

        results = Results()
        (attempt,) = executions(note, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
        assert results.events == [("noted", 0), ("done", 0)]

    async def test_the_context_of_one_attempt_is_not_that_of_who_started_it(self, executor: TaskExecutor) -> None:
        said: ContextVar[str] = ContextVar("said", default="nothing")

        @task
        async def say() -> None:
            said.set("something")

        results = Results()
        (attempt,) = executions(say, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
        assert said.get() == "nothing"

    async def test_a_second_stop_leaves_the_cleaning_up_of_the_first_alone(self, executor: TaskExecutor) -> None:
        gate = anyio.Event()
        events: list[str] = []

        @task
        async def clean_up() -> None:
            try:
                events.append("waits")
                await anyio.sleep_forever()
            finally:
                events.append("cleans")
                await gate.wait()
                events.append("cleaned")

        results = Results()
        (attempt,) = executions(clean_up, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(lambda: len(events) == 1)
            attempt.stop_reason = StopReason.CANCEL
            executor.stop(attempt)
            await until(lambda: len(events) == 2)
            executor.stop(attempt)
            await anyio.lowlevel.checkpoint()
            gate.set()
            await results.have(1)
        assert events == ["waits", "cleans", "cleaned"]
        assert [error for error, _ in results.by_token().values()] == ["TaskCancelled"]

    async def test_an_attempt_that_never_waits_has_ended_when_start_returns_and_cannot_be_stopped(
        self, executor: TaskExecutor
    ) -> None:
        @task
        async def nothing() -> None:
            pass

        results = Results()
        (attempt,) = executions(nothing, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            executor.stop(attempt)
            assert results.by_token() == {0: b"null"}

    async def test_a_thread_that_has_the_context_of_the_attempt_may_note_while_the_attempt_waits(
        self, executor: TaskExecutor
    ) -> None:
        results = Results()

        @task
        async def hand_on() -> None:
            await asyncio.to_thread(lambda: current_task().progress(1))
            await until(lambda: bool(results.notes))

        (attempt,) = executions(hand_on, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await results.have(1)
        assert results.notes == {0: [Progress(1.0)]}
        assert results.events == [("noted", 0), ("done", 0)]

    async def test_what_is_noted_after_the_end_of_an_attempt_is_not_told(self, executor: TaskExecutor) -> None:
        left_behind: list[asyncio.Task[None]] = []
        gate = asyncio.Event()

        async def note_late() -> None:
            await gate.wait()
            current_task().progress(1)

        @task
        async def leave_a_task() -> None:
            left_behind.append(asyncio.create_task(note_late()))

        results = Results()
        (attempt,) = executions(leave_a_task, ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await results.have(1)
            gate.set()
            await left_behind[0]
        assert results.events == [("done", 0)]
