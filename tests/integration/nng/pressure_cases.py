"""Requests that end early, thousands of them; run by test_own_process.py in a process of its own."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.application.messages import Message
from fastworker.application.ports.transport import Requester, Transport
from fastworker.domain.errors import ConnectionLost, RequestTimeout
from tests.contracts.desk import Desk, answer, question, with_payload

from .network import free_address
from .strangers import a_server_that_never_reads

pytestmark = pytest.mark.anyio
SENDERS = 25


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def transport() -> Transport:
    return NngTransport(JsonFrameCodec())


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    yield free_address()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of this process from Linux")
@pytest.mark.parametrize("peer", [a_server_that_never_reads, nobody], ids=["never-reads", "is-not-there"])
async def test_3000_requests_that_time_out_unsent_leave_no_memory_behind(transport: Transport, peer) -> None:
    message = with_payload(bytes(10_000))

    async def give_up(requester: Requester, times: int) -> None:
        for _ in range(times):
            with pytest.raises(RequestTimeout):
                await requester.request(message, timeout=0.001)

    async def round_of(requester: Requester, times: int) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(SENDERS):
                group.start_soon(give_up, requester, times)

    with peer() as address:
        async with transport.connect(address) as requester:
            with pytest.raises(RequestTimeout):
                await requester.request(message, timeout=0.3)  # connected by then, if there is anybody
            await round_of(requester, 40)  # buffers and pools are full now
            before = resident_bytes()
            await round_of(requester, 120)
            grown = resident_bytes() - before
    assert grown < 8_000_000  # of 30 MB


async def test_requests_that_are_cancelled_just_when_they_time_out_end_in_one_or_the_other(
    transport: Transport,
) -> None:
    ends = {"cancelled": 0, "timed out": 0}

    async def give_up(requester: Requester) -> None:
        for _ in range(60):
            with anyio.move_on_after(0.001) as scope:
                with pytest.raises(RequestTimeout):
                    await requester.request(with_payload(bytes(10_000)), timeout=0.001)
                ends["timed out"] += 1
            ends["cancelled"] += scope.cancelled_caught

    with a_server_that_never_reads() as address:
        async with transport.connect(address) as requester, anyio.create_task_group() as group:
            for _ in range(SENDERS):
                group.start_soon(give_up, requester)
    assert sum(ends.values()) == 60 * SENDERS


async def test_requests_that_are_cancelled_at_any_moment_leave_later_ones_their_own_replies(
    transport: Transport,
) -> None:
    address, desk = free_address(), Desk()
    async with transport.serve([address], desk.handle), transport.connect(address) as requester:
        for number in range(300):
            with anyio.move_on_after(0.0002 * (number % 5)):
                await requester.request(question(number), timeout=5)
            assert await requester.request(question(1000 + number), timeout=5) == answer(1000 + number)
    assert len(desk.requests) == len(set(desk.requests))


async def test_a_late_reply_to_a_request_that_timed_out_is_not_given_to_the_next(transport: Transport) -> None:
    address, desk = free_address(), Desk(is_open=False)
    async with transport.serve([address], desk.handle), transport.connect(address) as requester:
        for number in range(50):
            with pytest.raises(RequestTimeout):
                await requester.request(question(number), timeout=0.003)
        desk.open()
        for number in range(100, 150):
            assert await requester.request(question(number), timeout=5) == answer(number)


async def ask_again_once(requester: Requester, number: int) -> Message:
    """Return the reply; a request to the peer of before, whose leaving has not been noticed yet, is lost."""
    try:
        return await requester.request(question(number), timeout=8)
    except ConnectionLost:
        return await requester.request(question(number), timeout=8)


async def test_a_peer_that_comes_and_goes_does_not_disturb_a_requester(transport: Transport) -> None:
    address, desk = free_address(), Desk()
    async with transport.connect(address) as requester:
        for number in range(5):
            async with transport.serve([address], desk.handle):
                assert await ask_again_once(requester, number) == answer(number)
    with socket.socket() as probe:  # the last server has freed its port
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        probe.bind((host, int(port)))
