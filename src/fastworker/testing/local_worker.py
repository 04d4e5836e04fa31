"""A worker of a system in one process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio

from fastworker.application.attempts import Attempts
from fastworker.application.background import background_tasks
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.subworker import Subworker, SubworkerConfig
from fastworker.application.task_registry import TaskRegistry
from fastworker.entrypoints.container import Container

from .faults import Faults, FaultyExecutor


class LocalWorker:
    """One life of a subworker. When it dies it says nothing: the control plane has to notice."""

    def __init__(
        self,
        config: SubworkerConfig,
        registry: TaskRegistry,
        *,
        new_executor: Callable[[], TaskExecutor],
        faults: Faults,
        outside: Mapping[str, Any],
    ) -> None:
        self.worker_id = config.worker_id
        self.is_alive = True
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()
        kinds = ("async_executor", "sync_executor", "process_executor")
        executors = {kind: FaultyExecutor(new_executor(), faults, die=self.die) for kind in kinds}
        container = Container(
            subworker_config=config, registry=registry, background=in_this_loop, **executors, **outside
        )
        self.attempts: Attempts = container.attempts()
        self._role: Subworker = container.subworker()

    async def run(self) -> None:
        """Work until it dies."""
        try:
            with self._scope:
                await self._role.run()
        finally:
            self.is_alive = False
            self._ended.set()

    def die(self) -> None:
        """Stop in the middle of whatever it does."""
        self.is_alive = False
        self._scope.cancel()

    async def dead(self) -> None:
        """Return when nothing of it goes on any more."""
        await self._ended.wait()


@asynccontextmanager
async def in_this_loop(run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run a loop beside its owner, in the same event loop."""

    async def beside() -> None:
        await run()

    async with background_tasks() as group:
        group.start_soon(beside)
        yield
