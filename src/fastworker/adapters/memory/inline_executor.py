"""Runs tasks in a test, on asyncio and trio: in its event loop, or `def` tasks in threads."""

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, override

import anyio
import sniffio
from anyio.abc import TaskGroup

from fastworker.application.background import background_tasks
from fastworker.application.execution import Execution, perform, perform_async, stopped
from fastworker.application.ports.task_executor import Done, Noted, TaskExecutor
from fastworker.domain.task import Outcome


class InlineExecutor(TaskExecutor):
    """`async def` tasks run beside each other, `def` tasks run to their end as soon as the loop gets to them."""

    def __init__(self) -> None:
        self._group: TaskGroup | None = None
        self._scopes: dict[Execution, anyio.CancelScope] = {}
        self._noted_elsewhere: set[Execution] = set()
        self._done: Done | None = None
        self._noted: Noted | None = None
        self._thread = 0
        self._call_soon: Callable[..., Any] | None = None

    @override
    @asynccontextmanager
    async def open(self, done: Done, noted: Noted) -> AsyncIterator[None]:
        self._done, self._noted = done, noted
        self._thread = threading.get_ident()
        self._call_soon = _from_other_threads()
        async with background_tasks() as self._group:
            try:
                yield
            finally:
                self._done = self._noted = None

    @override
    def start(self, execution: Execution) -> None:
        assert self._group is not None
        execution.announce = self._announce
        self._scopes[execution] = anyio.CancelScope()
        self._group.start_soon(self._run, execution)

    @override
    def stop(self, execution: Execution) -> None:
        scope = self._scopes.get(execution)
        if scope is not None:
            scope.cancel()

    @override
    def resize(self, slots: int) -> None:
        """Change nothing: no thread or process is kept for attempts."""

    @override
    def stack(self, execution: Execution) -> str:
        return ""

    async def _run(self, execution: Execution) -> None:
        scope = self._scopes[execution]
        if scope.cancel_called:
            outcome = stopped(execution, "it had not begun")
        else:
            outcome = await self._perform(execution, scope)
        if execution in self._noted_elsewhere:
            self._tell(execution)
        del self._scopes[execution]
        if self._done is not None:
            self._done(execution, outcome)

    def _announce(self, execution: Execution) -> None:
        if threading.get_ident() == self._thread:
            self._tell(execution)
        elif execution not in self._noted_elsewhere and self._call_soon is not None:
            self._noted_elsewhere.add(execution)
            with suppress(RuntimeError):  # the loop is closed
                self._call_soon(self._tell, execution)

    def _tell(self, execution: Execution) -> None:
        self._noted_elsewhere.discard(execution)
        if self._noted is not None and execution in self._scopes:
            self._noted(execution)

    async def _perform(self, execution: Execution, scope: anyio.CancelScope) -> Outcome:
        if not execution.function.is_async:
            return await self._perform_def(execution)
        with scope:
            return await perform_async(execution)
        return stopped(execution, "its code was cancelled")

    async def _perform_def(self, execution: Execution) -> Outcome:
        return perform(execution)


class WorkerThreadExecutor(InlineExecutor):
    """`def` tasks run in threads, as in a real worker: one that blocks holds up nobody else.

    A thread that still runs when the executor is left is abandoned.
    """

    def __init__(self) -> None:
        super().__init__()
        self._limiter = anyio.CapacityLimiter(math.inf)  # the slots of the worker are the limit

    @override
    async def _perform_def(self, execution: Execution) -> Outcome:
        return await anyio.to_thread.run_sync(perform, execution, abandon_on_cancel=True, limiter=self._limiter)


def _from_other_threads() -> Callable[..., Any]:
    """Return how another thread has a function called on the running loop."""
    if sniffio.current_async_library() == "asyncio":
        return asyncio.get_running_loop().call_soon_threadsafe
    import trio

    return trio.lowlevel.current_trio_token().run_sync_soon
