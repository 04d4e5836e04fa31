"""The client of a system that lives on another event loop, for code that a blocking test runs on loops of its own."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self, override

import anyio
from anyio.from_thread import BlockingPortal

from fastworker.application.client import TaskClient
from fastworker.application.handle import TaskHandle
from fastworker.application.messages import Inspected, TaskState
from fastworker.application.task_event import TaskEvent
from fastworker.application.task_function import TaskFunction
from fastworker.application.task_options import SubmitOptions
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import ClientNotRunning

from .bridged_handle import BridgedHandle
from .event_loops import call_soon, running_loop

type AnyTask = str | TaskFunction[..., Any, Any]


class BridgedClient(TaskClient):
    """Makes each call where the system lives, and awaits it here: any event loop may use it, and need not start it."""

    def __init__(self, client: TaskClient, portal: BlockingPortal) -> None:
        self.config = client.config
        self._codec = client._codec
        self._there = client
        self._portal = portal

    @override
    async def __aenter__(self) -> Self:
        return self

    @override
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @override
    def start_soon(self) -> None: ...

    @override
    def stop(self) -> None: ...

    @override
    async def aclose(self) -> None: ...

    async def call_there[R](self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> R:
        """Run a coroutine function where the system lives, and return what it returns."""
        call = partial(self._portal.call, partial(function, *args, **kwargs))
        returned: R = await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
        return returned

    def tell_there(self, function: Callable[..., object], *args: Any) -> None:
        """Have a function be called soon where the system lives."""
        self._portal.start_task_soon(function, *args)

    # ---- what everything else is made of ----

    def _bridged(self, handle: TaskHandle[Any]) -> TaskHandle[Any]:
        return BridgedHandle.bridging(handle, self)

    @override
    async def submit(
        self, task: AnyTask, args: Sequence[Any], kwargs: Mapping[str, Any], options: SubmitOptions
    ) -> TaskHandle[Any]:
        async def there() -> TaskHandle[Any]:
            return self._bridged(await self._there.submit(task, args, kwargs, options))

        return await self.call_there(there)

    @override
    async def submit_many(
        self, task: AnyTask, calls: Iterable[Sequence[Any]], options: SubmitOptions
    ) -> list[TaskHandle[Any]]:
        async def there() -> list[TaskHandle[Any]]:
            return [self._bridged(handle) for handle in await self._there.submit_many(task, calls, options)]

        return await self.call_there(there)

    @override
    def handle(self, task_id: str) -> TaskHandle[Any]:
        return task_id if isinstance(task_id, TaskHandle) else self._bridged(self._there.handle(task_id))

    @override
    async def events(self, task_id: str, *, after: int = 0) -> AsyncGenerator[TaskEvent]:
        events = self._there.events(str(task_id), after=after)
        try:
            while (event := await self.call_there(_next_of, events)) is not None:
                yield event
        finally:
            await self.call_there(events.aclose)

    @override
    async def inspect(self) -> Inspected:
        return await self.call_there(self._there.inspect)

    @override
    async def cancel(self, task_ids: str | Iterable[str]) -> dict[str, Cancellation]:
        return await self.call_there(self._there.cancel, task_ids)

    @override
    async def retry(self, task_id: str) -> TaskHandle[Any]:
        async def there() -> TaskHandle[Any]:
            return self._bridged(await self._there.retry(str(task_id)))

        return await self.call_there(there)

    @override
    async def drain_worker(self, worker_id: str) -> None:
        await self.call_there(self._there.drain_worker, worker_id)

    @override
    async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
        """Wait here, while the client there looks whether something goes on that could end the wait."""
        here = running_loop()
        with anyio.CancelScope() as waiting:
            there = self._portal.start_task_soon(self._there.until, anyio.sleep_forever)
            there.add_done_callback(lambda _: call_soon(here, waiting.cancel))
            try:
                return await wait()
            finally:
                there.cancel()
        error = ClientNotRunning("the system that this code waits for is over") if there.cancelled() else None
        raise error or there.exception() or AssertionError("it waits for ever")

    @override
    async def _fetch(self, task_id: str, *, arguments: bool = False) -> tuple[TaskState, bytes]:
        return await self.call_there(self._there._fetch, str(task_id), arguments=arguments)


async def _next_of(events: AsyncGenerator[TaskEvent]) -> TaskEvent | None:
    return await anext(events, None)
