"""A client of a real control plane that gives way to a system for tests, while one is open.

An application has its client as a global name, or in a middleware. Its tests need not touch it: what it is asked, the
client of the system answers, and it opens no connection of its own.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, override

from fastworker.domain.cancellation import Cancellation

from .client import TaskClient
from .handle import TaskHandle
from .messages import Inspected, TaskState
from .stand_in import stand_in
from .task_event import TaskEvent
from .task_function import TaskFunction
from .task_options import SubmitOptions

type AnyTask = str | TaskFunction[..., Any, Any]


class ReplaceableClient(TaskClient):
    """Asks the system for tests, if there is one, whether it was started itself or not."""

    def _other(self) -> TaskClient | None:
        system = stand_in()
        return None if system is None else system.client_here()

    # ---- lifetime ----

    @override
    async def __aenter__(self) -> Self:
        return self if stand_in() is not None else await super().__aenter__()

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._life is not None:
            await super().__aexit__(kind, error, trace)

    @override
    def start_soon(self) -> None:
        if stand_in() is None:
            super().start_soon()

    # ---- what everything else is made of ----

    @override
    async def submit(
        self, task: AnyTask, args: Sequence[Any], kwargs: Mapping[str, Any], options: SubmitOptions
    ) -> TaskHandle[Any]:
        other = self._other()
        call = super().submit if other is None else other.submit
        return await call(task, args, kwargs, options)

    @override
    async def submit_many(
        self, task: AnyTask, calls: Iterable[Sequence[Any]], options: SubmitOptions
    ) -> list[TaskHandle[Any]]:
        other = self._other()
        call = super().submit_many if other is None else other.submit_many
        return await call(task, calls, options)

    @override
    def handle(self, task_id: str) -> TaskHandle[Any]:
        other = self._other()
        return super().handle(task_id) if other is None else other.handle(task_id)

    @override
    def events(self, task_id: str, *, after: int = 0) -> AsyncGenerator[TaskEvent]:
        other = self._other()
        return super().events(task_id, after=after) if other is None else other.events(task_id, after=after)

    @override
    async def inspect(self) -> Inspected:
        other = self._other()
        return await (super().inspect() if other is None else other.inspect())

    @override
    async def cancel(self, task_ids: str | Iterable[str]) -> dict[str, Cancellation]:
        other = self._other()
        return await (super().cancel(task_ids) if other is None else other.cancel(task_ids))

    @override
    async def retry(self, task_id: str) -> TaskHandle[Any]:
        other = self._other()
        return await (super().retry(task_id) if other is None else other.retry(task_id))

    @override
    async def drain_worker(self, worker_id: str) -> None:
        other = self._other()
        await (super().drain_worker(worker_id) if other is None else other.drain_worker(worker_id))

    @override
    async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
        other = self._other()
        return await (super().until(wait) if other is None else other.until(wait))

    @override
    async def _fetch(self, task_id: str, *, arguments: bool = False) -> tuple[TaskState, bytes]:
        other = self._other()
        fetch = super()._fetch if other is None else other._fetch
        return await fetch(task_id, arguments=arguments)
