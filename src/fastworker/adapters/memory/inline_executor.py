"""Runs tasks in the event loop of a test, on asyncio and trio."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import override

from anyio.abc import TaskGroup

from fastworker.application.background import background_tasks
from fastworker.application.execution import Execution, perform, perform_async
from fastworker.application.ports.task_executor import Done, TaskExecutor


class InlineExecutor(TaskExecutor):
    """`async def` tasks run beside each other, `def` tasks run to their end as soon as the loop gets to them."""

    def __init__(self) -> None:
        self._group: TaskGroup | None = None
        self._done: Done | None = None

    @override
    @asynccontextmanager
    async def open(self, done: Done) -> AsyncIterator[None]:
        self._done = done
        async with background_tasks() as self._group:
            try:
                yield
            finally:
                self._done = None

    @override
    def start(self, execution: Execution) -> None:
        assert self._group is not None
        self._group.start_soon(self._run, execution)

    @override
    def stack(self, execution: Execution) -> str:
        return ""

    async def _run(self, execution: Execution) -> None:
        is_async = execution.function.is_async
        outcome = await perform_async(execution) if is_async else perform(execution)
        if self._done is not None:
            self._done(execution, outcome)
