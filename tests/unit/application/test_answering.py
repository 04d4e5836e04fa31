"""From a request's frame to its reply's frame."""

import pytest
import structlog

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.answering import LOGGED_BAD_FRAMES, Answering, read_reply
from fastworker.application.messages import Goodbye, Hello, Message, Noted
from fastworker.domain.errors import BadFrame, ControlPlaneError, PayloadTooLarge, ProtocolMismatch, QueueFull

pytestmark = pytest.mark.anyio

CODEC = JsonFrameCodec()


async def note(request: Message) -> Message:
    """Answer every request alike."""
    return Noted()


async def test_a_request_is_answered_by_the_handler() -> None:
    seen: list[Message] = []

    async def handler(request: Message) -> Message:
        seen.append(request)
        return Noted()

    frame = await Answering(CODEC, handler).answer(CODEC.encode(Hello(session_id="s1")))
    assert seen == [Hello(session_id="s1")]
    assert read_reply(CODEC, frame) == Noted()


async def test_an_error_of_the_handler_is_raised_where_the_reply_is_read() -> None:
    async def refuse(request: Message) -> Message:
        raise QueueFull("the queue is full")

    frame = await Answering(CODEC, refuse).answer(CODEC.encode(Goodbye(session_id="s1")))
    with pytest.raises(QueueFull, match=r"^the queue is full$"):
        read_reply(CODEC, frame)


async def test_any_other_exception_of_the_handler_is_logged_and_answered() -> None:
    async def fail(request: Message) -> Message:
        raise KeyError("a bug")

    with structlog.testing.capture_logs() as logs:
        frame = await Answering(CODEC, fail).answer(CODEC.encode(Noted()))
    assert [entry["event"] for entry in logs] == ["request_failed"]
    with pytest.raises(ControlPlaneError, match="the request failed inside: KeyError: 'a bug'"):
        read_reply(CODEC, frame)


@pytest.mark.parametrize("frame", [b"", b"junk", b"FW", bytes(100)])
async def test_what_is_no_frame_is_counted_and_answered(frame: bytes) -> None:
    answering = Answering(CODEC, note)
    reply = await answering.answer(frame)
    assert answering.bad_frames == 1
    with pytest.raises(BadFrame):
        read_reply(CODEC, reply)


async def test_a_frame_of_another_version_is_refused_by_name() -> None:
    frame = bytearray(CODEC.encode(Noted()))
    frame[2] = 99
    answering = Answering(CODEC, note)
    with pytest.raises(ProtocolMismatch, match="the peer speaks protocol 99"):
        read_reply(CODEC, await answering.answer(bytes(frame)))
    assert answering.bad_frames == 1


async def test_only_the_first_bad_frames_are_logged_and_all_are_counted() -> None:
    answering = Answering(CODEC, note)
    with structlog.testing.capture_logs() as logs:
        for _ in range(LOGGED_BAD_FRAMES + 5):
            await answering.answer(b"junk")
    assert len(logs) == LOGGED_BAD_FRAMES
    assert answering.bad_frames == LOGGED_BAD_FRAMES + 5


async def test_a_reply_that_is_too_large_is_answered_with_an_error() -> None:
    async def boast(request: Message) -> Message:
        return Hello(version="x" * (16 << 20))

    frame = await Answering(CODEC, boast).answer(CODEC.encode(Noted()))
    with pytest.raises(PayloadTooLarge):
        read_reply(CODEC, frame)
