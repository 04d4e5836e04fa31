"""Transports over real sockets for the contract: free ports, and a codec that lets any bytes through."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.application.messages import Message
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Transport
from tests.contracts.network import NetworkContract, SendFrame


@dataclass(frozen=True)
class RawMessage(Message):
    """Any bytes."""

    frame: bytes


class RawFrames(FrameCodec):
    """Carries bytes as they are."""

    def encode(self, message: Message) -> bytes:
        assert isinstance(message, RawMessage)
        return message.frame

    def decode(self, frame: bytes) -> Message:
        return RawMessage(frame)


def free_address() -> str:
    """Return an address on this machine with a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


class NngNetwork(NetworkContract):
    """NNG over TCP."""

    @pytest.fixture
    async def transport(self) -> Transport:
        return NngTransport(JsonFrameCodec())

    @pytest.fixture
    def address(self) -> str:
        return free_address()

    @pytest.fixture
    def other_address(self) -> str:
        return free_address()

    async def ask_raw(self, transport: Transport, address: str, frame: bytes) -> bytes:
        async with NngTransport(RawFrames()).connect(address) as requester:
            reply = await requester.request(RawMessage(frame), timeout=5)
        assert isinstance(reply, RawMessage)
        return reply.frame

    @asynccontextmanager
    async def publish_raw(self, transport: Transport, address: str) -> AsyncIterator[SendFrame]:
        async with NngTransport(RawFrames()).publish(address) as publisher:

            async def send(frame: bytes) -> None:
                await publisher.publish(RawMessage(frame))

            yield send
