"""The same for blocking code: a client that gives way to a system for tests, while one is open."""

from collections.abc import Awaitable, Callable
from typing import Any, override

from .client import TaskClient
from .stand_in import stand_in
from .sync_client import SyncTaskClient


class ReplaceableSyncClient(SyncTaskClient):
    """Makes its calls in the system for tests, if there is one, and then has no thread of its own."""

    @override
    def start(self) -> None:
        if stand_in() is None:
            super().start()

    @override
    def call[R](self, function: Callable[..., Awaitable[R]], *args: Any) -> R:
        system = stand_in()
        return super().call(function, *args) if system is None else system.sync_client.call(function, *args)

    @override
    def _running(self) -> TaskClient:
        system = stand_in()
        return super()._running() if system is None else system.client
