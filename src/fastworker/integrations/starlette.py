"""Starlette: a middleware or an extension that gives the application a client, and a task's progress for a browser."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, override

from .extras import missing_extra

try:
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.types import Lifespan, Receive, Scope, Send
except ModuleNotFoundError as error:
    raise missing_extra("fastapi", error) from error

from fastworker.application.client import TaskClient
from fastworker.application.handle import TaskHandle

from .application_client import ApplicationClient
from .asgi import CurrentClientMiddleware, FastWorkerMiddleware
from .event_stream import HEADERS, EventStream

__all__ = ["FastWorker", "FastWorkerMiddleware", "TaskEventsResponse", "sse_response"]


class FastWorker:
    """Gives an application a client that lives around its own lifespan, and is the current one in its requests.

    Takes what `Client` takes, or a client of your own. Make it before the first request.
    """

    def __init__(
        self,
        app: Starlette,
        address: str | None = None,
        *,
        client: TaskClient | None = None,
        connect_timeout: float = 5.0,
        reconnect_timeout: float = 30.0,
    ) -> None:
        self._client = ApplicationClient(
            address, client=client, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout
        )
        app.add_middleware(CurrentClientMiddleware, client=self._client)
        app.router.lifespan_context = self._around(app.router.lifespan_context)

    @property
    def client(self) -> TaskClient:
        """The client, for `client.delay(...)` and the like."""
        return self._client.client

    def _around(self, lifespan: Lifespan[Any]) -> Lifespan[Any]:
        @asynccontextmanager
        async def around(app: Any) -> AsyncGenerator[Any]:
            async with self._client.running(), lifespan(app) as state:
                yield state

        return around


class TaskEventsResponse(Response):
    """The steps of a task as server-sent events, until it ends or the browser goes."""

    media_type = "text/event-stream"

    def __init__(self, handle: TaskHandle[Any]) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._stream = EventStream(handle)

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._stream.answer(scope, receive, send, self.raw_headers)
        if self.background is not None:
            await self.background()


def sse_response(handle: TaskHandle[Any]) -> TaskEventsResponse:
    """Return a response that tells a browser of a task's changes of status and of its progress, as they come.

    `handle` may come from `submit`, or from `client.handle(task_id)`; raises TypeError for a mere id.
    """
    return TaskEventsResponse(handle)
