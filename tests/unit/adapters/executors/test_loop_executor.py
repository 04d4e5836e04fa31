"""The executor of `async def` tasks keeps the contract, and knows what its tasks do."""

import anyio
import pytest

from fastworker.adapters.executors import LoopExecutor
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import task
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
        async with executor.open(results.done):
            executor.start(attempt)
            await until(lambda: bool(waits))
            stack = executor.stack(attempt)
            gate.set()
            await results.have(1)
        assert "in walk" in stack
        assert "in wait_at_the_gate" in stack
        assert stack.index("in walk") < stack.index("in wait_at_the_gate")
