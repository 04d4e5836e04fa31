"""What every executor of attempts keeps to."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.execution import Execution
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import TaskFunction, task
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome

from .desk import until

CODEC = JsonPayloadCodec()


def executions(function: TaskFunction[..., Any, Any], *calls: tuple[Any, ...]) -> list[Execution]:
    """Return one attempt per call."""
    signature = CODEC.signature(function.function)
    payloads = [CODEC.encode_arguments(args, {}) for args in calls]
    return [
        Execution(f"task-{number}", 1, number, function, signature, payload, lambda: 0.0)
        for number, payload in enumerate(payloads)
    ]


class Results:
    """What an executor said of its attempts, and where it said so."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[Execution, Outcome]] = []
        self.threads: set[int] = set()

    def done(self, execution: Execution, outcome: Outcome) -> None:
        self.outcomes.append((execution, outcome))
        self.threads.add(threading.get_ident())

    async def have(self, count: int) -> None:
        await until(lambda: len(self.outcomes) >= count)

    def by_token(self) -> dict[int, Any]:
        """Return the payload of each success, and the type and message of each error."""
        return {
            execution.token: (outcome.error.error_type, outcome.error.message) if outcome.error else outcome.payload
            for execution, outcome in self.outcomes
        }


class TaskExecutorContract:
    """Each sentence of the port's docstring. Subclasses make the executor, and the kind of functions that it runs."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    def executor(self) -> TaskExecutor:
        """The executor that is tested, with room for at least eight attempts at once."""
        raise NotImplementedError

    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        """Return a task that does what the function does; `def` unless the executor runs another kind."""

        def function(*args: Any) -> Any:
            return body(*args)

        return task(function)

    async def test_each_started_attempt_ends_in_exactly_one_call_of_done(self, executor: TaskExecutor) -> None:
        results = Results()
        attempts = executions(self.a_task(lambda number: number * 2), *((number,) for number in range(300)))
        async with executor.open(results.done):
            for attempt in attempts:
                executor.start(attempt)
            await results.have(300)
            await anyio.lowlevel.checkpoint()
        assert len(results.outcomes) == 300
        assert results.by_token() == {number: str(number * 2).encode() for number in range(300)}
        assert {outcome.status for _, outcome in results.outcomes} == {TaskStatus.SUCCESS}

    async def test_attempts_may_be_started_by_ones_as_others_end(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done):
            for attempt in executions(self.a_task(lambda: None), *[()] * 50):
                executor.start(attempt)
                await results.have(attempt.token + 1)
        assert results.by_token() == dict.fromkeys(range(50), b"null")

    async def test_done_is_called_on_the_event_loop_that_opened_the_executor(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done):
            for attempt in executions(self.a_task(lambda: None), *[()] * 20):
                executor.start(attempt)
            await results.have(20)
        assert results.threads == {threading.get_ident()}

    async def test_start_returns_at_once(self, executor: TaskExecutor) -> None:
        results = Results()
        async with executor.open(results.done):
            for attempt in executions(self.a_task(lambda: None), *[()] * 20):
                executor.start(attempt)
            assert results.outcomes == []
            await results.have(20)

    async def test_an_attempt_that_raises_even_a_base_exception_harms_no_other(self, executor: TaskExecutor) -> None:
        class Odd(BaseException):
            def __str__(self) -> str:
                raise Odd

        def body(number: int) -> int:
            errors: dict[int, BaseException] = {
                0: ValueError("bad"),
                1: SystemExit(3),
                2: KeyboardInterrupt(),
                3: GeneratorExit(),
                4: asyncio.CancelledError(),
                5: Odd(),
            }
            if number in errors:
                raise errors[number]
            return number

        results = Results()
        async with executor.open(results.done):
            for attempt in executions(self.a_task(body), *((number,) for number in range(40))):
                executor.start(attempt)
            await results.have(40)
        assert results.by_token() == {
            0: ("ValueError", "bad"),
            1: ("SystemExit", "3"),
            2: ("KeyboardInterrupt", ""),
            3: ("GeneratorExit", ""),
            4: ("CancelledError", ""),
            5: ("Odd", "(its text cannot be shown: Odd)"),
        } | {number: str(number).encode() for number in range(6, 40)}

    async def test_an_attempt_with_arguments_that_do_not_fit_or_a_result_without_a_json_form_is_a_failure(
        self, executor: TaskExecutor
    ) -> None:
        results = Results()
        wrong, odd = executions(self.a_task(threading.Lock), (1, 2, 3), ())
        wrong.payload = b'{"nothing":'
        async with executor.open(results.done):
            executor.start(wrong)
            executor.start(odd)
            await results.have(2)
        assert {token: error for token, (error, _) in results.by_token().items()} == {
            0: "InvalidArguments",
            1: "NotEncodable",
        }

    async def test_a_failure_carries_the_traceback_of_the_task(self, executor: TaskExecutor) -> None:
        def stumble() -> None:
            raise LookupError("nothing there")

        results = Results()
        async with executor.open(results.done):
            executor.start(executions(self.a_task(stumble), ())[0])
            await results.have(1)
        error = results.outcomes[0][1].error
        assert error is not None
        assert "in stumble" in error.traceback
        assert error.traceback.endswith("LookupError: nothing there\n")

    async def test_an_attempt_that_is_not_running_has_no_stack(self, executor: TaskExecutor) -> None:
        results = Results()
        (attempt,) = executions(self.a_task(lambda: None), ())
        async with executor.open(results.done):
            assert executor.stack(attempt) == ""
            executor.start(attempt)
            await results.have(1)
            assert executor.stack(attempt) == ""


class AsyncExecutorContract(TaskExecutorContract):
    """Executors of `async def` tasks: those can wait for each other, and be abandoned while they wait."""

    def a_task(self, body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        async def function(*args: Any) -> Any:
            return body(*args)

        return task(function)

    async def test_many_attempts_wait_beside_each_other(self, executor: TaskExecutor) -> None:
        running = 0
        all_run = anyio.Event()

        @task
        async def wait_for_all() -> None:
            nonlocal running
            running += 1
            if running == 500:
                all_run.set()
            await all_run.wait()

        results = Results()
        async with executor.open(results.done):
            for attempt in executions(wait_for_all, *[()] * 500):
                executor.start(attempt)
            await results.have(500)
        assert results.by_token() == dict.fromkeys(range(500), b"null")

    async def test_leaving_abandons_what_still_runs_without_a_word(self, executor: TaskExecutor) -> None:
        events: list[str] = []

        @task
        async def wait_for_ever() -> None:
            events.append("started")
            try:
                await anyio.sleep_forever()
            finally:
                events.append("ended")

        results = Results()
        async with executor.open(results.done):
            for attempt in executions(wait_for_ever, (), ()):
                executor.start(attempt)
            await until(lambda: len(events) == 2)
        await until(lambda: len(events) == 4)
        await anyio.lowlevel.checkpoint()
        assert results.outcomes == []
