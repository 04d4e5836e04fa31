"""The ends of sessions. Kept apart: an adapter that frees memory too early ends the whole process here."""

from functools import partial

import anyio
import pytest

from fastworker.application.messages import Message
from fastworker.application.ports.transport import LateReply, Transport
from fastworker.domain.errors import ConnectionLost

from .desk import PATIENCE_SECONDS, Asked, Desk, answer, question, until
from .network import NetworkContract


class ClosingContract(NetworkContract):
    """Leaving the context of a session closes it, and ends its waits and its tasks."""

    async def test_leaving_a_requester_ends_its_requests_with_connection_lost(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk(is_open=False)
        async with transport.serve([address], desk.handle), anyio.create_task_group() as group:
            async with transport.connect(address) as requester:
                asked = [Asked(group, requester, question(number)) for number in range(20)]
                await desk.has(20)
            for each in asked:
                await each.over()
        assert [type(each.error) for each in asked] == [ConnectionLost] * 20

    async def test_leaving_a_requester_ends_requests_that_were_never_sent(
        self, transport: Transport, address: str
    ) -> None:
        async with anyio.create_task_group() as group:
            async with transport.connect(address) as requester:
                asked = [Asked(group, requester, question(number)) for number in range(20)]
                await anyio.wait_all_tasks_blocked()
            for each in asked:
                await each.over()
        assert [type(each.error) for each in asked] == [ConnectionLost] * 20

    async def test_a_request_on_a_requester_that_was_left_is_connection_lost(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk()
        async with transport.serve([address], desk.handle):
            async with transport.connect(address) as used:
                await used.request(question(1), timeout=5)
            async with transport.connect(address) as unused:
                pass
            for requester in (used, unused):
                with pytest.raises(ConnectionLost):
                    await requester.request(question(2), timeout=5)
        assert desk.requests == [question(1)]

    async def test_a_request_on_a_requester_that_was_left_with_others_under_way_is_connection_lost(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk(is_open=False)
        async with transport.serve([address], desk.handle), anyio.create_task_group() as group:
            async with transport.connect(address) as requester:
                asked = [Asked(group, requester, question(number)) for number in range(3)]
                await desk.has(3)
            for each in asked:
                await each.over()
            for number in range(5):
                with pytest.raises(ConnectionLost):
                    await requester.request(question(number), timeout=5)
        assert len(desk.requests) == 3

    async def test_a_reply_that_is_given_after_its_server_has_gone_is_dropped(
        self, transport: Transport, address: str
    ) -> None:
        asked: list[LateReply] = []

        def handle(request: Message) -> LateReply:
            asked.append(LateReply(partial(answer, 1)))
            return asked[-1]

        async with transport.connect(address) as requester, anyio.create_task_group() as group:
            async with transport.serve([address], handle):
                lost = Asked(group, requester, question(1), timeout=1)
                await until(lambda: bool(asked))
            asked[0].give()
            await lost.over()
        assert lost.reply is None

    async def test_leaving_a_responder_cancels_its_handlers_and_frees_its_address(
        self, transport: Transport, address: str
    ) -> None:
        first, second = Desk(is_open=False), Desk()
        async with transport.connect(address) as requester, anyio.create_task_group() as group:
            async with transport.serve([address], first.handle):
                asked = [Asked(group, requester, question(number)) for number in range(30)]
                await first.has(30)
            assert first.cancelled == 30
            async with transport.serve([address], second.handle):
                for each in asked:
                    await each.over()
                assert await requester.request(question(99), timeout=5) == answer(99)
        assert [type(each.error) for each in asked] == [ConnectionLost] * 30

    async def test_leaving_a_subscriber_ends_its_wait_with_connection_lost(
        self, transport: Transport, address: str
    ) -> None:
        ends: list[Exception] = []

        async def listen(subscriber) -> None:
            try:
                await subscriber.receive()
            except Exception as error:
                ends.append(error)

        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group, transport.subscribe(address) as subscriber:
                group.start_soon(listen, subscriber)
                await anyio.wait_all_tasks_blocked()
        assert [type(error) for error in ends] == [ConnectionLost]

    async def test_a_subscriber_that_was_left_hears_nothing_but_connection_lost(
        self, transport: Transport, address: str
    ) -> None:
        async with transport.subscribe(address) as subscriber:
            pass
        with anyio.fail_after(PATIENCE_SECONDS), pytest.raises(ConnectionLost):
            await subscriber.receive()

    async def test_sessions_can_be_opened_and_left_many_times(self, transport: Transport, address: str) -> None:
        desk = Desk()
        with anyio.fail_after(2 * PATIENCE_SECONDS):
            for number in range(20):
                async with transport.serve([address], desk.handle), transport.connect(address) as requester:
                    assert await requester.request(question(number), timeout=5) == answer(number)
                async with transport.publish(address), transport.subscribe(address):
                    pass
        assert len(desk.requests) == 20
