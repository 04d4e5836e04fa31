"""Broadcasts over NNG: PUB/SUB, which may lose messages."""

from typing import override

import pynng

from fastworker.application.messages import Message
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Publisher, Subscriber, Traffic
from fastworker.domain.errors import BadFrame, ConnectionLost, ProtocolMismatch

from .connections import Connections
from .operation import Receiver


class NngPublisher(Publisher):
    """The speaking end."""

    def __init__(self, socket: pynng.Pub0, codec: FrameCodec, connections: Connections) -> None:
        self._socket = socket
        self._codec = codec
        self._connections = connections
        self._traffic = Traffic()

    @override
    async def publish(self, message: Message) -> None:
        frame = self._codec.encode(message)
        self._traffic.send(frame)
        self._socket.send(frame)  # PUB never blocks: it drops for slow readers

    @property
    @override
    def traffic(self) -> Traffic:
        return self._traffic

    @property
    @override
    def connections(self) -> int:
        return len(self._connections)


class NngSubscriber(Subscriber):
    """The listening end."""

    def __init__(self, socket: pynng.Sub0, codec: FrameCodec) -> None:
        self._receiver = Receiver(socket)
        self._codec = codec

    @override
    async def receive(self) -> Message:
        while True:
            try:
                return self._codec.decode(await self._receiver.receive(milliseconds=-1))
            except (BadFrame, ProtocolMismatch):
                continue  # not for us
            except pynng.NNGException as error:
                raise ConnectionLost(f"the subscription ended: {error}") from error

    def close(self) -> None:
        """Give NNG its operation back."""
        self._receiver.close()
