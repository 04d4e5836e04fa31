"""The executor of `def` tasks keeps the contract, within its number of threads."""

import threading
import weakref
from collections.abc import Iterator

import pytest

from fastworker.adapters.executors import ThreadExecutor
from fastworker.application.current_task import current_task
from fastworker.application.execution import StopReason
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import task
from fastworker.domain.journal import Progress
from fastworker.domain.lifecycle import TaskStatus
from tests.contracts.desk import PATIENCE_SECONDS, until
from tests.contracts.task_executor import KeepingExecutorContract, Results, executions

THREADS = 8


def task_threads() -> int:
    return sum(thread.name.startswith("fastworker-task") for thread in threading.enumerate())


class TestThreadExecutor(KeepingExecutorContract):
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
        async with executor.open(results.done, results.noted):
            for attempt in executions(task(block), *[()] * (3 * THREADS)):
                executor.start(attempt)
            await until(lambda: started._value == THREADS)
            assert task_threads() == THREADS
            gate.set()
            await results.have(3 * THREADS)
        assert len(results.outcomes) == 3 * THREADS

    async def test_more_slots_are_more_threads_at_once_and_threads_too_many_end_when_they_are_idle(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        started = threading.Semaphore(0)

        def block() -> None:
            started.release()
            gate.wait(PATIENCE_SECONDS)

        before = task_threads()
        results = Results()
        async with executor.open(results.done, results.noted):
            for attempt in executions(task(block), *[()] * (2 * THREADS)):
                executor.start(attempt)
            await until(lambda: started._value == THREADS)
            executor.resize(THREADS + 2)
            await until(lambda: started._value == THREADS + 2)
            executor.resize(2)
            gate.set()
            await results.have(2 * THREADS)
            await until(lambda: task_threads() == before + 2)
            executor.resize(1)
            await until(lambda: task_threads() == before + 1)
            for attempt in executions(task(lambda: None), *[()] * 20):
                executor.start(attempt)
            await results.have(2 * THREADS + 20)
            assert task_threads() == before + 1

    async def test_a_task_that_blocks_does_not_hold_up_the_rest(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        def maybe_block(number: int) -> int:
            if number % 100 == 0:
                gate.wait(PATIENCE_SECONDS)
            return number

        results = Results()
        async with executor.open(results.done, results.noted):  # seven of the eight threads are blocked on the way
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
        async with executor.open(results.done, results.noted):
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
        async with executor.open(results.done, results.noted):
            for attempt in executions(task(lambda: None), *[()] * 100):
                executor.start(attempt)
            await results.have(100)
            assert task_threads() > before
        await until(lambda: task_threads() == before)

    async def test_an_idle_thread_keeps_nothing_of_what_it_has_run(self, executor: TaskExecutor) -> None:
        def now() -> float:
            return 0.0

        results = Results()
        async with executor.open(results.done, results.noted):
            attempts = executions(task(lambda: None), ())
            attempts[0].now, kept = now, weakref.ref(now)
            executor.start(attempts.pop())
            await results.have(1)
            results.outcomes.clear()
            del now
            await until(lambda: kept() is None)

    async def test_the_stack_of_a_running_attempt_shows_where_it_blocks(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        blocks = threading.Event()

        def wait_at_the_gate() -> None:
            blocks.set()
            gate.wait(PATIENCE_SECONDS)

        results = Results()
        (attempt,) = executions(task(wait_at_the_gate), ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(blocks.is_set)
            stack = executor.stack(attempt)
            gate.set()
            await results.have(1)
        assert "in wait_at_the_gate" in stack
        assert stack.index("in perform") < stack.index("in wait_at_the_gate")

    async def test_a_stopped_attempt_that_waits_for_a_thread_never_runs(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        ran: list[int] = []
        started = threading.Semaphore(0)

        def block(number: int) -> None:
            ran.append(number)
            started.release()
            gate.wait(PATIENCE_SECONDS)

        results = Results()
        attempts = executions(task(block), *((number,) for number in range(THREADS + 2)))
        waiting = attempts[THREADS]
        async with executor.open(results.done, results.noted):
            for attempt in attempts:
                executor.start(attempt)
            await until(lambda: started._value == THREADS)
            waiting.stop_reason = StopReason.CANCEL
            executor.stop(waiting)
            executor.stop(waiting)
            await results.have(1)
            gate.set()
            await results.have(THREADS + 2)
        assert sorted(ran) == [number for number in range(THREADS + 2) if number != THREADS]
        execution, outcome = results.outcomes[0]
        assert execution is waiting
        assert outcome.status is TaskStatus.CANCELLED
        assert outcome.error is not None
        assert outcome.error.message == "cancelled before it began"

    async def test_a_running_attempt_is_asked_to_stop_and_its_answer_counts(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        started = threading.Event()

        def look_around() -> bool:
            started.set()
            gate.wait(PATIENCE_SECONDS)
            return current_task().is_cancelled

        results = Results()
        (attempt,) = executions(task(look_around), ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await until(started.is_set)
            attempt.stop_reason = StopReason.TIMEOUT
            executor.stop(attempt)
            gate.set()
            await results.have(1)
        assert results.by_token() == {0: b"true"}

    async def test_notes_that_come_while_the_loop_is_busy_are_told_together(self, executor: TaskExecutor) -> None:
        all_noted = threading.Event()

        def note_much() -> None:
            for number in range(1_000):
                current_task().progress(number)
            all_noted.set()

        results = Results()
        (attempt,) = executions(task(note_much), ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            assert all_noted.wait(PATIENCE_SECONDS)  # no await: the loop is blocked
            await results.have(1)
        assert results.events == [("noted", 0), ("done", 0)]
        assert results.notes == {0: [Progress(999.0)]}

    async def test_what_a_thread_notes_after_the_end_of_its_attempt_is_not_told(
        self, executor: TaskExecutor, gate: threading.Event
    ) -> None:
        stragglers: list[threading.Thread] = []

        def leave_a_thread() -> None:
            said = current_task()

            def note_late() -> None:
                gate.wait(PATIENCE_SECONDS)
                said.progress(1)

            stragglers.append(threading.Thread(target=note_late))
            stragglers[0].start()

        results = Results()
        (attempt,) = executions(task(leave_a_thread), ())
        async with executor.open(results.done, results.noted):
            executor.start(attempt)
            await results.have(1)
            gate.set()
            stragglers[0].join()
            executor.start(*executions(task(lambda: None), ()))
            await results.have(2)
        assert [event for event, _ in results.events] == ["done", "done"]
