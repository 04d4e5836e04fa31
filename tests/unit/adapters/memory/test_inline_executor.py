"""The executor of tests keeps the contract of all executors, for both kinds of functions, on asyncio and trio."""

import threading

import anyio
import pytest

from fastworker.adapters.memory import InlineExecutor, WorkerThreadExecutor
from fastworker.application.current_task import current_task
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.task_function import task
from tests.contracts.task_executor import AsyncExecutorContract, Results, TaskExecutorContract, executions


class OnBothLoops:
    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture
    def executor(self) -> TaskExecutor:
        return InlineExecutor()


class TestInlineExecutor(OnBothLoops, TaskExecutorContract):
    pass


class TestInlineExecutorOfAsyncTasks(OnBothLoops, AsyncExecutorContract):
    pass


class InThreads(OnBothLoops):
    @pytest.fixture
    def executor(self) -> TaskExecutor:
        return WorkerThreadExecutor()


class TestWorkerThreadExecutor(InThreads, TaskExecutorContract):
    pass


class TestWorkerThreadExecutorOfAsyncTasks(InThreads, AsyncExecutorContract):
    pass


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "is_elsewhere"), [(InlineExecutor, False), (WorkerThreadExecutor, True)])
async def test_where_def_tasks_run(kind: type[TaskExecutor], is_elsewhere: bool) -> None:
    @task
    def where() -> int:
        return threading.get_ident()

    results = Results()
    executor = kind()
    async with executor.open(results.done, results.noted):
        executor.start(*executions(where, ()))
        await results.have(1)
    (_, outcome), *_ = results.outcomes
    assert (outcome.payload != str(threading.get_ident()).encode()) == is_elsewhere


@pytest.mark.anyio
async def test_leaving_abandons_a_thread_that_still_runs() -> None:
    gate = threading.Event()

    @task
    def wait() -> bool:
        is_open = gate.wait(20)
        current_task().progress(1)
        return is_open

    results = Results()
    executor = WorkerThreadExecutor()
    async with executor.open(results.done, results.noted):
        executor.start(*executions(wait, ()))
        await anyio.wait_all_tasks_blocked()
    gate.set()
    assert results.outcomes == []
