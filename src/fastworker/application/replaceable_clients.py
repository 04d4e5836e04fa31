"""Clients of a real control plane that give way to a system for tests, while one is open.

An application has its client as a global name, or in a middleware. Its tests need not touch it: what it is asked, the
client of the system answers, and it opens no connection of its own.
"""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction, markcoroutinefunction
from types import TracebackType
from typing import Any, Self, cast, override

from .client import TaskClient
from .stand_in import StandIn, stand_in
from .sync_client import SyncTaskClient


def _giving_way[F: Callable[..., Any]](method: F, other_client: Callable[[StandIn], Any]) -> F:
    """Return a method that asks, while a system is open, the method of the same name of the system's client."""
    name = method.__name__

    @wraps(method)
    def ask(client: Any, *args: Any, **kwargs: Any) -> Any:
        system = stand_in()
        if system is None:
            return method(client, *args, **kwargs)
        return getattr(other_client(system), name)(*args, **kwargs)

    return cast("F", markcoroutinefunction(ask) if iscoroutinefunction(method) else ask)


def _asynchronous[F: Callable[..., Any]](method: F) -> F:
    return _giving_way(method, StandIn.client_here)


def _blocking[F: Callable[..., Any]](method: F) -> F:
    return _giving_way(method, lambda system: system.sync_client)


class ReplaceableClient(TaskClient):
    """Asks the system for tests, if there is one, whether it was started itself or not."""

    # Everything else that a client does is made of these.
    submit = _asynchronous(TaskClient.submit)
    submit_many = _asynchronous(TaskClient.submit_many)
    handle = _asynchronous(TaskClient.handle)
    events = _asynchronous(TaskClient.events)
    inspect = _asynchronous(TaskClient.inspect)
    cancel = _asynchronous(TaskClient.cancel)
    retry = _asynchronous(TaskClient.retry)
    drain_worker = _asynchronous(TaskClient.drain_worker)
    until = _asynchronous(TaskClient.until)
    _fetch = _asynchronous(TaskClient._fetch)

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


class ReplaceableSyncClient(SyncTaskClient):
    """Makes its calls in the system for tests, if there is one, and then has no thread of its own."""

    call = _blocking(SyncTaskClient.call)
    _running = _blocking(SyncTaskClient._running)

    @override
    def start(self) -> None:
        if stand_in() is None:
            super().start()
