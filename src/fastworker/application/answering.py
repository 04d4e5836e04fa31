"""From a request's frame to its reply's frame: what every transport does between its receive and its send."""

from collections.abc import Awaitable, Callable
from functools import partial

from anyio.abc import TaskGroup

from fastworker.domain.errors import BadFrame, ControlPlaneError, FastWorkerError, ProtocolMismatch
from fastworker.domain.text import text_of

from .background import raise_in_task
from .log import log
from .messages import Message, Refused
from .ports.codec import FrameCodec
from .ports.transport import Handler, LateReply, Traffic

LOGGED_BAD_FRAMES = 10
"""Only so many bad frames are logged one by one; all are counted."""

type Send = Callable[[bytes], None]


class Answering:
    """Has frames answered by a handler; whatever goes wrong is answered too.

    Nothing here waits but for a handler that does: from the frame to the reply it is one call, without a task
    (a task and its events for each request took half of the control plane's time, measured with one task at a time).
    """

    def __init__(self, codec: FrameCodec, handler: Handler, group: TaskGroup) -> None:
        """`group` holds the handlers that wait."""
        self._codec = codec
        self._handler = handler
        self._group = group
        self.bad_frames = 0
        self.traffic = Traffic()

    def answer(self, frame: bytes, send: Send) -> None:
        """Call `send` with the frame of the reply, once, now or later."""
        self.traffic.receive(frame)
        try:
            answer = self._handler(self._codec.decode(frame))
        except Exception as error:
            self._send(send, self._refusal(error))
            return
        if isinstance(answer, LateReply):
            answer.then(partial(self._answer_late, send))
        elif isinstance(answer, Awaitable):
            self._group.start_soon(self._await, answer, send)
        else:
            self._send(send, self._encoded(lambda: answer))

    def _answer_late(self, send: Send, late: LateReply) -> None:
        """Send a reply that is given while another request is answered, which what goes wrong here must not harm."""
        try:
            self._send(send, self._encoded(late.make))
        except Exception as error:
            self._group.start_soon(raise_in_task, error)

    async def _await(self, answer: Awaitable[Message], send: Send) -> None:
        try:
            reply = await answer
        except Exception as error:
            self._send(send, self._refusal(error))
        else:
            self._send(send, self._encoded(lambda: reply))

    def _send(self, send: Send, frame: bytes) -> None:
        self.traffic.send(frame)
        send(frame)

    def _encoded(self, make: Callable[[], Message]) -> bytes:
        try:
            return self._codec.encode(make())
        except Exception as error:
            return self._refusal(error)

    def _refusal(self, error: Exception) -> bytes:
        if isinstance(error, (BadFrame, ProtocolMismatch)):
            self._note_bad_frame(error)
        elif not isinstance(error, FastWorkerError):
            log.error("request_failed", exc_info=error)
            error = ControlPlaneError(f"the request failed inside: {type(error).__name__}: {text_of(error)}")
        return self._codec.encode(Refused.because(error))

    def _note_bad_frame(self, error: FastWorkerError) -> None:
        self.bad_frames += 1
        if self.bad_frames <= LOGGED_BAD_FRAMES:
            log.warning("bad_frame", error=str(error), count=self.bad_frames)


def read_reply(codec: FrameCodec, frame: bytes) -> Message:
    """Return the message in a reply; raises the error that the peer answered with."""
    reply = codec.decode(frame)
    if isinstance(reply, Refused):
        raise reply.error()
    return reply
