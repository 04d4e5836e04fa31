"""The client of a web application: started and stopped with it, and the current one wherever it serves a request."""

import atexit
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakSet

import anyio
import sniffio

from fastworker.application.client import TaskClient
from fastworker.application.current_client import entered_client, entered_sync_client
from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.application.stand_in import stand_in
from fastworker.domain.errors import ClientNotRunning, InvalidOption
from fastworker.entrypoints.client import Client, SyncClient


class ApplicationClient:
    """A client for the application's asynchronous code, and one for its blocking code, made when it is first used.

    Takes what `Client` takes, or a client of your own, which is then started and stopped here.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        client: TaskClient | None = None,
        connect_timeout: float = 5.0,
        reconnect_timeout: float = 30.0,
    ) -> None:
        if address is not None and client is not None:
            raise InvalidOption("address= and client= both say where the control plane is; give one of them")
        if client is not None and not isinstance(client, TaskClient):
            raise InvalidOption(
                f"client={type(client).__name__}(...); expected a Client, for asynchronous code; blocking code "
                "of the application gets a client of its own"
            )
        self.client = client or Client(address, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout)
        config = self.client.config
        self._blocking = lazy_sync_client(config.address, config.connect_timeout, config.reconnect_timeout)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run the client for as long as the block lasts; it needs no control plane yet.

        Raises:
            AddressUnusable: the address is malformed or its host has no address.
        """
        async with self.client:
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True):  # it takes half a second at most
                    await anyio.to_thread.run_sync(self._blocking.stop)

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make it the current client of the code inside, and of the tasks and threads that this code starts.

        One that was not started with the application is started now, and runs until its event loop ends.
        """
        if not self.client.is_started and stand_in() is None:
            self._start_late()
        entered = entered_client.set(self.client)
        entered_sync = entered_sync_client.set(self._blocking)
        try:
            yield
        finally:
            entered_sync_client.reset(entered_sync)
            entered_client.reset(entered)

    def _start_late(self) -> None:
        if sniffio.current_async_library() != "asyncio":
            raise ClientNotRunning(
                "the server told the application of no start (ASGI lifespan), and under trio a client can only be "
                "started then: have the server send lifespan events"
            )
        self.client.start_soon()


_ending: WeakSet[LazySyncClient] = WeakSet()  # of the applications that there still are


@atexit.register
def _end() -> None:
    for client in list(_ending):
        client.stop()


def lazy_sync_client(address: str | None, connect_timeout: float, reconnect_timeout: float) -> LazySyncClient:
    """Return a blocking client of a control plane, which ends with the process at the latest."""
    client = LazySyncClient(
        lambda: SyncClient(address, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout)
    )
    _ending.add(client)
    return client


_shared: dict[tuple[str | None, float, float], LazySyncClient] = {}  # one for each that the settings name
_sharing = threading.Lock()


def shared_sync_client(address: str | None, connect_timeout: float, reconnect_timeout: float) -> LazySyncClient:
    """Return the blocking client that the whole process has for these values."""
    with _sharing:
        key = (address, connect_timeout, reconnect_timeout)
        if key not in _shared:
            _shared[key] = lazy_sync_client(*key)
        return _shared[key]
