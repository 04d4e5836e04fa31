"""Litestar: a plugin that gives the application a client, current in its handlers; a task's progress for a browser."""

from contextlib import AbstractAsyncContextManager
from typing import Any, override

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins import InitPlugin

from fastworker.application.client import TaskClient
from fastworker.application.handle import TaskHandle

from .application_client import ApplicationClient
from .asgi import CurrentClientMiddleware, Receive, Scope, Send
from .event_stream import HEADERS, EventStream

DEPENDENCY = "fastworker"
"""A handler's parameter of this name is given the client, unless the application has such a dependency itself."""


class FastWorkerPlugin(InitPlugin):
    """Starts and stops a client with the application. Takes what `Client` takes, or a client of your own."""

    def __init__(
        self,
        address: str | None = None,
        *,
        client: TaskClient | None = None,
        connect_timeout: float = 5.0,
        reconnect_timeout: float = 30.0,
    ) -> None:
        self._client = ApplicationClient(
            address, client=client, connect_timeout=connect_timeout, reconnect_timeout=reconnect_timeout
        )

    @override
    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.lifespan.insert(0, self._lifespan)  # first, so that the others can submit
        middleware: Any = CurrentClientMiddleware  # Litestar's own types of messages are narrower than ASGI's
        app_config.middleware.insert(0, DefineMiddleware(middleware, client=self._client))
        app_config.dependencies.setdefault(DEPENDENCY, Provide(self._provide, sync_to_thread=False))
        return app_config

    def _lifespan(self, app: Litestar) -> AbstractAsyncContextManager[None]:
        return self._client.running()

    def _provide(self) -> TaskClient:
        return self._client.client


class TaskEventsResponse:
    """The steps of a task as server-sent events, until it ends or the browser goes: an ASGI application."""

    def __init__(self, handle: TaskHandle[Any]) -> None:
        self._stream = EventStream(handle)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"content-type": "text/event-stream; charset=utf-8", **HEADERS}
        await self._stream.answer(scope, receive, send, [(n.encode(), v.encode()) for n, v in headers.items()])


def sse_response(handle: TaskHandle[Any]) -> TaskEventsResponse:
    """Return a response that tells a browser of a task's changes of status and of its progress, as they come.

    A handler that returns it has to be annotated with `-> TaskEventsResponse`. `handle` may come from `submit`, or from
    `client.handle(task_id)`; raises TypeError for a mere id.
    """
    return TaskEventsResponse(handle)
