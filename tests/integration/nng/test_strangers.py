"""Strangers at the port: whatever they send, the server still answers good clients."""

import socket
from collections.abc import AsyncIterator

import anyio
import pytest
import structlog

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.application.ports.transport import Requester
from tests.contracts.bad_frames import BAD_FRAMES
from tests.contracts.desk import Desk, answer, question

from .network import free_address
from .strangers import JUNK, REP, REQ, connected, request, sp_header, throw

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def served() -> AsyncIterator[tuple[str, Requester]]:
    """A server, and a good client that was there before the strangers."""
    address, transport = free_address(), NngTransport(JsonFrameCodec())
    with structlog.testing.capture_logs():
        async with transport.serve([address], Desk().handle), transport.connect(address) as requester:
            await requester.request(question(0), timeout=5)
            yield address, requester


async def assert_served(address: str, old: Requester) -> None:
    """A client that was connected before is answered, and so is a new one."""
    assert await old.request(question(1), timeout=5) == answer(1)
    async with NngTransport(JsonFrameCodec()).connect(address) as new:
        assert await new.request(question(2), timeout=5) == answer(2)


@pytest.mark.parametrize("name", JUNK)
async def test_junk_does_not_keep_the_server_from_good_clients(served: tuple[str, Requester], name: str) -> None:
    address, requester = served
    for _ in range(5):
        with anyio.fail_after(10):
            await anyio.to_thread.run_sync(throw, address, JUNK[name])
    await assert_served(address, requester)


async def test_half_open_connections_do_not_keep_the_server_from_good_clients(
    served: tuple[str, Requester],
) -> None:
    address, requester = served
    beginnings = [b"", sp_header(REQ)[:4], sp_header(REQ), sp_header(REQ) + request(bytes(1000))[:50]]
    connections = [connected(address) for _ in range(40)]
    try:
        for number, connection in enumerate(connections):
            connection.sendall(beginnings[number % len(beginnings)])
        await assert_served(address, requester)
    finally:
        for connection in connections:
            connection.close()


async def test_a_peer_that_asks_and_never_reads_its_answers_does_not_keep_the_server_from_good_clients(
    served: tuple[str, Requester],
) -> None:
    address, requester = served
    ask = JsonFrameCodec().encode(question(7))
    with connected(address) as connection:
        connection.sendall(sp_header(REQ))
        connection.settimeout(0.2)
        try:
            for number in range(20_000):
                connection.sendall(request(ask, 0x80000000 | number))
        except TimeoutError:
            pass  # the server reads no more from this peer, as it should
        await assert_served(address, requester)


async def test_bad_frames_over_tcp_are_answered_on_the_same_connection(served: tuple[str, Requester]) -> None:
    address, requester = served
    with connected(address) as connection:
        connection.sendall(sp_header(REQ))
        assert connection.recv(8, socket.MSG_WAITALL) == sp_header(REP)
        for number, frame in enumerate(BAD_FRAMES.values()):
            connection.sendall(request(frame, 0x80000000 | number))
            size = await anyio.to_thread.run_sync(connection.recv, 8, socket.MSG_WAITALL)
            body = await anyio.to_thread.run_sync(connection.recv, int.from_bytes(size, "big"), socket.MSG_WAITALL)
            assert int.from_bytes(body[:4], "big") == 0x80000000 | number
            assert b'"code":"bad_frame"' in body
    await assert_served(address, requester)
