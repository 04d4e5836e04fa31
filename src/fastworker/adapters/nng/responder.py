"""Replies over NNG: a growing pool of contexts, of which some always listen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import override

import pynng
import structlog
from anyio.abc import TaskGroup

from fastworker.application.answering import Answering
from fastworker.application.background import background_tasks
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Handler, Responder

from .operation import Receiver, Sender

log = structlog.get_logger()

LISTENING = 8
"""Contexts that wait for a request at any time. A held request takes one away, so the pool grows to the number of
requests that were ever held at once: about one per client and worker. It does not shrink, because closing a context
drops the reply that it is sending."""


REPLY_SECONDS = 10.0
"""A peer that has not read its reply for so long may lose it."""


class NngResponder(Responder):
    """The answering end."""

    def __init__(self, socket: pynng.Rep0, codec: FrameCodec, handler: Handler, addresses: Sequence[str]) -> None:
        self._socket = socket
        self._answering = Answering(codec, handler)
        self._addresses = addresses
        self._listening = 0
        self._is_short = False
        self._group: TaskGroup | None = None

    @property
    @override
    def addresses(self) -> Sequence[str]:
        return self._addresses

    @property
    @override
    def bad_frames(self) -> int:
        return self._answering.bad_frames

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests until the context is left."""
        async with background_tasks() as self._group:
            self._listen()
            yield

    def _listen(self) -> None:
        """Have enough contexts waiting."""
        assert self._group is not None
        while self._listening < LISTENING:
            self._listening += 1
            self._group.start_soon(self._answer_on_one_context)

    async def _answer_on_one_context(self) -> None:
        with self._socket.new_context() as context:
            try:
                receiver = Receiver(context)
            except OSError as error:  # no descriptor is left; the contexts that listen go on
                self._note_shortage(error)
                self._listening -= 1
                return
            self._is_short = False
            sender = Sender(context)
            try:
                while True:
                    frame = await receiver.receive(milliseconds=-1)
                    self._listening -= 1
                    self._listen()
                    sender.start(await self._answering.answer(frame))
                    await sender.settled(seconds=REPLY_SECONDS)  # its next reply would drop this one
                    self._listening += 1
            except pynng.Closed:
                return
            finally:
                context.close()
                sender.close()
                receiver.close()

    def _note_shortage(self, error: OSError) -> None:
        """Log it once: it is tried again with each request."""
        if not self._is_short:
            log.warning("no_room_for_more_requests", error=str(error), effect="they wait for those under way")
        self._is_short = True
