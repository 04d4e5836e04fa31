"""The transport inside one event loop keeps the contract of all transports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.memory import InMemoryTransport, ManualClock
from fastworker.application.ports.transport import Transport
from tests.contracts.closing import ClosingContract
from tests.contracts.network import SendFrame
from tests.contracts.transport import TransportContract


class ClockedTransport(InMemoryTransport):
    """A network together with the clock that moves it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        super().__init__(JsonFrameCodec(), self.clock)


class TestInMemoryTransport(TransportContract, ClosingContract):
    @pytest.fixture
    async def transport(self) -> Transport:
        return ClockedTransport()

    @pytest.fixture
    def address(self) -> str:
        return "tcp://127.0.0.1:5555"

    @pytest.fixture
    def other_address(self) -> str:
        return "tcp://127.0.0.1:5556"

    async def ask_raw(self, transport: ClockedTransport, address: str, frame: bytes) -> bytes:
        return await transport.exchange(address, frame, timeout=5)

    @asynccontextmanager
    async def publish_raw(self, transport: ClockedTransport, address: str) -> AsyncIterator[SendFrame]:
        async def send(frame: bytes) -> None:
            transport.broadcast(address, frame)
            await anyio.lowlevel.checkpoint()

        yield send

    async def let_pass(self, transport: ClockedTransport, seconds: float) -> None:
        await transport.clock.advance(seconds)
