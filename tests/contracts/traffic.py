"""What goes over the ends that are served or published is counted."""

import anyio

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import Message
from fastworker.application.ports.transport import Traffic, Transport

from .bad_frames import BAD_FRAMES
from .broadcasts import beacon, publish_until_heard
from .desk import Asked, Desk, answer, question, until
from .network import NetworkContract


def bytes_of(*messages: Message) -> int:
    """Return how long the frames of messages are."""
    return sum(len(JsonFrameCodec().encode(message)) for message in messages)


class TrafficContract(NetworkContract):
    """Messages and bytes, connections, and what waits."""

    async def test_requests_and_replies_are_counted_by_message_and_byte(
        self, transport: Transport, address: str
    ) -> None:
        async with transport.serve([address], Desk().handle) as responder:
            assert responder.traffic == Traffic()
            async with transport.connect(address) as requester:
                for number in (7, 4_242):
                    await requester.request(question(number), timeout=5)
            assert responder.traffic == Traffic(
                2, bytes_of(question(7), question(4_242)), 2, bytes_of(answer(7), answer(4_242))
            )

    async def test_a_request_is_under_way_until_its_reply_is_given(self, transport: Transport, address: str) -> None:
        desk = Desk(is_open=False)
        async with (
            transport.serve([address], desk.handle) as responder,
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            asked = [Asked(group, requester, question(number)) for number in range(3)]
            await desk.has(3)
            assert (responder.traffic.received, responder.traffic.sent) == (3, 0)
            desk.open()
            for one in asked:
                await one.over()
            assert (responder.traffic.received, responder.traffic.sent) == (3, 3)
            await until(lambda: responder.leaving == 0)

    async def test_what_is_no_frame_is_counted_and_so_is_its_answer(self, transport: Transport, address: str) -> None:
        frame = BAD_FRAMES["random bytes"]
        async with transport.serve([address], Desk().handle) as responder:
            reply = await self.ask_raw(transport, address, frame)
            assert responder.traffic == Traffic(1, len(frame), 1, len(reply))

    async def test_a_responder_knows_how_many_are_connected(self, transport: Transport, address: str) -> None:
        async with transport.serve([address], Desk().handle) as responder:
            assert responder.connections == 0
            async with transport.connect(address):
                async with transport.connect(address):
                    await until(lambda: responder.connections == 2)
                await until(lambda: responder.connections == 1)
            await until(lambda: responder.connections == 0)

    async def test_a_publisher_counts_what_it_says_and_who_listens(self, transport: Transport, address: str) -> None:
        async with transport.publish(address) as publisher:
            await publisher.publish(beacon(1))
            await publisher.publish(beacon(2))
            assert publisher.traffic == Traffic(0, 0, 2, bytes_of(beacon(1), beacon(2)))
            assert publisher.connections == 0
            async with transport.subscribe(address) as subscriber:
                await publish_until_heard(publisher, subscriber, beacon(3))
                assert publisher.connections == 1
            await until(lambda: publisher.connections == 0)
