"""The executor of tests keeps the contract of all executors, for both kinds of functions, on asyncio and trio."""

import pytest

from fastworker.adapters.memory import InlineExecutor
from fastworker.application.ports.task_executor import TaskExecutor
from tests.contracts.task_executor import AsyncExecutorContract, TaskExecutorContract


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
