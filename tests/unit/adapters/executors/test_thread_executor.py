"""The executor of `def` tasks keeps the contract, within its number of threads."""

import threading
from collections.abc import Iterator

import pytest

from fastworker.adapters.executors import ThreadExecutor
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import task
from tests.contracts.desk import PATIENCE_SECONDS, until
from tests.contracts.task_executor import Results, TaskExecutorContract, executions

THREADS = 8


def task_threads() -> int:
    return sum(thread.name.startswith("fastworker-task") for thread in threading.enumerate())


class TestThreadExecutor(TaskExecutorContract):
    @pytest.fixture
    def executor(self) -> TaskExecutor:
        return ThreadExecutor(threads=THREADS)

    @pytest.fixture
    def gate(self) -> Iterator[threading.Event]:
        """What blocking tasks wait for; open at the end, so that no thread is left behind."""
        event = threading.Event()
        yield event
        event.set()

    async def test_as_many_attempts_run_at_once_as_there_are_threads(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        started = threading.Semaphore(0)

        def block() -> None:
            started.release()
            gate.wait(PATIENCE_SECONDS)

        results = Results()
        async with executor.open(results.done):
            for attempt in executions(task(block), *[()] * (3 * THREADS)):
                executor.start(attempt)
            await until(lambda: started._value == THREADS)
            assert task_threads() == THREADS
            gate.set()
            await results.have(3 * THREADS)
        assert len(results.outcomes) == 3 * THREADS

    async def test_a_task_that_blocks_does_not_hold_up_the_rest(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        def maybe_block(number: int) -> int:
            if number % 100 == 0:
                gate.wait(PATIENCE_SECONDS)
            return number

        results = Results()
        async with executor.open(results.done):  # seven of the eight threads are blocked on the way
            for attempt in executions(task(maybe_block), *((number,) for number in range(700))):
                executor.start(attempt)
            await results.have(693)
            gate.set()
            await results.have(700)
        assert results.by_token() == {number: str(number).encode() for number in range(700)}

    async def test_leaving_abandons_what_still_runs_and_what_waits(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        events: list[str] = []

        def block() -> None:
            events.append("started")
            gate.wait(PATIENCE_SECONDS)
            events.append("ended")

        before = task_threads()
        results = Results()
        async with executor.open(results.done):
            for attempt in executions(task(block), *[()] * (2 * THREADS)):
                executor.start(attempt)
            await until(lambda: len(events) == THREADS)
        gate.set()
        await until(lambda: task_threads() == before)
        assert events == ["started"] * THREADS + ["ended"] * THREADS
        assert results.outcomes == []

    async def test_idle_threads_end_with_the_executor(self, executor: TaskExecutor) -> None:
        before = task_threads()
        results = Results()
        async with executor.open(results.done):
            for attempt in executions(task(lambda: None), *[()] * 100):
                executor.start(attempt)
            await results.have(100)
            assert task_threads() > before
        await until(lambda: task_threads() == before)

    async def test_the_stack_of_a_running_attempt_shows_where_it_blocks(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        blocks = threading.Event()

        def wait_at_the_gate() -> None:
            blocks.set()
            gate.wait(PATIENCE_SECONDS)

        results = Results()
        (attempt,) = executions(task(wait_at_the_gate), ())
        async with executor.open(results.done):
            executor.start(attempt)
            await until(blocks.is_set)
            stack = executor.stack(attempt)
            gate.set()
            await results.have(1)
        assert "in wait_at_the_gate" in stack
        assert stack.index("in perform") < stack.index("in wait_at_the_gate")
