"""Broadcasts: hints that nobody waits for."""

import anyio
import pytest

from fastworker.application.messages import Beacon, Message
from fastworker.application.ports.transport import Publisher, Subscriber, Transport
from fastworker.domain.errors import AddressUnusable

from .bad_frames import BAD_FRAMES, FRAMES_OF_OTHER_PROTOCOLS
from .desk import PATIENCE_SECONDS
from .network import NetworkContract


def beacon(number: int) -> Message:
    """Return a broadcast that can be told from others."""
    return Beacon(epoch=str(number), client_address="tcp://127.0.0.1:1", worker_address="tcp://127.0.0.1:2")


async def publish_until_heard(publisher: Publisher, subscriber: Subscriber, message: Message) -> Message:
    """Say the same again and again, as broadcasts may be missed, until something is heard."""
    heard: list[Message] = []
    with anyio.fail_after(PATIENCE_SECONDS):
        async with anyio.create_task_group() as group:

            async def listen() -> None:
                heard.append(await subscriber.receive())
                group.cancel_scope.cancel()

            group.start_soon(listen)
            while True:
                await publisher.publish(message)
                await anyio.sleep(0.01)
    return heard[0]


class BroadcastContract(NetworkContract):
    """The speaking and the listening end."""

    async def test_publishing_without_subscribers_does_not_wait(self, transport: Transport, address: str) -> None:
        async with transport.publish(address) as publisher:
            with anyio.fail_after(PATIENCE_SECONDS):
                for number in range(1000):
                    await publisher.publish(beacon(number))

    async def test_publishing_does_not_wait_for_a_subscriber_that_does_not_listen(
        self, transport: Transport, address: str
    ) -> None:
        async with transport.publish(address) as publisher, transport.subscribe(address) as subscriber:
            await publish_until_heard(publisher, subscriber, beacon(1))
            with anyio.fail_after(PATIENCE_SECONDS):
                for number in range(5000):
                    await publisher.publish(beacon(number))

    async def test_a_subscriber_hears_what_is_published_later(self, transport: Transport, address: str) -> None:
        async with transport.publish(address) as publisher:
            await publisher.publish(beacon(1))
            async with transport.subscribe(address) as subscriber:
                assert await publish_until_heard(publisher, subscriber, beacon(2)) == beacon(2)

    async def test_a_subscriber_may_come_before_the_publisher(self, transport: Transport, address: str) -> None:
        async with transport.subscribe(address) as subscriber, transport.publish(address) as publisher:
            assert await publish_until_heard(publisher, subscriber, beacon(1)) == beacon(1)

    async def test_every_subscriber_hears_a_message(self, transport: Transport, address: str) -> None:
        async with (
            transport.publish(address) as publisher,
            transport.subscribe(address) as one,
            transport.subscribe(address) as other,
        ):
            assert await publish_until_heard(publisher, one, beacon(1)) == beacon(1)
            assert await publish_until_heard(publisher, other, beacon(1)) == beacon(1)

    async def test_a_subscriber_skips_what_is_no_frame(self, transport: Transport, address: str) -> None:
        async with self.publish_raw(transport, address) as send, transport.subscribe(address) as subscriber:
            heard: list[Message] = []
            good = self.encoded(beacon(7))
            with anyio.fail_after(PATIENCE_SECONDS):
                async with anyio.create_task_group() as group:

                    async def listen() -> None:
                        heard.append(await subscriber.receive())
                        group.cancel_scope.cancel()

                    group.start_soon(listen)
                    while True:
                        for frame in (*BAD_FRAMES.values(), *FRAMES_OF_OTHER_PROTOCOLS.values(), good):
                            await send(frame)
                            await anyio.sleep(0.001)
        assert heard == [beacon(7)]

    async def test_cancelling_receives_does_not_lose_later_messages(self, transport: Transport, address: str) -> None:
        async with transport.publish(address) as publisher, transport.subscribe(address) as subscriber:
            await publish_until_heard(publisher, subscriber, beacon(0))
            for number in range(1, 30):
                while True:  # what was published again and not read yet
                    with anyio.move_on_after(0.02) as scope:
                        await subscriber.receive()
                    if scope.cancelled_caught:
                        break
                await publisher.publish(beacon(number))
                with anyio.fail_after(PATIENCE_SECONDS):
                    assert await subscriber.receive() == beacon(number)

    async def test_publishing_at_a_busy_address_is_address_unusable(self, transport: Transport, address: str) -> None:
        async with transport.publish(address):
            with pytest.raises(AddressUnusable, match=address):
                async with transport.publish(address):
                    pass

    @pytest.mark.parametrize("malformed", ["", "nonsense", "127.0.0.1:5555"])
    async def test_publishing_at_and_subscribing_to_a_malformed_address_is_address_unusable(
        self, transport: Transport, malformed: str
    ) -> None:
        with pytest.raises(AddressUnusable, match="tcp://HOST:PORT"):
            async with transport.publish(malformed):
                pass
        with pytest.raises(AddressUnusable, match="tcp://HOST:PORT"):
            async with transport.subscribe(malformed):
                pass

    @staticmethod
    def encoded(message: Message) -> bytes:
        from fastworker.adapters.json_codec import JsonFrameCodec

        return JsonFrameCodec().encode(message)
