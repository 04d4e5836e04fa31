"""The extension for Starlette and FastAPI, around the lifespan that an application has."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fastworker.application.current_client import current_client
from fastworker.integrations.starlette import FastWorker, sse_response
from tests.integration.waiting import until_in_loop as until
from tests.unit.system.system import a_system
from tests.unit.system.tasks import echo

from .asgi_server import Connection, Server
from .test_asgi import with_echo

pytestmark = pytest.mark.anyio


async def test_the_client_lives_around_the_lifespan_that_was_there() -> None:
    results: list[object] = []
    after: list[object] = []

    async def submit() -> None:
        results.append(await (await echo.submit(len(results))))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        await submit()
        yield {"colour": "teal"}
        await submit()

    async def handle(request: Request) -> JSONResponse:
        await submit()

        async def afterwards() -> None:
            after.append(await (await echo.submit(10)))

        return JSONResponse({}, background=BackgroundTask(afterwards))

    async with a_system() as system:
        client = await with_echo(system)
        app = Starlette(routes=[Route("/", handle)], lifespan=lifespan)
        fastworker = FastWorker(app, client=client)
        assert fastworker.client is client
        server = Server(app)
        life = system.call(server.live)
        await until(lambda: server.said)
        await server.request(method="GET", path="/", query_string=b"", root_path="")
        await server.stop()
        await until(lambda: life.is_done)
        life.result()
    assert results == [0, 1, 2]
    assert after == [10]
    assert server.state == {"colour": "teal"}
    assert server.said_types == ["startup.complete", "shutdown.complete"]


async def test_a_response_streams_the_steps_of_a_task() -> None:
    followed: list[bool] = []

    async def events(request: Request) -> object:
        response = sse_response(current_client().handle(request.path_params["task_id"]))
        response.background = BackgroundTask(followed.append, True)
        return response

    async with a_system() as system:
        client = await with_echo(system)
        app = Starlette(routes=[Route("/{task_id}", events)])
        FastWorker(app, client=client)
        server = Server(app)
        life = system.call(server.live)
        await until(lambda: server.said)
        task_id = await client.delay("echo", 1)
        await system.settle()
        connection = Connection()
        headers: list[tuple[bytes, bytes]] = []

        async def send(message: Any) -> None:
            headers.extend(message.get("headers", []))
            await connection.send(message)

        scope = connection.scope | {"method": "GET", "path": f"/{task_id}", "query_string": b"", "root_path": ""}
        await app(scope, connection.receive, send)
        await server.stop()
        await until(lambda: life.is_done)
    assert (connection.status, connection.is_over) == (200, True)
    assert '"status": "success"' in connection.chunks[-1]
    assert dict(headers) == {
        b"cache-control": b"no-cache",
        b"x-accel-buffering": b"no",
        b"content-type": b"text/event-stream; charset=utf-8",
    }
    assert followed == [True]


def test_a_stream_of_a_mere_id_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"takes a TaskHandle, not str: client\.handle\(task_id\)"):
        sse_response("t1")  # type: ignore[arg-type]
