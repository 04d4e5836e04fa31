"""What all messages have in common, and their limits."""

from dataclasses import dataclass

from fastworker.domain.errors import FastWorkerError, error_from_code
from fastworker.domain.text import bounded, text_of

PROTOCOL = 3
"""The version of all messages. Peers of another version are refused by name."""

BATCH_ENTRIES = 512
BATCH_BYTES = 1 << 20
"""A batch closes at so many entries or payload bytes; one entry alone may be larger."""

FRAME_BYTES = 16 << 20
PAYLOAD_BYTES = 8 << 20
"""The largest frame that a socket takes, and the largest arguments or result of one task."""

MESSAGE_CHARACTERS = 4_096
"""Longer texts of errors lose their middle."""


@dataclass(frozen=True, slots=True)
class Message:
    """Root of all messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Message):
    """The answer to any request that could not be carried out: an error by its code."""

    code: str
    message: str

    @classmethod
    def because(cls, error: FastWorkerError) -> "Refused":
        """Return the refusal that tells the peer of `error`."""
        return cls(code=error.code, message=bounded(text_of(error), MESSAGE_CHARACTERS))

    def error(self) -> FastWorkerError:
        """Return the error that the peer met."""
        return error_from_code(self.code, self.message)
