"""The dashboard as a role: one life of the web server and of what fills its event stream.

It ends gently: first the event streams say good-bye, for a server waits for its responses; then the server stops.
"""

import socket

import anyio
from litestar.types import ASGIApp

from .event_feed import EventFeed
from .parts import Parts
from .server import QuietServer, make_server


class Dashboard:
    """Serves one application on one socket, until it is stopped."""

    def __init__(self, parts: Parts, app: ASGIApp, listener: socket.socket) -> None:
        self._parts = parts
        self._listener = listener
        self._server: QuietServer = make_server(app)
        self._feed = EventFeed(parts)

    async def run(self) -> None:
        """Serve until `stop` is called; whatever else ends it is raised."""
        async with anyio.create_task_group() as group:
            for role in (self._feed.run, self._parts.operations.run):
                group.start_soon(role)
            await self._server.serve(sockets=[self._listener])
            group.cancel_scope.cancel()

    def stop(self) -> None:
        """End the event streams, and have the server stop once they have said good-bye."""
        self._parts.hub.close()
        self._server.stop()
