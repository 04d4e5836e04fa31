"""The clients of a system in one process: for code on its event loop, and for blocking code in other threads."""

from collections.abc import Awaitable, Callable
from threading import get_ident
from typing import Any, override

from anyio.from_thread import BlockingPortal

from fastworker.application.blocking import is_in_async_task
from fastworker.application.client import TaskClient
from fastworker.application.client_life import OpenClient
from fastworker.application.sync_client import SyncTaskClient
from fastworker.domain.errors import BlockingInTask, ClientNotRunning

from .event_loops import running_loop
from .pace import Pace

OTHER_LOOP = (
    "this code runs on another event loop than the LocalSystem of the test. An application under test has to share its "
    "loop: call an ASGI application by httpx.AsyncClient(transport=httpx.ASGITransport(app)), not by a blocking test "
    "client (docs/testing.md)"
)
IN_THE_LOOP = (
    "blocking code was called on the event loop of the LocalSystem, which it would block for ever. Call it in a thread "
    "by `await anyio.to_thread.run_sync(function)`, or write the test as `def` with SyncLocalSystem (docs/testing.md); "
    "in a `def` task it works unless the system was made with threads=False"
)


class LocalClient(TaskClient):
    """A client that knows the system around it: it says why a wait will not end, and refuses other event loops."""

    def __init__(self, *args: Any, pace: Pace, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self._pace = pace
        self._loop = running_loop()

    @override
    async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
        return await self._pace.until(wait)

    @override
    async def _opened(self) -> OpenClient:
        if running_loop() is not self._loop:
            raise ClientNotRunning(OTHER_LOOP)
        return await super()._opened()


class LocalSyncClient(SyncTaskClient):
    """A client for the threads beside the event loop of a system."""

    def __init__(self, client: TaskClient, portal: BlockingPortal) -> None:
        super().__init__(lambda: client)
        self._client = client
        self._portal = portal
        self._thread = get_ident()
        self._is_over = False

    @override
    def call[R](self, function: Callable[..., Awaitable[R]], *args: Any) -> R:
        if get_ident() == self._thread:
            raise (BlockingInTask if is_in_async_task() else ClientNotRunning)(IN_THE_LOOP)
        if self._is_over:
            raise ClientNotRunning("the system for tests that this client or handle is of has been left")
        return super().call(function, *args)

    def end(self) -> None:
        """Refuse every call from now on: the system is left."""
        self._is_over = True
