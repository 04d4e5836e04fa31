"""Requests that are answered in a callback of the event loop."""

import threading

import anyio
import pytest

from fastworker.adapters.executors.background import in_own_thread
from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.nng import NngTransport
from fastworker.adapters.nng.responder import LISTENING, Place
from fastworker.application.messages import Beat, Message, Noted
from fastworker.application.ports.transport import LateReply
from tests.contracts.desk import until

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

BEAT = Beat(epoch="e", worker_id="w", incarnation="i")


async def test_a_server_in_a_thread_of_its_own_answers_more_requests_than_it_listens_for_at_once() -> None:
    transport = NngTransport(JsonFrameCodec())
    held: list[LateReply] = []
    addresses: list[str] = []
    is_up = threading.Event()

    def hold(request: Message) -> LateReply:
        held.append(LateReply(Noted))
        if len(held) == 3 * LISTENING:
            for reply in held:
                reply.give()
        return held[-1]

    async def serve() -> None:
        async with transport.serve(["tcp://127.0.0.1:0"], hold) as responder:
            addresses.extend(responder.addresses)
            is_up.set()
            await anyio.sleep_forever()

    replies: list[Message] = []
    async with in_own_thread(serve):
        await anyio.to_thread.run_sync(is_up.wait, 10)
        async with transport.connect(addresses[0]) as requester:

            async def ask() -> None:
                replies.append(await requester.request(BEAT, timeout=10))

            async with anyio.create_task_group() as group:
                for _ in range(3 * LISTENING):
                    group.start_soon(ask)
    assert replies == [Noted()] * 3 * LISTENING


async def test_an_error_inside_ends_the_server_and_does_not_make_it_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = NngTransport(JsonFrameCodec())

    def fail(*_: object, **__: object) -> None:
        raise MemoryError("no memory for a reply")

    monkeypatch.setattr(Place, "reply", fail)

    async def ask() -> None:
        async with (
            transport.serve(["tcp://127.0.0.1:0"], lambda _: Noted()) as responder,
            transport.connect(responder.addresses[0]) as requester,
        ):
            await requester.request(BEAT, timeout=10)

    with pytest.raises(ExceptionGroup) as raised:
        await ask()
    assert raised.group_contains(MemoryError, match="no memory for a reply")


async def test_an_error_of_a_late_reply_harms_nobody_who_is_answered_at_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = NngTransport(JsonFrameCodec())
    held: list[LateReply] = []
    noted: list[Message] = []

    def hold_the_first(request: Message) -> Message | LateReply:
        if not held:
            held.append(LateReply(Noted))
            return held[0]
        monkeypatch.setattr(transport._codec, "encode", broken)
        held[0].give()
        noted.append(request)
        monkeypatch.undo()
        return Noted()

    def broken(message: Message) -> bytes:
        raise OSError("standard error is closed")

    async def ask_twice() -> None:
        async with (
            transport.serve(["tcp://127.0.0.1:0"], hold_the_first) as responder,
            transport.connect(responder.addresses[0]) as requester,
            anyio.create_task_group() as group,
        ):
            group.start_soon(lambda: requester.request(BEAT, timeout=10))
            await until(lambda: bool(held))
            await requester.request(BEAT, timeout=10)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as raised:
        await ask_twice()
    assert raised.group_contains(OSError, match="standard error is closed")
    assert noted == [BEAT]
