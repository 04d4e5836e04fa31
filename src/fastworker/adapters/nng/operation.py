"""One asynchronous NNG operation at a time on one context, awaited by asyncio or trio.

pynng's own `arecv` and `asend` allocate an operation and a future for every call. Keeping one operation per context,
and not waiting for the end of a send that NNG finishes by itself, halves the round trip (0.21 to 0.10 ms on an idle
machine, beside pynng's own calls), and lets us free the message of a send that did not happen,
which pynng leaks.

It leans on names of pynng that are not public; the contract tests would notice a change.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import pynng
from anyio.abc import TaskGroup
from pynng._nng import ffi, lib
from pynng.exceptions import check_err

from .bell import RINGING, new_bell

LOOK_SECONDS = 0.005
RING_SECONDS = 1.0
"""NNG rings within microseconds of a cancel; waiting longer than this means that it is broken."""


class Sender:
    """Sends messages on one context; NNG ends each send by itself, in its own threads.

    A send has no time limit of its own: it ends when the peer takes it, with the next send, or with the context.
    """

    def __init__(self, context: pynng.Context) -> None:
        self._context = context
        self._aio = _allocate(ffi.NULL, ffi.NULL)

    def start(self, frame: bytes) -> None:
        """Hand a frame to NNG. A send of before that is still waiting is dropped: its peer did not read."""
        self.drop()
        lib.nng_aio_set_msg(self._aio, _message(frame))
        lib.nng_ctx_send(self._context.context, self._aio)

    @property
    def is_settled(self) -> bool:
        """True when the last send has ended, as nearly every one has when its `start` returns."""
        return not lib.nng_aio_busy(self._aio)

    async def settled(self, *, seconds: float) -> None:
        """Return when the send has ended, at the latest after some seconds.

        Nearly every send has ended when this is called. One that queues behind a large message on the same connection
        has not; NNG tells its end to a callback only, and a callback for every send would cost each of them more
        than looking again does here.
        """
        for _ in range(round(seconds / LOOK_SECONDS)):
            if self.is_settled:
                return
            await anyio.sleep(LOOK_SECONDS)

    def drop(self) -> None:
        """End a send that still waits, and free what was not sent."""
        lib.nng_aio_cancel(self._aio)
        lib.nng_aio_wait(self._aio)  # returns at once: the operation has ended or was just cancelled
        if lib.nng_aio_result(self._aio) != 0:
            unsent = lib.nng_aio_get_msg(self._aio)
            if unsent != ffi.NULL:
                lib.nng_msg_free(unsent)
                lib.nng_aio_set_msg(self._aio, ffi.NULL)

    def close(self) -> None:
        """Give the operation back to NNG; nobody may use the sender any more."""
        self.drop()
        lib.nng_aio_free(self._aio)


class Receiver:
    """Receives messages from one context or socket, one at a time."""

    def __init__(self, source: pynng.Context | pynng.Socket) -> None:
        self._source = source
        self._bell = new_bell()
        self._is_busy = False  # somebody awaits `receive`
        self._is_listening = False
        self._is_closed = False
        self._aio = _allocate(RINGING, self._bell.stream)

    async def receive(self, *, milliseconds: int) -> bytes:
        """Return the next message.

        Raises:
            pynng.Timeout: none came in time; -1 waits without limit.
            pynng.Closed: the receiver, its context or its socket was closed.
            pynng.NNGException: as NNG says.
        """
        if self._is_closed:
            raise pynng.Closed("the receiver is closed", lib.NNG_ECLOSED)
        self._is_busy = True
        try:
            self._start(milliseconds)
            try:
                await self._ended()
            except BaseException:  # cancelled
                self._abandon()
                raise
            check_err(lib.nng_aio_result(self._aio))
            return _take(self._aio)
        finally:
            self._is_busy = False
            self._free_if_closed()

    def listen(self, take: Callable[[bytes], None], group: TaskGroup) -> None:
        """Have `take` called with the next message, once; never, when the receiver or its context is closed before."""
        self._is_listening = True
        self._start(-1)
        self._bell.then(partial(self._hear, take, group), group)

    def _hear(self, take: Callable[[bytes], None], group: TaskGroup) -> None:
        if not self._has_ended() and not self._ended_after_all():
            self._bell.then(partial(self._hear, take, group), group)
            return
        if not self._is_listening:  # closed between the ring and now
            return
        self._is_listening = False
        check_err(lib.nng_aio_result(self._aio))
        take(_take(self._aio))

    def close(self) -> None:
        """Give the operation back to NNG, at once or when the receive under way has ended, which it does now."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_listening:
            self._is_listening = False
            self._abandon()
        if self._is_busy:
            lib.nng_aio_cancel(self._aio)
        self._free_if_closed()

    def _free_if_closed(self) -> None:
        if self._is_closed and not self._is_busy:
            lib.nng_aio_free(self._aio)  # waits for a ring under way
            self._bell.close()

    def _start(self, milliseconds: int) -> None:
        lib.nng_aio_set_timeout(self._aio, milliseconds)
        self._bell.arm()
        if isinstance(self._source, pynng.Context):
            lib.nng_ctx_recv(self._source.context, self._aio)
        else:
            lib.nng_recv_aio(self._source.socket, self._aio)

    async def _ended(self) -> None:
        """Wait for the end of the operation, whoever rings meanwhile."""
        await self._bell.heard()
        while not self._has_ended() and not self._ended_after_all():
            await self._bell.heard()

    def _ended_after_all(self) -> bool:
        """After a false ring: arm the bell again; True when the operation has ended meanwhile."""
        self._bell.disarm()
        self._bell.arm()
        if not self._has_ended():
            return False
        lib.nng_aio_wait(self._aio)  # its own ring has come, is under way, or comes too soon to be counted on
        self._bell.disarm()
        return True

    def _has_ended(self) -> bool:
        """True when there is a message, or a reason why none comes; both are set before NNG rings."""
        return bool(lib.nng_aio_result(self._aio) != 0 or lib.nng_aio_get_msg(self._aio) != ffi.NULL)

    def _abandon(self) -> None:
        """End the operation; a message that came at the same moment is lost, as its receiver is."""
        lib.nng_aio_cancel(self._aio)
        lib.nng_aio_wait(self._aio)
        if not self._bell.wait(RING_SECONDS):  # `nng_aio_wait` may return before a time limit has rung
            raise RuntimeError("NNG did not call back after a cancel")
        if lib.nng_aio_result(self._aio) == 0:
            _take(self._aio)


def open_context(socket: pynng.Socket) -> tuple[pynng.Context, Receiver, Sender]:
    """Return a new context with both of its operations; raises OSError when the system gives no descriptor."""
    context = socket.new_context()
    try:
        return context, Receiver(context), Sender(context)
    except OSError:
        context.close()
        raise


def _allocate(callback: Any, argument: Any) -> Any:
    pointer = ffi.new("nng_aio **")
    check_err(lib.nng_aio_alloc(pointer, callback, argument))
    return pointer[0]


def _message(frame: bytes) -> Any:
    pointer = ffi.new("nng_msg **")
    check_err(lib.nng_msg_alloc(pointer, 0))
    check_err(lib.nng_msg_append(pointer[0], frame, len(frame)))
    return pointer[0]


def _take(aio: Any) -> bytes:
    message = lib.nng_aio_get_msg(aio)
    if message == ffi.NULL:
        return b""
    size = lib.nng_msg_len(message)
    frame: bytes = ffi.buffer(lib.nng_msg_body(message), size)[:] if size else b""
    lib.nng_msg_free(message)
    lib.nng_aio_set_msg(aio, ffi.NULL)
    return frame
