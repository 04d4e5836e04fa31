"""Requests over NNG: a pool of contexts, one per request under way."""

from typing import override

import pynng

from fastworker.application.answering import read_reply
from fastworker.application.messages import Message
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Requester
from fastworker.domain.errors import ConnectionLost

from .errors import request_error
from .operation import open_context


class Call:
    """One context with its operations: room for one request under way."""

    def __init__(self, socket: pynng.Socket) -> None:
        self._context, self._receiver, self._sender = open_context(socket)
        self._is_busy = False
        self._is_closed = False

    async def exchange(self, frame: bytes, *, milliseconds: int) -> bytes:
        """Send a request and return its reply."""
        self._is_busy = True
        try:
            self._sender.start(frame)
            return await self._receiver.receive(milliseconds=milliseconds)
        finally:
            self._sender.drop()
            self._is_busy = False
            self._free_if_closed()

    def close(self) -> None:
        """Close the context before its socket, as pynng wants it; a request under way ends with `pynng.Closed`."""
        self._is_closed = True
        self._context.close()
        self._receiver.close()
        self._free_if_closed()

    def _free_if_closed(self) -> None:
        """Give the send operation back, once: after the request under way has left it."""
        if self._is_closed and not self._is_busy:
            self._sender.close()


class NngRequester(Requester):
    """The asking end. The pool grows to the number of requests that were ever under way at once."""

    def __init__(self, socket: pynng.Socket, codec: FrameCodec, address: str) -> None:
        self._socket = socket
        self._codec = codec
        self._address = address
        self._calls: list[Call] = []
        self._free: list[Call] = []
        self._is_closed = False

    @override
    async def request(self, message: Message, *, timeout: float) -> Message:
        frame = self._codec.encode(message)
        try:
            answer = await self._exchange(frame, milliseconds=max(1, round(timeout * 1000)))
        except pynng.NNGException as error:
            raise request_error(error, self._address, timeout) from error
        except OSError as error:  # no descriptor is left
            raise ConnectionLost(f"no request can be sent to {self._address}: {error}") from error
        return read_reply(self._codec, answer)

    def close(self) -> None:
        """Close every context; requests under way end with `ConnectionLost`."""
        self._is_closed = True
        for call in self._calls:
            call.close()
        self._free.clear()  # a later request asks the closed socket for a new context, and is told so

    async def _exchange(self, frame: bytes, *, milliseconds: int) -> bytes:
        call = self._free.pop() if self._free else self._new_call()
        try:
            return await call.exchange(frame, milliseconds=milliseconds)
        finally:
            if not self._is_closed:  # else its operations are freed
                self._free.append(call)

    def _new_call(self) -> Call:
        call = Call(self._socket)
        self._calls.append(call)
        return call
