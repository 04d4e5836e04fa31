"""An event loop in a thread of its own, for what must not wait for tasks: heartbeats, the control plane's worker."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import override

import anyio

from fastworker.application.log import log

CLOSE_SECONDS = 2.0
"""How long leaving waits for the thread. A task that blocks its loop is abandoned: the thread is a daemon."""


@asynccontextmanager
async def in_own_thread(run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run a coroutine function on an event loop in another thread until the context is left."""
    thread = LoopThread(run)
    thread.start()
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(thread.close)


class LoopThread(threading.Thread):
    """Runs one coroutine function to its end, or until it is closed."""

    def __init__(self, run: Callable[[], Awaitable[None]]) -> None:
        super().__init__(name=f"fastworker-{getattr(run, '__qualname__', 'loop')}", daemon=True)
        self._run_it = run
        self._opened = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scope: anyio.CancelScope | None = None

    @override
    def run(self) -> None:
        """Do the thread's work; what goes wrong is logged."""
        try:
            anyio.run(self._main)
        except Exception:
            log.exception("background_failed", thread=self.name)

    def close(self) -> None:
        """Cancel the function, and wait a moment for its end."""
        self._opened.wait(CLOSE_SECONDS)
        if self._loop is not None and self._scope is not None and self.is_alive():
            with suppress(RuntimeError):  # the function ended by itself in this moment, and its loop with it
                self._loop.call_soon_threadsafe(self._scope.cancel)
        self.join(CLOSE_SECONDS)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        with anyio.CancelScope() as self._scope:
            self._opened.set()
            await self._run_it()
