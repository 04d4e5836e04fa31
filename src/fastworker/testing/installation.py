"""One life of a system in one process: opened, and closed, whatever went on in it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from contextvars import copy_context
from threading import get_ident
from typing import Any

import anyio
import sniffio
from anyio.abc import TaskGroup
from anyio.from_thread import BlockingPortal

from fastworker.application.background import background_tasks
from fastworker.application.stand_in import StandIn, standing_in
from fastworker.application.task_registry import TaskRegistry

from .bridged_client import BridgedClient
from .clients import LocalSyncClient
from .local_worker import LocalWorker
from .parts import Options, Parts

LEAVE_SECONDS = 10.0
"""How long closing waits for tasks that do not let themselves be cancelled."""


class Installation(Parts):
    """Lives in a task of its own: a fixture may open it in one task, and close it in another."""

    def __init__(self, registry: TaskRegistry, options: Options) -> None:
        super().__init__(registry, options)
        self.client = self.new_client()
        self._first_workers = options.workers
        self._patience = options.patience
        self._is_bridged = options.is_bridged
        self._group: TaskGroup | None = None
        self._sync_client: LocalSyncClient | None = None
        self._task: object = None
        self._is_open = anyio.Event()
        self._is_left = anyio.Event()
        self._is_over = anyio.Event()
        self._error: Exception | None = None

    @property
    def sync_client(self) -> LocalSyncClient:
        """The client for blocking code, once the system is open."""
        assert self._sync_client is not None
        return self._sync_client

    async def open(self) -> None:
        """Start everything, and return when all workers have joined."""
        self._task = _spawn(self._live)
        try:
            await self._is_open.wait()
        except BaseException:
            self._is_left.set()
            raise
        self._raise_error()

    async def close(self) -> None:
        """End everything; raises what has ended it before."""
        self._is_left.set()
        with anyio.move_on_after(LEAVE_SECONDS, shield=True):
            await self._is_over.wait()
        if not self._is_over.is_set():
            raise TimeoutError(f"a task of the system did not let itself be cancelled within {LEAVE_SECONDS:g} s")
        self._raise_error()

    def start_worker(self) -> LocalWorker:
        """Start one more worker."""
        assert self._group is not None
        worker = self.new_worker()
        self._group.start_soon(worker.run)
        return worker

    async def kill(self, worker: LocalWorker) -> None:
        """Have a worker die, and wait until nothing of it goes on; what does not let itself be cancelled may."""
        worker.die()
        self.activity.tell()
        with anyio.move_on_after(self._patience):
            await worker.dead()

    def _stand_in(self, portal: BlockingPortal) -> StandIn:
        elsewhere = BridgedClient(self.client, portal) if self._is_bridged else self.client
        self._sync_client = LocalSyncClient(self.client, portal)
        return StandIn(get_ident(), self.client, elsewhere, self._sync_client)

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def _live(self) -> None:
        try:
            await self._serve()
        except Exception as error:
            self._error = error
        finally:
            self._is_open.set()
            self._is_over.set()

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.control_plane.open())
            self._group = await stack.enter_async_context(background_tasks())
            await stack.enter_async_context(self.client)
            portal = await stack.enter_async_context(BlockingPortal())
            stack.push_async_callback(portal.stop, True)
            stack.enter_context(standing_in(self._stand_in(portal)))
            stack.callback(self.sync_client.end)
            for _ in range(self._first_workers):
                self.start_worker()
                await self.pace.settle()  # one after the other, so that they join in order also on trio
            self._is_open.set()
            await self._is_left.wait()


def _spawn(run: Callable[[], Coroutine[Any, Any, None]]) -> object:
    """Run a coroutine function in a task that belongs to nobody, with the context of here."""
    if sniffio.current_async_library() == "trio":
        import trio

        return trio.lowlevel.spawn_system_task(run, context=copy_context())
    return asyncio.get_running_loop().create_task(run())
