"""One process's link to the network: notes what it sends, loses replies when told to, and can stand still."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import override

import anyio

from fastworker.application.messages import Message
from fastworker.application.ports.transport import Handler, Publisher, Requester, Responder, Subscriber, Transport
from fastworker.domain.errors import ConnectionLost


class Wire(Transport):
    """The transport of one role; everything but requests is the network's own."""

    def __init__(self, network: Transport) -> None:
        self.network = network
        self.sent: list[Message] = []
        self.when_sent: Callable[[Message], None] = lambda _: None
        self._to_lose: Counter[type[Message]] = Counter()
        self._moving = anyio.Event()
        self._moving.set()

    def lose(self, reply: type[Message], *, times: int = 1) -> None:
        """Let the next replies of a kind be carried out and then get lost."""
        self._to_lose[reply] = times

    def has_lost_all(self) -> bool:
        """True when every loss that was asked for has happened."""
        return not +self._to_lose

    def count(self, kind: type[Message]) -> int:
        """Return how many requests of a kind were sent."""
        return sum(isinstance(message, kind) for message in self.sent)

    def freeze(self) -> None:
        """Send nothing and take no reply from now on, as a process that was stopped."""
        self._moving = anyio.Event()

    def thaw(self) -> None:
        """Go on where everything stood still."""
        self._moving.set()

    async def moving(self) -> None:
        """Wait while everything stands still."""
        await self._moving.wait()

    def loses(self, reply: Message) -> bool:
        """Count a reply, and tell whether it gets lost."""
        if self._to_lose[type(reply)] <= 0:
            return False
        self._to_lose[type(reply)] -= 1
        return True

    @override
    @asynccontextmanager
    async def connect(self, address: str) -> AsyncIterator[Requester]:
        async with self.network.connect(address) as requester:
            yield WireRequester(self, requester)

    @override
    def serve(self, addresses: Sequence[str], handler: Handler) -> AbstractAsyncContextManager[Responder]:
        return self.network.serve(addresses, handler)

    @override
    def publish(self, address: str) -> AbstractAsyncContextManager[Publisher]:
        return self.network.publish(address)

    @override
    def subscribe(self, address: str) -> AbstractAsyncContextManager[Subscriber]:
        return self.network.subscribe(address)


class WireRequester(Requester):
    """The asking end, as the wire lets it."""

    def __init__(self, wire: Wire, requester: Requester) -> None:
        self._wire = wire
        self._requester = requester

    @override
    async def request(self, message: Message, *, timeout: float) -> Message:
        await self._wire.moving()
        self._wire.sent.append(message)
        self._wire.when_sent(message)
        try:
            reply = await self._requester.request(message, timeout=timeout)
        finally:
            await self._wire.moving()
        if self._wire.loses(reply):
            raise ConnectionLost(f"a {type(reply).__name__} got lost")
        return reply
