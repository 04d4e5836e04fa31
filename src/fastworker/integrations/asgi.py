"""Pure ASGI middleware, for any framework: the client lives with the server's lifespan and is current in requests."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, nullcontext
from typing import Any, override

from fastworker.adapters.telemetry import find_tracing
from fastworker.application.client import TaskClient
from fastworker.domain.errors import FastWorkerError

from .application_client import ApplicationClient

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]


class CurrentClientMiddleware:
    """Makes an application's client the current one in its requests and in the background tasks after them.

    What they submit belongs to the trace that the request came with, also where nobody traces the requests themselves.
    """

    def __init__(self, app: App, client: ApplicationClient) -> None:
        self.app = app
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:
            tracing = find_tracing()
            with tracing.serving(scope.get("headers", ())) if tracing else nullcontext(), self._client.current():
                await self.app(scope, receive, send)


class FastWorkerMiddleware(CurrentClientMiddleware):
    """Gives an application a client, and starts and stops it with the application.

    Takes what `Client` takes, or a client of your own. Where the server sends no lifespan events, the client starts
    with the first request.
    """

    def __init__(
        self,
        app: App,
        address: str | None = None,
        *,
        client: TaskClient | None = None,
        connect_timeout: float = 5.0,
        reconnect_timeout: float = 30.0,
    ) -> None:
        own = ApplicationClient(
            address, client=client, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout
        )
        super().__init__(app, own)

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start before the application, stop after it, and only then let it say that it has stopped.

        The server may be gone a moment later, and with it the event loop.
        """
        last_words: list[Message] = []

        async def pass_on(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                last_words.append(message)
            else:
                await send(message)

        try:
            async with AsyncExitStack() as stack:
                try:
                    await stack.enter_async_context(self._client.running())
                except FastWorkerError as error:
                    await _refuse_to_start(error, receive, send)
                    return
                await self.app(scope, receive, pass_on)
        finally:
            for message in last_words:
                await send(message)


async def _refuse_to_start(error: FastWorkerError, receive: Receive, send: Send) -> None:
    """Tell the server, which would take an exception for an application that knows no lifespan, and serve without."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": f"fastworker: {error}"})
