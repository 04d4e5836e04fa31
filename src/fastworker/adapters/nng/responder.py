"""Replies over NNG: a growing pool of contexts, of which some always listen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import override

import anyio
import pynng
from anyio.abc import TaskGroup

from fastworker.application.answering import Answering
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Handler, Responder

from .operation import Receiver, Sender

LISTENING = 8
"""Contexts that wait for a request at any time; a held request takes one away, so the pool grows."""

REPLY_MILLISECONDS = 10_000
"""A peer that has not read its reply for so long loses it."""


class NngResponder(Responder):
    """The answering end."""

    def __init__(self, socket: pynng.Rep0, codec: FrameCodec, handler: Handler, addresses: Sequence[str]) -> None:
        self._socket = socket
        self._answering = Answering(codec, handler)
        self._addresses = addresses
        self._listening = 0
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
        async with anyio.create_task_group() as group:
            self._group = group
            self._listen()
            try:
                yield
            finally:
                group.cancel_scope.cancel()

    def _listen(self) -> None:
        """Have enough contexts waiting; contexts beyond twice as many end by themselves."""
        assert self._group is not None
        while self._listening < LISTENING:
            self._listening += 1
            self._group.start_soon(self._answer_on_one_context)

    async def _answer_on_one_context(self) -> None:
        with self._socket.new_context() as context:
            receiver, sender = Receiver(context), Sender(context)
            try:
                while self._listening <= 2 * LISTENING:
                    frame = await receiver.receive(milliseconds=-1)
                    self._listening -= 1
                    self._listen()
                    reply = await self._answering.answer(frame)
                    sender.start(reply, milliseconds=REPLY_MILLISECONDS)
                    self._listening += 1
                self._listening -= 1
            except pynng.Closed:
                self._listening -= 1
            finally:
                context.close()
                sender.close()
                receiver.close()
