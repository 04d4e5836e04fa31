"""The web server inside the control plane's own loop, on a socket that we have bound."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import override

import anyio
import uvicorn
from litestar.types import ASGIApp

from .connections import Connection

STOP_SECONDS = 3
TICK_SECONDS = 1.0
BACKLOG = 128


class QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process alone: the control plane has its own way to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = anyio.Event()

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield

    def stop(self) -> None:
        """Take no more connections, and end when the answers under way are given."""
        self.should_exit = True
        self._stopping.set()

    @override
    async def main_loop(self) -> None:
        """Keep the date of the answers until `stop`; waking ten times per second, as servers do, costs the idle."""
        while not await self.on_tick(0):
            with anyio.move_on_after(TICK_SECONDS):
                await self._stopping.wait()


def make_server(app: ASGIApp) -> QuietServer:
    """Return a server for an application; `serve(sockets=...)` runs it until `should_exit`."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # that it starts and ends is said by the banner
    config = uvicorn.Config(
        app,
        http=Connection,  # bounded: the library's own bound answers everybody with plain text
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=True,
        backlog=BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    config.load()  # now, for it imports more
    return QuietServer(config)
