"""Replies over NNG: a growing pool of contexts, of which some always listen.

A request is answered where it is heard. On asyncio that is the event loop's own callback: no task stands between NNG
and the handler.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import override

import pynng
from anyio.abc import TaskGroup

from fastworker.application.answering import Answering
from fastworker.application.background import background_tasks
from fastworker.application.log import log
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Handler, Responder, Traffic

from .connections import Connections
from .operation import open_context

LISTENING = 8
"""Contexts that wait for a request at any time. A held request takes one away, so the pool grows to the number of
requests that were ever held at once: about one per client and worker. It does not shrink, because closing a context
drops the reply that it is sending."""


REPLY_SECONDS = 10.0
"""A peer that has not read its reply for so long may lose it."""


class Place:
    """One context: room for one request, from its arrival until its reply has left."""

    def __init__(self, socket: pynng.Rep0, group: TaskGroup) -> None:
        """Raises OSError when the system gives no descriptor."""
        self._context, self._receiver, self._sender = open_context(socket)
        self._group = group
        self._is_closed = False
        self._is_sending = False

    @property
    def is_sending(self) -> bool:
        """True while its reply has not left."""
        return self._is_sending

    def listen(self, take: Callable[[bytes], None]) -> None:
        """Have `take` called with the next request, unless the place is closed before."""
        if not self._is_closed:
            self._receiver.listen(take, self._group)

    def reply(self, frame: bytes, then: Callable[[], None]) -> None:
        """Send the reply, and call `then` when it has left: the next one would drop it."""
        if self._is_closed:
            return
        self._sender.start(frame)
        if self._sender.is_settled:
            then()
        else:
            self._is_sending = True
            self._group.start_soon(self._wait_until_sent, then)

    async def _wait_until_sent(self, then: Callable[[], None]) -> None:
        await self._sender.settled(seconds=REPLY_SECONDS)
        self._is_sending = False
        then()

    def close(self) -> None:
        """Drop what is under way; nothing is called any more."""
        self._is_closed = True
        self._context.close()
        self._receiver.close()
        self._sender.close()


class NngResponder(Responder):
    """The answering end."""

    def __init__(
        self,
        socket: pynng.Rep0,
        codec: FrameCodec,
        handler: Handler,
        addresses: Sequence[str],
        connections: Connections,
    ) -> None:
        self._socket = socket
        self._codec = codec
        self._handler = handler
        self._addresses = addresses
        self._connections = connections
        self._answering: Answering | None = None
        self._places: list[Place] = []
        self._listening = 0
        self._is_short = False

    @property
    @override
    def addresses(self) -> Sequence[str]:
        return self._addresses

    @property
    @override
    def bad_frames(self) -> int:
        return self._answering.bad_frames if self._answering else 0

    @property
    @override
    def traffic(self) -> Traffic:
        return self._answering.traffic if self._answering else Traffic()

    @property
    @override
    def connections(self) -> int:
        return len(self._connections)

    @property
    @override
    def leaving(self) -> int:
        return sum(place.is_sending for place in self._places)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests until the context is left."""
        try:
            async with background_tasks() as group:
                self._answering = Answering(self._codec, self._handler, group)
                self._open_places(group)
                yield
        finally:
            for place in self._places:
                place.close()

    def _open_places(self, group: TaskGroup) -> None:
        """Have enough of them listening."""
        while self._listening < LISTENING:
            try:
                place = Place(self._socket, group)
            except OSError as error:  # no descriptor is left; the places that are there go on
                if not self._places:
                    raise
                self._note_shortage(error)
                return
            self._is_short = False
            self._places.append(place)
            self._listen(place, group)

    def _listen(self, place: Place, group: TaskGroup) -> None:
        self._listening += 1
        place.listen(partial(self._answer, place, group))

    def _answer(self, place: Place, group: TaskGroup, frame: bytes) -> None:
        assert self._answering is not None
        self._listening -= 1
        try:
            self._answering.answer(frame, partial(place.reply, then=partial(self._listen, place, group)))
        finally:
            self._open_places(group)  # for the place of a request that is held

    def _note_shortage(self, error: OSError) -> None:
        """Log it once: it is tried again with each request."""
        if not self._is_short:
            log.warning("no_room_for_more_requests", error=str(error), effect="they wait for those under way")
        self._is_short = True
