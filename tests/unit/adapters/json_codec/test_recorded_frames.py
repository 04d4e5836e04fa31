"""Frames as they were when protocol 3 was fixed, byte for byte, in recorded_frames/.

A change that fails here breaks running systems while they are updated: give PROTOCOL a new number, or keep the bytes.
A new kind is recorded once, as `JsonFrameCodec().encode(message).hex()`, 64 digits to a line.
"""

from pathlib import Path

import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import MESSAGES, Message

from .examples import EXAMPLES

RECORDED = Path(__file__).with_name("recorded_frames")
KINDS = list(enumerate(EXAMPLES))


def recorded(kind: int, message: Message) -> bytes:
    return bytes.fromhex((RECORDED / f"{kind:02}-{type(message).__name__}.hex").read_text())


def test_every_kind_is_recorded_and_nothing_else() -> None:
    names = [f"{kind:02}-{message.__name__}.hex" for kind, message in enumerate(MESSAGES)]
    assert sorted(path.name for path in RECORDED.iterdir()) == names


@pytest.mark.parametrize(("kind", "message"), KINDS, ids=lambda value: type(value).__name__)
def test_a_recorded_frame_is_still_read_as_its_message(kind: int, message: Message) -> None:
    assert JsonFrameCodec().decode(recorded(kind, message)) == message


@pytest.mark.parametrize(("kind", "message"), KINDS, ids=lambda value: type(value).__name__)
def test_a_message_is_still_written_as_its_recorded_frame(kind: int, message: Message) -> None:
    assert JsonFrameCodec().encode(message) == recorded(kind, message)
