"""The proxy that breaks connections on purpose: each of its faults, and that it leaves nothing behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.soak.fault_proxy import BLACK_HOLE, TASK_NAME, FaultProxy, Way, delay, slices

from .processes import free_port, port_of
from .waiting import until_in_loop

SECONDS = 10.0


@dataclass(slots=True)
class EchoServer:
    """Sends back what it gets, and keeps it as it came."""

    port: int
    received: list[bytes]

    def text(self) -> bytes:
        return b"".join(self.received)


@asynccontextmanager
async def an_echo_server() -> AsyncIterator[EchoServer]:
    echo = EchoServer(free_port(), [])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                echo.received.append(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", echo.port)
    try:
        yield echo
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class Connection:
    """A client's connection through the proxy."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def echo(self, text: bytes) -> bytes:
        self.writer.write(text)
        return await asyncio.wait_for(self.reader.readexactly(len(text)), SECONDS)

    async def is_reset(self) -> bool:
        try:
            await asyncio.wait_for(self.reader.read(1), SECONDS)
        except ConnectionResetError:
            return True
        return False


async def connected(proxy: FaultProxy) -> Connection:
    return Connection(*await asyncio.open_connection("127.0.0.1", port_of(proxy.address)))


type Scene = Callable[[EchoServer, FaultProxy], Awaitable[None]]


def play(scene: Scene) -> None:
    """Play a scene with an echo server behind a proxy; at its end nothing of the proxy is left."""

    async def setting() -> None:
        async with an_echo_server() as echo:
            async with FaultProxy(port=free_port(), target_port=echo.port) as proxy:
                await scene(echo, proxy)
            assert [task for task in asyncio.all_tasks() if task.get_name() == TASK_NAME] == []
            assert proxy.connections == 0

    asyncio.run(within_deadline(setting()))


async def within_deadline(coroutine: Coroutine[object, object, None]) -> None:
    await asyncio.wait_for(coroutine, 3 * SECONDS)


def test_without_a_fault_what_is_sent_comes_back_and_a_close_passes_through() -> None:
    async def scene(echo: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        text = bytes(range(256)) * 4_000  # more than all buffers on its way hold
        assert await client.echo(text) == text
        client.writer.write(b"last words")
        client.writer.write_eof()
        assert await asyncio.wait_for(client.reader.read(), SECONDS) in (b"last words", b"")  # closed, not reset
        await until_in_loop(lambda: proxy.connections == 0)
        assert echo.text() == text + b"last words"
        client.writer.close()

    play(scene)


def test_a_delay_holds_each_direction_up() -> None:
    async def scene(_: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        proxy.set(delay(0.1), Way.UP)
        proxy.set(delay(0.2), Way.DOWN)
        began = time.monotonic()
        assert await client.echo(b"hello") == b"hello"
        assert time.monotonic() - began >= 0.3
        await proxy.heal()
        began = time.monotonic()
        assert await client.echo(b"hello") == b"hello"
        assert time.monotonic() - began < 0.3
        client.writer.close()

    play(scene)


def test_slices_arrive_one_by_one_and_complete() -> None:
    async def scene(echo: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        proxy.set(slices(3, pause_seconds=0.01), Way.UP)
        assert await client.echo(b"0123456789") == b"0123456789"
        assert len(echo.received) >= 2
        assert echo.text() == b"0123456789"
        client.writer.close()

    play(scene)


def test_a_reset_breaks_both_sides_and_the_next_connection_is_whole() -> None:
    async def scene(echo: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        assert await client.echo(b"before") == b"before"
        proxy.reset()
        assert await client.is_reset()
        await until_in_loop(lambda: proxy.connections == 0)
        again = await connected(proxy)
        assert await again.echo(b"after") == b"after"
        assert echo.text() == b"beforeafter"
        for connection in (client, again):
            connection.writer.close()

    play(scene)


@pytest.mark.parametrize("way", [Way.UP, Way.DOWN])
def test_a_one_way_hole_swallows_one_direction_keeps_the_connection_and_resets_it_when_it_is_over(way: Way) -> None:
    async def scene(echo: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        assert await client.echo(b"before") == b"before"
        proxy.set(BLACK_HOLE, way)
        client.writer.write(b"lost")
        if way is Way.DOWN:  # the question gets through, and no answer
            await until_in_loop(lambda: echo.text() == b"beforelost")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.2)
        assert echo.text() == (b"before" if way is Way.UP else b"beforelost")
        assert proxy.connections == 1

        await proxy.heal()

        assert await client.is_reset()
        again = await connected(proxy)
        assert await again.echo(b"after") == b"after"
        for connection in (client, again):
            connection.writer.close()

    play(scene)


def test_a_connection_that_lost_nothing_in_a_hole_goes_on_afterwards() -> None:
    async def scene(_: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        assert await client.echo(b"before") == b"before"
        proxy.set(BLACK_HOLE)
        await proxy.heal()
        assert await client.echo(b"after") == b"after"
        client.writer.close()

    play(scene)


def test_behind_a_hole_nobody_hears_that_the_other_side_has_gone() -> None:
    async def scene(_: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        assert await client.echo(b"before") == b"before"
        proxy.set(BLACK_HOLE)
        client.writer.close()
        with pytest.raises(AssertionError, match="not within"):
            await until_in_loop(lambda: proxy.connections == 0, within=0.2)
        await proxy.heal()
        await until_in_loop(lambda: proxy.connections == 0)

    play(scene)


def test_refused_connections_are_new_ones_only_and_welcome_again_when_healed() -> None:
    async def scene(_: EchoServer, proxy: FaultProxy) -> None:
        client = await connected(proxy)
        assert await client.echo(b"before") == b"before"
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await connected(proxy)
        assert await client.echo(b"still") == b"still"
        await proxy.heal()
        again = await connected(proxy)
        assert await again.echo(b"after") == b"after"
        for connection in (client, again):
            connection.writer.close()

    play(scene)


def test_where_nobody_listens_the_connection_is_reset() -> None:
    async def scene() -> None:
        async with FaultProxy(port=free_port(), target_port=free_port()) as proxy:
            client = await connected(proxy)
            assert await client.is_reset()
            client.writer.close()

    asyncio.run(within_deadline(scene()))


def test_what_is_open_at_the_end_is_reset() -> None:
    async def scene() -> None:
        async with an_echo_server() as echo:
            async with FaultProxy(port=free_port(), target_port=echo.port) as proxy:
                client = await connected(proxy)
                assert await client.echo(b"before") == b"before"
            assert await client.is_reset()
            with pytest.raises(ConnectionRefusedError):
                await connected(proxy)
            client.writer.close()

    asyncio.run(within_deadline(scene()))
