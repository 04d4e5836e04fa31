"""Connections to the web server: what has no request is not kept, and what is no request is told so."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from litestar.types import Receive, Scope, Send

from fastworker.adapters.dashboard import connections
from fastworker.adapters.dashboard.listening import listen, port_of
from fastworker.adapters.dashboard.server import make_server

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
type Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Busy:
    """Answers as soon as the body is there; to /wait only when it may."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.is_asked = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/wait":
            self.is_asked.set()
            await self.may_answer.wait()
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})


@asynccontextmanager
async def serving(app: Busy) -> AsyncIterator[int]:
    """Serve an application, and give the port."""
    listener = listen("127.0.0.1", 0)
    server = make_server(app)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield port_of(listener)
            app.may_answer.set()
            server.stop()


async def talk(port: int, data: bytes = b"") -> Stream:
    """Connect, and say something."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    return reader, writer


async def answer(stream: Stream) -> bytes:
    """Return the answer to one request."""
    head = await stream[0].readuntil(b"\r\n\r\n")
    return head + await stream[0].readexactly(2)


async def rest(stream: Stream) -> bytes:
    """Return all that comes until the server hangs up, and hang up."""
    try:
        return await stream[0].read()
    except ConnectionResetError:
        return b""
    finally:
        stream[1].close()


@pytest.mark.parametrize(
    "said",
    [b"", b"GET / HT", REQUEST + b"GET /", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
    ids=["nothing", "half a head", "half a second head", "half a body"],
)
async def test_what_is_not_said_to_its_end_is_not_waited_for(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.05)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.05)
    async with serving(Busy()) as port:
        heard = await rest(await talk(port, said))
        assert heard.count(b"HTTP/1.1 200") == said.count(REQUEST)


async def test_a_request_that_is_whole_has_all_the_time_for_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.05)
    async with serving(app := Busy()) as port:
        slow = await talk(port, REQUEST.replace(b"/ ", b"/wait ", 1))
        await app.is_asked.wait()
        await rest(await talk(port))  # a connection that came later is given up meanwhile
        app.may_answer.set()
        assert (await answer(slow)).endswith(b"ok")
        slow[1].close()


async def test_when_there_are_too_many_the_one_that_idles_for_longest_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    async with serving(app := Busy()) as port:
        busy = await talk(port, REQUEST.replace(b"/ ", b"/wait ", 1))
        await app.is_asked.wait()
        idle, third = await talk(port), await talk(port, REQUEST)
        assert await rest(idle) == b""
        assert (await answer(third)).endswith(b"ok")
        app.may_answer.set()
        assert (await answer(busy)).endswith(b"ok")
        busy[1].close()
        third[1].close()


async def test_when_all_are_busy_another_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)
    async with serving(app := Busy()) as port:
        busy = await talk(port, REQUEST.replace(b"/ ", b"/wait ", 1))
        await app.is_asked.wait()
        refused(await rest(await talk(port)), 503, "too-many-connections")
        app.may_answer.set()
        assert (await answer(busy)).endswith(b"ok")
        busy[1].close()


@pytest.mark.parametrize("said", [b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n"])
async def test_what_is_no_request_is_told_so_with_the_headers_of_security(said: bytes) -> None:
    async with serving(Busy()) as port:
        refused(await rest(await talk(port, said)), 400, "bad-request")


def refused(heard: bytes, status: int, kind: str) -> None:
    """Check an answer that is a problem."""
    head, _, body = heard.decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}")
    assert "content-type: application/problem+json" in head.lower()
    assert "content-security-policy" in head.lower()
    problem = json.loads(body)
    assert problem["type"] == f"/problems/{kind}"
    assert f"x-request-id: {problem['instance']}" in head.lower()


CHUNKS = 400


class Generous:
    """Answers with more than anybody's buffers hold."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.is_over = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(CHUNKS):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        self.is_over.set()


async def test_who_reads_nothing_of_an_answer_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.1)
    async with serving(app := Generous()) as port:  # type: ignore[arg-type]
        _, writer = await talk(port, REQUEST)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await app.is_over.wait()
        writer.close()


async def test_who_reads_on_is_given_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 5.0)
    async with serving(app := Generous()) as port:  # type: ignore[arg-type]
        reader, writer = await talk(port, REQUEST)
        heard = 0
        while heard < CHUNKS * 65_536:
            heard += len(await reader.read(1 << 20))
        assert app.is_over.is_set()
        writer.close()
