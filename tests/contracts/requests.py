"""Requests: each its own reply, sent at most once, and a typed error for whatever goes wrong."""

from functools import cache

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import FRAME_BYTES
from fastworker.application.ports.transport import Transport
from fastworker.domain.errors import AddressUnusable, ConnectionLost, PayloadTooLarge, RequestTimeout

from .desk import Asked, Desk, answer, question, with_payload
from .network import NetworkContract


@cache
def largest_payload() -> int:
    """Return how many bytes a message takes along at most."""
    codec = JsonFrameCodec()
    fits, too_many = FRAME_BYTES // 2, FRAME_BYTES
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        try:
            codec.encode(with_payload(bytes(middle)))
            fits = middle
        except PayloadTooLarge:
            too_many = middle
    return fits


class RequestContract(NetworkContract):
    """The asking end."""

    async def test_overlapping_requests_each_get_their_own_reply(self, transport: Transport, address: str) -> None:
        desk = Desk(is_open=False)
        async with (
            transport.serve([address], desk.handle),
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            asked = [Asked(group, requester, question(number)) for number in range(100)]
            await desk.has(100)
            desk.open()
            for each in asked:
                await each.over()
        assert [each.reply for each in asked] == [answer(number) for number in range(100)]

    async def test_large_replies_that_are_given_all_at_once_all_arrive(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk(is_open=False)
        messages = [with_payload(bytes([number]) * 100_000) for number in range(60)]
        async with (
            transport.serve([address], desk.handle),
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            asked = [Asked(group, requester, message, timeout=3) for message in messages]
            await desk.has(60)
            desk.open()
            for each in asked:
                await each.over()
        missing = [index for index, each in enumerate(asked) if each.reply != messages[index]]
        assert missing == []

    async def test_many_held_requests_do_not_starve_others(self, transport: Transport, address: str) -> None:
        holding, prompt = Desk(is_open=False), Desk()

        async def handle(request):
            return await (holding if int(request.session_id) < 200 else prompt).handle(request)

        async with (
            transport.serve([address], handle),
            transport.connect(address) as many,
            transport.connect(address) as other,
            anyio.create_task_group() as group,
        ):
            held = [Asked(group, many, question(number)) for number in range(200)]
            await holding.has(200)
            same = await many.request(question(200), timeout=5)
            replies = [await other.request(question(number), timeout=5) for number in range(201, 240)]
            assert not any(each.reply for each in held)
            holding.open()
            for each in held:
                await each.over()
        assert [same, *replies] == [answer(number) for number in range(200, 240)]
        assert [each.reply for each in held] == [answer(number) for number in range(200)]

    async def test_a_request_without_a_reply_in_time_ends_in_request_timeout_and_was_sent_once(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk(is_open=False)
        async with (
            transport.serve([address], desk.handle),
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            late = Asked(group, requester, question(1), timeout=0.2)
            await desk.has(1)
            await self.let_pass(transport, 0.2)
            await late.over()
            desk.open()
            reply = await requester.request(question(2), timeout=5)
        assert isinstance(late.error, RequestTimeout)
        assert address in str(late.error)
        assert "0.2 s" in str(late.error)
        assert reply == answer(2)
        assert desk.requests == [question(1), question(2)]

    async def test_a_request_to_nobody_ends_in_request_timeout_and_is_never_sent(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk()
        async with transport.connect(address) as requester:
            async with anyio.create_task_group() as group:
                late = Asked(group, requester, question(1), timeout=0.1)
                await anyio.wait_all_tasks_blocked()
                await self.let_pass(transport, 0.1)
                await late.over()
            async with transport.serve([address], desk.handle):
                await requester.request(question(2), timeout=5)
        assert isinstance(late.error, RequestTimeout)
        assert desk.requests == [question(2)]

    async def test_a_requester_opened_before_anybody_listens_works_when_a_server_appears(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk()
        async with transport.connect(address) as requester, anyio.create_task_group() as group:
            early = [Asked(group, requester, question(number)) for number in range(3)]
            await anyio.wait_all_tasks_blocked()
            async with transport.serve([address], desk.handle):
                for each in early:
                    await each.over()
        assert [each.reply for each in early] == [answer(number) for number in range(3)]
        assert len(desk.requests) == 3

    async def test_a_request_whose_server_goes_away_is_lost_and_not_sent_to_its_successor(
        self, transport: Transport, address: str
    ) -> None:
        first, second = Desk(is_open=False), Desk()
        async with transport.connect(address) as requester:
            async with anyio.create_task_group() as group:
                async with transport.serve([address], first.handle):
                    lost = Asked(group, requester, question(1))
                    await first.has(1)
                await lost.over()
            async with transport.serve([address], second.handle):
                reply = await requester.request(question(2), timeout=5)
        assert isinstance(lost.error, ConnectionLost)
        assert reply == answer(2)
        assert second.requests == [question(2)]

    async def test_a_cancelled_request_leaves_the_requester_usable(self, transport: Transport, address: str) -> None:
        desk = Desk(is_open=False)
        async with (
            transport.serve([address], desk.handle),
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            given_up = [Asked(group, requester, question(number)) for number in range(20)]
            await desk.has(20)
            for each in given_up:
                each.scope.cancel()
                await each.over()
            desk.open()  # the late replies must not reach the next questions
            replies = [await requester.request(question(number), timeout=5) for number in range(100, 140)]
        assert [(each.reply, each.error) for each in given_up] == [(None, None)] * 20
        assert replies == [answer(number) for number in range(100, 140)]

    async def test_a_message_above_the_frame_limit_is_payload_too_large_and_nothing_is_sent(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk()
        async with transport.serve([address], desk.handle), transport.connect(address) as requester:
            with pytest.raises(PayloadTooLarge, match=str(FRAME_BYTES)):
                await requester.request(with_payload(bytes(FRAME_BYTES)), timeout=5)
            await requester.request(question(1), timeout=5)
        assert desk.requests == [question(1)]

    async def test_the_largest_frame_that_can_be_encoded_is_carried_both_ways(
        self, transport: Transport, address: str
    ) -> None:
        largest_message = with_payload(bytes(largest_payload()))
        desk = Desk()
        async with transport.serve([address], desk.handle), transport.connect(address) as requester:
            reply = await requester.request(largest_message, timeout=5)
        assert reply == largest_message

    @pytest.mark.parametrize("malformed", ["", "nonsense", "127.0.0.1:5555"])
    async def test_connecting_to_a_malformed_address_is_address_unusable(
        self, transport: Transport, malformed: str
    ) -> None:
        with pytest.raises(AddressUnusable, match="tcp://HOST:PORT"):
            async with transport.connect(malformed):
                pass
