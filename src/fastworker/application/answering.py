"""From a request's frame to its reply's frame: what every transport does between its receive and its send."""

import structlog

from fastworker.domain.errors import BadFrame, ControlPlaneError, FastWorkerError, ProtocolMismatch
from fastworker.domain.text import text_of

from .messages import Message, Refused
from .ports.codec import FrameCodec
from .ports.transport import Handler

LOGGED_BAD_FRAMES = 10
"""Only so many bad frames are logged one by one; all are counted."""

log = structlog.get_logger()


class Answering:
    """Has frames answered by a handler; whatever goes wrong is answered too."""

    def __init__(self, codec: FrameCodec, handler: Handler) -> None:
        self._codec = codec
        self._handler = handler
        self.bad_frames = 0

    async def answer(self, frame: bytes) -> bytes:
        """Return the frame of the reply."""
        try:
            return self._codec.encode(await self._handler(self._codec.decode(frame)))
        except (BadFrame, ProtocolMismatch) as error:
            self._note_bad_frame(error)
            return self._refusal(error)
        except FastWorkerError as error:
            return self._refusal(error)
        except Exception as error:
            log.exception("request_failed")
            return self._refusal(
                ControlPlaneError(f"the request failed inside: {type(error).__name__}: {text_of(error)}")
            )

    def _refusal(self, error: FastWorkerError) -> bytes:
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
