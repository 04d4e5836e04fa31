"""Sessions inside one event loop: no sockets, real frames, and the clock it is given for every timeout."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import override

import anyio
from anyio.abc import TaskGroup

from fastworker.application.answering import Answering, read_reply
from fastworker.application.background import background_tasks
from fastworker.application.log import log
from fastworker.application.messages import Message
from fastworker.application.ports.clock import Clock
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import (
    Handler,
    Publisher,
    Requester,
    Responder,
    Subscriber,
    Traffic,
    Transport,
)
from fastworker.domain.errors import (
    AddressUnusable,
    BadFrame,
    ConnectionLost,
    ProtocolMismatch,
    RequestTimeout,
)


class InMemoryTransport(Transport):
    """One instance is one network: who shares it can reach each other."""

    def __init__(self, codec: FrameCodec, clock: Clock) -> None:
        self._codec = codec
        self._clock = clock
        self._responders: dict[str, InMemoryResponder] = {}
        self._subscribers: dict[str, set[InMemorySubscriber]] = {}
        self._publishing: set[str] = set()
        self._connected: Counter[str] = Counter()
        self._ports = count(40_000)
        self._served = anyio.Event()

    @override
    @asynccontextmanager
    async def connect(self, address: str) -> AsyncIterator[Requester]:
        requester = InMemoryRequester(self, _checked(address))
        self._connected[address] += 1
        try:
            yield requester
        finally:
            self._connected[address] -= 1
            requester.close()

    @override
    @asynccontextmanager
    async def serve(self, addresses: Sequence[str], handler: Handler) -> AsyncIterator[Responder]:
        bound = [self._claim(address, self._responders) for address in addresses]
        async with background_tasks() as group:
            responder = InMemoryResponder(self, handler, bound, group)
            self._responders |= dict.fromkeys(bound, responder)
            served, self._served = self._served, anyio.Event()
            served.set()
            try:
                yield responder
            finally:
                for address in bound:
                    del self._responders[address]
                responder.close()

    @override
    @asynccontextmanager
    async def publish(self, address: str) -> AsyncIterator[Publisher]:
        bound = self._claim(address, self._publishing)
        self._publishing.add(bound)
        try:
            yield InMemoryPublisher(self, bound)
        finally:
            self._publishing.discard(bound)

    @override
    @asynccontextmanager
    async def subscribe(self, address: str) -> AsyncIterator[Subscriber]:
        listeners = self._subscribers.setdefault(_checked(address), set())
        subscriber = InMemorySubscriber(self._codec)
        listeners.add(subscriber)
        try:
            yield subscriber
        finally:
            listeners.discard(subscriber)
            subscriber.close()

    async def exchange(self, address: str, frame: bytes, timeout: float) -> bytes:
        """Carry one request and its reply, as raw frames; a test may send any bytes."""
        with self._clock.scope_until(self._clock.now() + timeout):
            while address not in self._responders:
                await self._served.wait()
            return await self._responders[address].carry(frame)
        raise RequestTimeout(f"no answer from {address} within {timeout:g} s")

    def broadcast(self, address: str, frame: bytes) -> None:
        """Carry one frame to whoever listens."""
        for subscriber in self._subscribers.get(address, ()):
            subscriber.take(frame)

    @property
    def codec(self) -> FrameCodec:
        """The codec of every session."""
        return self._codec

    def requesters(self, addresses: Sequence[str]) -> int:
        """Return how many are connected to these addresses."""
        return sum(self._connected[address] for address in addresses)

    def subscribers(self, address: str) -> int:
        """Return how many listen to the publisher at an address."""
        return len(self._subscribers.get(address, ()))

    def _claim(self, address: str, taken: "set[str] | dict[str, InMemoryResponder]") -> str:
        bound = _checked(address)
        if bound.endswith(":0"):
            bound = f"{bound[:-1]}{next(self._ports)}"
        if bound in taken:
            raise AddressUnusable(f"cannot listen at {address!r}: another process has this address")
        return bound


class InMemoryRequester(Requester):
    """The asking end."""

    def __init__(self, network: InMemoryTransport, address: str) -> None:
        self._network = network
        self._address = address
        self._scopes: set[anyio.CancelScope] = set()
        self._is_closed = False

    @override
    async def request(self, message: Message, *, timeout: float) -> Message:
        frame = self._network.codec.encode(message)
        if self._is_closed:
            raise ConnectionLost(f"the session to {self._address} was closed")
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                return read_reply(self._network.codec, await self._network.exchange(self._address, frame, timeout))
            finally:
                self._scopes.discard(scope)
        raise ConnectionLost(f"the session to {self._address} was closed")

    def close(self) -> None:
        """End requests under way with `ConnectionLost`."""
        self._is_closed = True
        for scope in self._scopes:
            scope.cancel()


class InMemoryResponder(Responder):
    """The answering end."""

    def __init__(
        self, network: InMemoryTransport, handler: Handler, addresses: Sequence[str], group: TaskGroup
    ) -> None:
        self._network = network
        self._answering = Answering(network.codec, handler, group)
        self._addresses = addresses
        self._waiting: set[Exchange] = set()

    @property
    @override
    def addresses(self) -> Sequence[str]:
        return self._addresses

    @property
    @override
    def bad_frames(self) -> int:
        return self._answering.bad_frames

    @property
    @override
    def traffic(self) -> Traffic:
        return self._answering.traffic

    @property
    @override
    def connections(self) -> int:
        return self._network.requesters(self._addresses)

    @property
    @override
    def leaving(self) -> int:
        return 0  # a reply is there when it is given

    async def carry(self, frame: bytes) -> bytes:
        """Have a frame answered; the answer is worked out even when the asker stops waiting, as over a network."""
        exchange = Exchange()
        self._waiting.add(exchange)
        self._answering.answer(frame, exchange.end)
        try:
            await exchange.ended.wait()
        finally:
            self._waiting.discard(exchange)
        if exchange.reply is None:
            raise ConnectionLost(f"the server at {self._addresses[0]} went away")
        return exchange.reply

    def close(self) -> None:
        """Break every exchange under way."""
        for exchange in list(self._waiting):
            exchange.ended.set()


class Exchange:
    """One request under way; it ends with a reply, or without one when the server goes away."""

    def __init__(self) -> None:
        self.ended = anyio.Event()
        self.reply: bytes | None = None

    def end(self, reply: bytes) -> None:
        """Take the reply, unless the server has gone."""
        if not self.ended.is_set():
            self.reply = reply
            self.ended.set()


class InMemoryPublisher(Publisher):
    """The speaking end."""

    def __init__(self, network: InMemoryTransport, address: str) -> None:
        self._network = network
        self._address = address
        self._traffic = Traffic()

    @override
    async def publish(self, message: Message) -> None:
        frame = self._network.codec.encode(message)
        self._traffic.send(frame)
        self._network.broadcast(self._address, frame)
        await anyio.lowlevel.checkpoint()

    @property
    @override
    def traffic(self) -> Traffic:
        return self._traffic

    @property
    @override
    def connections(self) -> int:
        return self._network.subscribers(self._address)


class InMemorySubscriber(Subscriber):
    """The listening end; it keeps 16 unread messages and misses what comes beyond, as PUB/SUB does."""

    def __init__(self, codec: FrameCodec) -> None:
        self._codec = codec
        self._send, self._receive = anyio.create_memory_object_stream[bytes](16)

    def take(self, frame: bytes) -> None:
        """Take a frame, or miss it."""
        try:
            self._send.send_nowait(frame)
        except anyio.WouldBlock:
            log.debug("broadcast_missed")

    @override
    async def receive(self) -> Message:
        while True:
            try:
                return self._codec.decode(await self._receive.receive())
            except (BadFrame, ProtocolMismatch):
                continue  # not for us
            except (anyio.ClosedResourceError, anyio.EndOfStream) as error:
                raise ConnectionLost("the subscription was closed") from error

    def close(self) -> None:
        """Take no more."""
        self._send.close()
        self._receive.close()


def _checked(address: str) -> str:
    if "://" not in address:
        raise AddressUnusable(f"cannot use {address!r}: expected tcp://HOST:PORT or ipc://PATH")
    return address
