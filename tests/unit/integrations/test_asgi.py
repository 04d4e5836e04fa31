"""The middleware: a client that lives with the application and is the current one in its requests."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

import anyio
import anyio.lowlevel
import pytest

from fastworker.application.client import TaskClient
from fastworker.application.current_client import current_client, entered_client, entered_sync_client
from fastworker.application.stand_in import standing_in
from fastworker.domain.errors import ClientNotRunning, InvalidOption
from fastworker.entrypoints.client import Client
from fastworker.integrations.application_client import ApplicationClient
from fastworker.integrations.asgi import FastWorkerMiddleware, Receive, Scope, Send
from tests.integration.waiting import until_in_loop as until
from tests.unit.system.system import System, a_system
from tests.unit.system.tasks import echo

from .asgi_server import Server

pytestmark = pytest.mark.anyio

type Step = Callable[[], Coroutine[Any, Any, None]]


async def nothing() -> None:
    """Do nothing."""


class Application:
    """An application that does what the test wants at its start, in each request and at its stop."""

    def __init__(self, *, start: Step = nothing, request: Step = nothing, stop: Step = nothing) -> None:
        self._start, self._request, self._stop = start, request, stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._request()
            return
        await receive()
        await self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self._stop()
        except BaseException:
            await send({"type": "lifespan.shutdown.failed"})
            raise
        await send({"type": "lifespan.shutdown.complete"})


async def with_echo(system: System) -> TaskClient:
    """Start a control plane with a worker that knows `echo`, and return a client for an application."""
    await system.start_control_plane()
    await system.start_worker("w1", echo, slots=4)
    return system.client()


async def test_the_client_works_at_the_start_of_the_application_in_requests_and_at_its_stop() -> None:
    results: list[object] = []

    async def submit() -> None:
        results.append(await (await echo.submit(len(results))))

    async with a_system() as system:
        client = await with_echo(system)
        server = Server(FastWorkerMiddleware(Application(start=submit, request=submit, stop=submit), client=client))
        life = system.call(server.live)
        await system.settle()
        assert results == [0]
        await server.request()
        await server.request(type="websocket")
        await server.stop()
        await until(lambda: life.is_done)
        life.result()
    assert results == [0, 1, 2, 3]
    assert server.said_types == ["startup.complete", "shutdown.complete"]


async def test_the_server_hears_of_the_stop_when_the_client_has_stopped() -> None:
    was_running: list[bool] = []
    async with a_system() as system:
        client = await with_echo(system)
        server = Server(
            FastWorkerMiddleware(Application(), client=client), heard=lambda _: was_running.append(is_running(client))
        )
        life = system.call(server.live)
        await system.settle()
        await server.stop()
        await until(lambda: life.is_done)
        life.result()
    assert was_running == [True, False]


def is_running(client: TaskClient) -> bool:
    return client._life is not None


async def test_an_application_that_fails_to_start_says_so_itself_and_its_client_stops() -> None:
    async def fail() -> None:
        raise LookupError("no database")

    async with a_system() as system:
        client = await with_echo(system)
        life = system.call(Server(FastWorkerMiddleware(Application(start=fail), client=client)).live)
        await until(lambda: life.is_done)
        with pytest.raises(LookupError, match="no database"):
            life.result()
        with pytest.raises(ClientNotRunning):
            await client.delay("echo", 1)


async def test_an_application_that_fails_to_stop_is_heard_to_say_so() -> None:
    async def fail() -> None:
        raise LookupError("too late")

    async with a_system() as system:
        server = Server(FastWorkerMiddleware(Application(stop=fail), client=await with_echo(system)))
        life = system.call(server.live)
        await system.settle()
        await server.stop()
        await until(lambda: life.is_done)
        with pytest.raises(LookupError, match="too late"):
            life.result()
    assert server.said_types == ["startup.complete", "shutdown.failed"]


async def test_an_address_that_cannot_be_used_stops_the_start_and_says_why() -> None:
    calls: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope)

    server = Server(FastWorkerMiddleware(app, "nonsense"))
    with anyio.fail_after(10):
        await server.live()
    assert server.said_types == ["startup.failed"]
    assert "nonsense" in server.said[0]["message"]
    assert calls == []


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_without_a_lifespan_the_client_starts_with_the_first_request() -> None:
    results: list[object] = []

    async def submit() -> None:
        results.append(await (await echo.submit(7)))

    async with a_system() as system:
        client = await with_echo(system)
        server = Server(FastWorkerMiddleware(Application(request=submit), client=client))
        await server.request()
        await server.request()
        await client.aclose()
    assert results == [7, 7]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_application_that_knows_no_lifespan_is_served_all_the_same() -> None:
    results: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise ValueError("what is a lifespan?")
        results.append(await (await echo.submit(7)))

    async with a_system() as system:
        client = await with_echo(system)
        server = Server(FastWorkerMiddleware(app, client=client))
        with pytest.raises(ValueError, match="what is a lifespan"):
            await server.live()
        await server.request()
        await client.aclose()
    assert results == [7]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_client_that_is_started_already_stops_the_start_and_says_why() -> None:
    async with a_system() as system:
        client = await with_echo(system)
        await client.start()
        server = Server(FastWorkerMiddleware(Application(), client=client))
        await server.live()
        assert await (await client.delay("echo", 1)) == 1
        await client.aclose()
    assert server.said_types == ["startup.failed"]
    assert "started already" in server.said[0]["message"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_application_that_outlives_a_system_for_tests_starts_its_client_then() -> None:
    seen: list[object] = []
    client = Client("tcp://127.0.0.1:5999")

    async def look() -> None:
        seen.append(client.is_started)

    server = Server(FastWorkerMiddleware(Application(request=look), client=client))
    async with anyio.create_task_group() as group:
        with standing_in(cast("Any", "a system")):
            group.start_soon(server.live)
            await until(lambda: bool(server.said))
            await server.request()
        await server.request()
        await server.stop()
    assert seen == [False, True]
    assert server.said_types == ["startup.complete", "shutdown.complete"]
    assert not client.is_started


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_request_while_the_application_stops_gives_the_client_no_second_life() -> None:
    lives: list[object] = []

    async with a_system() as system:
        client = await with_echo(system)
        application = ApplicationClient(client=client)

        async def ask_until_it_has_stopped() -> None:
            while client.is_started:
                with application.current():
                    lives.append(client._detached)
                await anyio.lowlevel.checkpoint()

        async with application.running():
            asking = system.call(ask_until_it_has_stopped)
            await anyio.lowlevel.checkpoint()
        await until(lambda: asking.is_done)
        asking.result()
    assert set(lives) == {None}


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_under_trio_a_client_without_a_lifespan_is_refused() -> None:
    async with a_system() as system:
        server = Server(FastWorkerMiddleware(Application(), client=system.client()))
        with pytest.raises(ClientNotRunning, match="have the server send lifespan events"):
            await server.request()


async def test_the_client_is_current_in_its_requests_only() -> None:
    seen: list[object] = []

    async def look() -> None:
        assert current_client() is entered_client.get()
        seen.extend([entered_client.get(), entered_sync_client.get()])

    async with a_system() as system:
        mine, other = system.client(), system.client()
        server = Server(FastWorkerMiddleware(Application(request=look), client=mine))
        life = system.call(server.live)
        await system.settle()
        async with other:
            await server.request()
            assert current_client() is other
        assert entered_sync_client.get() is None
        await server.stop()
        await until(lambda: life.is_done)
    assert seen[0] is mine
    assert seen[1] is not None


def test_an_address_and_a_client_together_are_refused() -> None:
    client = FastWorkerMiddleware(Application(), "tcp://127.0.0.1:5999")._client.client
    with pytest.raises(InvalidOption, match="give one of them"):
        FastWorkerMiddleware(Application(), "tcp://127.0.0.1:5999", client=client)
