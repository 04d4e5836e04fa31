"""The transport over NNG: REQ/REP with one context per call, PUB/SUB for broadcasts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import override
from urllib.parse import urlsplit

import anyio

from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import (
    Handler,
    Publisher,
    Requester,
    Responder,
    Subscriber,
    Transport,
)
from fastworker.domain.errors import AddressUnusable

from . import sockets
from .broadcast import NngPublisher, NngSubscriber
from .connections import Connections
from .requester import NngRequester
from .responder import NngResponder


async def _resolve(address: str) -> None:
    """Raise `AddressUnusable` for a host name without an address: NNG would look for it for ever, in silence."""
    sockets.check_address(address)
    parts = urlsplit(address)
    if parts.scheme != "tcp":
        return
    try:
        await anyio.getaddrinfo(parts.hostname, parts.port)
    except OSError as error:
        raise AddressUnusable(f"cannot connect to {address!r}: {error.strerror or error}") from error


class NngTransport(Transport):
    """Sessions over `tcp://`, `ipc://` and `inproc://`."""

    def __init__(self, codec: FrameCodec) -> None:
        self._codec = codec

    @override
    @asynccontextmanager
    async def connect(self, address: str) -> AsyncIterator[Requester]:
        await _resolve(address)
        with sockets.open_req() as socket:
            sockets.dial(socket, address)
            requester = NngRequester(socket, self._codec, address)
            try:
                yield requester
            finally:
                requester.close()

    @override
    @asynccontextmanager
    async def serve(self, addresses: Sequence[str], handler: Handler) -> AsyncIterator[Responder]:
        with sockets.open_rep() as socket:
            connections = Connections(socket)
            bound = [sockets.listen(socket, address) for address in addresses]
            responder = NngResponder(socket, self._codec, handler, bound, connections)
            async with responder.running():
                yield responder

    @override
    @asynccontextmanager
    async def publish(self, address: str) -> AsyncIterator[Publisher]:
        with sockets.open_pub() as socket:
            connections = Connections(socket)
            sockets.listen(socket, address)
            yield NngPublisher(socket, self._codec, connections)

    @override
    @asynccontextmanager
    async def subscribe(self, address: str) -> AsyncIterator[Subscriber]:
        with sockets.open_sub() as socket:
            sockets.dial(socket, address)
            subscriber = NngSubscriber(socket, self._codec)
            try:
                yield subscriber
            finally:
                subscriber.close()
