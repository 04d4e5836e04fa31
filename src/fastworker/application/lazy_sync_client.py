"""A client for blocking code that is made when it is first used: one for all threads of a process."""

import os
import threading
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING
from weakref import WeakSet

from fastworker.domain.errors import ClientNotRunning

if TYPE_CHECKING:
    from .sync_client import SyncTaskClient


_all: "WeakSet[LazySyncClient]" = WeakSet()


class LazySyncClient:
    """Makes and starts a client at the first call, and gives it to every later one; any thread may call."""

    def __init__(self, new_client: "Callable[[], SyncTaskClient]") -> None:
        self._new_client = new_client
        self._lock = threading.Lock()
        self._client: SyncTaskClient | None = None
        self._pid = 0
        _all.add(self)

    def running(self) -> "SyncTaskClient":
        """Return the client, started; again, where it had given way to a system for tests.

        Raises:
            ClientNotRunning: this process was forked from one that had used it.
        """
        with self._lock:
            if self._client is None:
                client = self._new_client()
                _start(client)
                self._client, self._pid = client, os.getpid()
                return client
            if self._pid != os.getpid():
                raise ClientNotRunning(
                    "this process was forked from one that had used submit_sync, and its client does not survive a "
                    "fork: submit first in the child, or make a SyncClient there in a process started by spawn"
                )
            _start(self._client)
            return self._client

    def renew_lock(self) -> None:
        """Forget who holds the lock: in a process that was just forked, a thread that is not there."""
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End the client's thread, if it has one here; the next use makes another client."""
        with self._lock:
            if self._pid != os.getpid():
                return  # and kept: to let go of it would be to wait for its thread, which the fork left behind
            client, self._client = self._client, None
        if client is not None:
            client.stop()


def _renew_locks() -> None:
    for lazy in list(_all):
        lazy.renew_lock()


os.register_at_fork(after_in_child=_renew_locks)


def _start(client: "SyncTaskClient") -> None:
    """Start a client outside the context of its first user, such as a request, which its thread would keep alive."""
    Context().run(client.start)
