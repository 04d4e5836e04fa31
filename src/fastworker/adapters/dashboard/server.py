"""The web server inside the control plane's own loop, on a socket that we have bound."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import override

import uvicorn
from litestar.types import ASGIApp

STOP_SECONDS = 3
BACKLOG = 128
MOST_CONNECTIONS = 1_000


class QuietServer(uvicorn.Server):
    """A server that leaves the signals of the process alone: the control plane has its own way to stop."""

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield


def make_server(app: ASGIApp) -> QuietServer:
    """Return a server for an application; `serve(sockets=...)` runs it until `should_exit`."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)  # that it starts and ends is said by the banner
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=True,
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return QuietServer(config)
