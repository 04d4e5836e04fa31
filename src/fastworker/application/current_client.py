"""The client that `fn.submit` uses: the one place that knows it.

In this order: that of a system for tests (`stand_in.py`), if one is open; the client entered by `async with` in this
context, or its application's in a request; the client started last on this event loop; and one made from the
environment on first use. Blocking code has that of a system for tests, that of the application whose request it serves,
or one for the whole process, made on first use.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import sniffio

from fastworker.domain.errors import ClientNotRunning

from .lazy_sync_client import LazySyncClient
from .stand_in import stand_in

if TYPE_CHECKING:
    from .client import TaskClient
    from .sync_client import SyncTaskClient

entered_client: "ContextVar[TaskClient | None]" = ContextVar("entered_client", default=None)
entered_sync_client: "ContextVar[LazySyncClient | None]" = ContextVar("entered_sync_client", default=None)
_started: "WeakKeyDictionary[asyncio.AbstractEventLoop, TaskClient]" = WeakKeyDictionary()
_new_client: "Callable[[], TaskClient] | None" = None
_new_sync_client: "Callable[[], SyncTaskClient] | None" = None


def set_default_clients(
    new_client: "Callable[[], TaskClient]", new_sync_client: "Callable[[], SyncTaskClient]"
) -> None:
    """Say how clients are made on first use; done by `entrypoints.default_clients`."""
    global _new_client, _new_sync_client
    _new_client, _new_sync_client = new_client, new_sync_client


def current_client() -> "TaskClient":
    """Return the client for asynchronous code.

    Raises:
        ClientNotRunning: there is none, and none can be made here (under trio, enter one with `async with`).
    """
    system = stand_in()
    if system is not None:
        return system.client_here()
    entered = entered_client.get()
    if entered is not None:
        return entered
    if sniffio.current_async_library() != "asyncio":
        raise ClientNotRunning("no client here: under trio, enter one with `async with Client()`")
    started = _started.get(asyncio.get_running_loop())
    if started is not None:
        return started
    if _new_client is None:
        raise ClientNotRunning("no client here: import fastworker, or enter a client with `async with`")
    client = _new_client()
    client.start_soon()
    return client


def note_started(client: "TaskClient") -> None:
    """Make a client the current one of the running event loop."""
    _started[asyncio.get_running_loop()] = client


def note_stopped(client: "TaskClient") -> None:
    """Forget a client that was noted."""
    for loop, started in list(_started.items()):
        if started is client:
            del _started[loop]


def current_sync_client() -> "SyncTaskClient":
    """Return the client for blocking code, started on first use; that of the process is closed at its exit.

    Raises:
        ClientNotRunning: the package was not imported as a whole, or this process was forked after the first use.
    """
    system = stand_in()
    if system is not None:
        return system.sync_client
    return (entered_sync_client.get() or _sync_client_of_process).running()


def _sync_client_from_environment() -> "SyncTaskClient":
    if _new_sync_client is None:
        raise ClientNotRunning("no client here: import fastworker, or make a SyncClient")
    return _new_sync_client()


_sync_client_of_process = LazySyncClient(_sync_client_from_environment)
