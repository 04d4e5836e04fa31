"""The server's side of an ASGI application, as little of it as the tests need."""

from collections.abc import Callable
from typing import Any

import anyio

from fastworker.integrations.asgi import App, Message


class Server:
    """Runs one application: its lifespan, beside the test, and single requests."""

    def __init__(self, app: App, *, heard: Callable[[Message], None] = lambda message: None) -> None:
        self._app = app
        self._heard = heard
        self._started = anyio.Event()
        self._stops = anyio.Event()
        self._orders = ["lifespan.startup"]
        self.said: list[Message] = []
        self.state: dict[str, Any] = {}

    async def live(self) -> None:
        """Run the application's lifespan."""
        await self._app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}, self._order, self._hear)

    async def stop(self) -> None:
        """Have the application stop."""
        self._stops.set()

    @property
    def said_types(self) -> list[str]:
        """What the application said of its lifespan."""
        return [message["type"].removeprefix("lifespan.") for message in self.said]

    async def request(self, **scope: Any) -> None:
        """Make a request whose answer does not matter."""

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None: ...

        await self._app({"type": "http", "headers": [], **scope}, receive, send)

    async def _order(self) -> Message:
        if self._orders:
            return {"type": self._orders.pop()}
        await self._stops.wait()
        return {"type": "lifespan.shutdown"}

    async def _hear(self, message: Message) -> None:
        self._heard(message)
        self.said.append(message)


class Connection:
    """One request of a browser that reads a stream, and goes when the test wants it."""

    def __init__(self, *, last_event_id: str | None = None) -> None:
        headers = [] if last_event_id is None else [(b"last-event-id", last_event_id.encode())]
        self.scope = {"type": "http", "headers": headers}
        self.status = 0
        self.chunks: list[str] = []
        self.is_over = False
        self._first = True
        self._gone = anyio.Event()

    def go(self) -> None:
        """Close the connection."""
        self._gone.set()

    async def receive(self) -> Message:
        """Give the empty body, then nothing until the browser goes."""
        if self._first:
            self._first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.chunks += [message["body"].decode()] if message["body"] else []
            self.is_over = not message["more_body"]
