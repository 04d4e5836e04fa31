"""From a request's frame to its reply's frame, whichever way the handler answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
import structlog

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.answering import LOGGED_BAD_FRAMES, Answering, read_reply
from fastworker.application.background import background_tasks
from fastworker.application.messages import Goodbye, Hello, Message, Noted
from fastworker.application.ports.transport import Handler, LateReply
from fastworker.domain.errors import BadFrame, ControlPlaneError, PayloadTooLarge, ProtocolMismatch, QueueFull

pytestmark = pytest.mark.anyio

CODEC = JsonFrameCodec()

type Way = Callable[[Callable[[Message], Message]], Handler]


def at_once(answer: Callable[[Message], Message]) -> Handler:
    return answer


def late(answer: Callable[[Message], Message]) -> Handler:
    def handler(request: Message) -> LateReply:
        reply = LateReply(lambda: answer(request))
        reply.give()
        return reply

    return handler


def awaited(answer: Callable[[Message], Message]) -> Handler:
    async def handler(request: Message) -> Message:
        await anyio.lowlevel.checkpoint()
        return answer(request)

    return handler


every_way = pytest.mark.parametrize("way", [at_once, late, awaited])


def note(request: Message) -> Message:
    """Answer every request alike."""
    return Noted()


class Answers:
    """An `Answering`, and what it has sent."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.sent: list[bytes] = []

    async def to(self, frame: bytes) -> Message:
        self.answering.answer(frame, self.sent.append)
        await anyio.wait_all_tasks_blocked()
        return read_reply(CODEC, self.sent[-1])


@asynccontextmanager
async def answers(handler: Handler) -> AsyncIterator[Answers]:
    async with background_tasks() as group:
        yield Answers(Answering(CODEC, handler, group))


@every_way
async def test_a_request_is_answered_by_the_handler(way: Way) -> None:
    seen: list[Message] = []

    def answer(request: Message) -> Message:
        seen.append(request)
        return Noted()

    async with answers(way(answer)) as given:
        assert await given.to(CODEC.encode(Hello(session_id="s1"))) == Noted()
    assert seen == [Hello(session_id="s1")]
    assert len(given.sent) == 1


@every_way
async def test_an_error_of_the_handler_is_raised_where_the_reply_is_read(way: Way) -> None:
    def refuse(request: Message) -> Message:
        raise QueueFull("the queue is full")

    async with answers(way(refuse)) as given:
        with pytest.raises(QueueFull, match=r"^the queue is full$"):
            await given.to(CODEC.encode(Goodbye(session_id="s1")))


@every_way
async def test_any_other_exception_of_the_handler_is_logged_and_answered(way: Way) -> None:
    def fail(request: Message) -> Message:
        raise KeyError("a bug")

    async with answers(way(fail)) as given:
        with (
            structlog.testing.capture_logs() as logs,
            pytest.raises(ControlPlaneError, match="the request failed inside: KeyError: 'a bug'"),
        ):
            await given.to(CODEC.encode(Noted()))
    assert [entry["event"] for entry in logs] == ["request_failed"]


@every_way
async def test_a_reply_that_is_too_large_is_answered_with_an_error(way: Way) -> None:
    def boast(request: Message) -> Message:
        return Hello(version="x" * (16 << 20))

    async with answers(way(boast)) as given:
        with pytest.raises(PayloadTooLarge):
            await given.to(CODEC.encode(Noted()))


async def test_a_late_reply_is_made_and_sent_when_it_is_given() -> None:
    made: list[str] = []

    def make() -> Message:
        made.append("reply")
        return Noted()

    reply = LateReply(make)
    async with answers(lambda _: reply) as given:
        given.answering.answer(CODEC.encode(Hello()), given.sent.append)
        assert (made, given.sent) == ([], [])
        reply.give()
        assert (made, given.sent) == (["reply"], [CODEC.encode(Noted())])


async def test_an_error_of_sending_a_late_reply_ends_the_server_and_not_the_request_at_which_it_is_given() -> None:
    reply = LateReply(Noted)
    is_given: list[bool] = []

    def fail(frame: bytes) -> None:
        raise MemoryError("no memory for a reply")

    async def give_late() -> None:
        async with answers(lambda _: reply) as given:
            given.answering.answer(CODEC.encode(Hello()), fail)
            reply.give()
            is_given.append(True)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as raised:
        await give_late()
    assert raised.group_contains(MemoryError, match="no memory")
    assert is_given == [True]


@pytest.mark.parametrize("frame", [b"", b"junk", b"FW", bytes(100)])
async def test_what_is_no_frame_is_counted_and_answered(frame: bytes) -> None:
    async with answers(note) as given:
        with pytest.raises(BadFrame):
            await given.to(frame)
    assert given.answering.bad_frames == 1


async def test_a_frame_of_another_version_is_refused_by_name() -> None:
    frame = bytearray(CODEC.encode(Noted()))
    frame[2] = 99
    async with answers(note) as given:
        with pytest.raises(ProtocolMismatch, match="the peer speaks protocol 99"):
            await given.to(bytes(frame))
    assert given.answering.bad_frames == 1


async def test_only_the_first_bad_frames_are_logged_and_all_are_counted() -> None:
    async with answers(note) as given:
        with structlog.testing.capture_logs() as logs:
            for _ in range(LOGGED_BAD_FRAMES + 5):
                given.answering.answer(b"junk", given.sent.append)
    assert len(logs) == LOGGED_BAD_FRAMES
    assert given.answering.bad_frames == LOGGED_BAD_FRAMES + 5
