"""A client for blocking code that is made when it is first used: one for all threads of a process."""

import threading
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING

from fastworker.domain.errors import ClientNotRunning

from .forked_process import tell_in_fork

if TYPE_CHECKING:
    from .sync_client import SyncTaskClient


class LazySyncClient:
    """Makes and starts a client at the first call, and gives it to every later one; any thread may call."""

    def __init__(self, new_client: "Callable[[], SyncTaskClient]") -> None:
        self._new_client = new_client
        self._lock = threading.Lock()
        self._client: SyncTaskClient | None = None
        self._is_left_behind = False
        tell_in_fork(self)

    def running(self) -> "SyncTaskClient":
        """Return the client, started; again, where it had given way to a system for tests.

        Raises:
            ClientNotRunning: this process was forked from one that had used it.
        """
        with self._lock:
            if self._is_left_behind:
                raise ClientNotRunning(
                    "this process was forked from one that had used submit_sync, and its client does not survive a "
                    "fork: submit first in the child, or make a SyncClient there in a process started by spawn"
                )
            if self._client is None:
                client = self._new_client()
                _start(client)
                self._client = client
                return client
            _start(self._client)
            return self._client

    def leave_behind(self) -> None:
        """In a forked process: forget who holds the lock, a thread that is not there, and use no client it started."""
        self._lock = threading.Lock()
        self._is_left_behind = self._client is not None

    def stop(self) -> None:
        """End the client's thread, if it has one here; the next use makes another client."""
        with self._lock:
            if self._is_left_behind:
                return  # and kept: to let go of it would be to wait for its thread, which the fork left behind
            client, self._client = self._client, None
        if client is not None:
            client.stop()


def _start(client: "SyncTaskClient") -> None:
    """Start a client outside the context of its first user, such as a request, which its thread would keep alive."""
    Context().run(client.start)
