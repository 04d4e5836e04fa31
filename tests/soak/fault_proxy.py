"""A TCP proxy on the loopback interface that breaks on demand, between processes under test and a server.

A connection of NNG is one stream of framed messages: bytes that are missing in its middle would be taken for a
message of some other size. So a connection that has lost bytes in a hole never carries any again: it is reset as
soon as the hole is over.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

TASK_NAME = "fault-proxy"
"""How the names of the proxy's asyncio tasks begin."""

_CHUNK_BYTES = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Way(Enum):
    """The directions of a connection."""

    UP = "to the server"
    DOWN = "from the server"


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of the bytes of one direction: a pause before each piece, small pieces, or no way out at all."""

    pause_seconds: float = 0.0
    piece_bytes: int = _CHUNK_BYTES
    is_hole: bool = False


PASS = Fault()
BLACK_HOLE = Fault(is_hole=True)


def delay(seconds: float) -> Fault:
    """Return a fault by which bytes arrive later: by `seconds`, or twice that when others are on their way already."""
    return Fault(pause_seconds=seconds)


def slices(size: int, pause_seconds: float = 0.001) -> Fault:
    """Return a fault by which bytes arrive in pieces of at most `size`, with a pause before each."""
    return Fault(pause_seconds=pause_seconds, piece_bytes=size)


@dataclass(eq=False, slots=True)
class _Link:
    """A connection and its continuation to the server; `torn` are the directions in which bytes were lost."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    torn: set[Way] = field(default_factory=set)

    def reset(self) -> None:
        for writer in (self.near, self.far):
            _reset(writer)

    def close(self) -> None:
        for writer in (self.near, self.far):
            writer.close()

    async def closed(self) -> None:
        for writer in (self.near, self.far):
            with suppress(OSError):
                await writer.wait_closed()


class FaultProxy:
    """Forwards connections from one port to another while its context is open; without a fault it changes nothing.

    Buffers are bounded: who sends faster than the other side reads is held up, as it would be without the proxy.
    """

    def __init__(self, *, port: int, target_port: int) -> None:
        self.address = f"tcp://127.0.0.1:{port}"
        self.resets: list[float] = []
        """When connections were reset by a fault, in seconds of `time.monotonic`."""
        self._port = port
        self._target_port = target_port
        self._faults = dict.fromkeys(Way, PASS)
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- faults ----

    def set(self, fault: Fault, *ways: Way) -> None:
        """Let the bytes of these directions (default: both) meet a fault from now on, instead of the one before."""
        for way in ways or Way:
            self._faults[way] = fault
        self._reset([link for link in self._links if any(not self._faults[way].is_hole for way in link.torn)])

    def reset(self) -> None:
        """Break every connection with a RST to both sides; new ones are welcome."""
        self._reset(list(self._links))

    def refuse(self) -> None:
        """Accept no new connections until healed; those that are there go on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def heal(self) -> None:
        """Let everything pass again; a connection that has lost bytes is reset."""
        self.set(PASS)
        if self._server is None:
            await self._listen()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._links)

    def _reset(self, links: list[_Link]) -> None:
        for link in links:
            self.resets.append(time.monotonic())
            link.reset()

    # ---- forwarding ----

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def _serve(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        self._adopt(asyncio.current_task())
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            _reset(near)
            return
        link = _Link(near, far)
        self._links.add(link)
        try:
            await self._connect(link, near_reader, far_reader)
            await link.closed()
        finally:
            self._links.discard(link)
            link.reset()  # changes nothing for one that was closed in good order

    def _adopt(self, task: asyncio.Task[None] | None) -> None:
        assert task is not None
        task.set_name(TASK_NAME)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, link: _Link, near_reader: asyncio.StreamReader, far_reader: asyncio.StreamReader) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(link, Way.UP, near_reader, link.far), name=TASK_NAME)
            group.create_task(self._pump(link, Way.DOWN, far_reader, link.near), name=TASK_NAME)

    async def _pump(self, link: _Link, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                await self._forward(link, way, data, writer)
        if self._faults[way].is_hole:  # that it was closed is not heard of behind a hole either
            link.torn.add(way)
        else:
            link.close()

    async def _forward(self, link: _Link, way: Way, data: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in self._pieces(way, data):
            await asyncio.sleep(self._faults[way].pause_seconds)
            if self._faults[way].is_hole or way in link.torn:
                link.torn.add(way)
                return
            writer.write(piece)
            await writer.drain()

    def _pieces(self, way: Way, data: bytes) -> Iterator[bytes]:
        """Cut bytes as the fault of the moment wants it, which may change between two pieces."""
        while data:
            size = self._faults[way].piece_bytes
            yield data[:size]
            data = data[size:]


def _reset(writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    with suppress(OSError):  # it may be closed already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
