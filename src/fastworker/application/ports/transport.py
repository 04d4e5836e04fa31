"""Sessions that carry messages between processes.

Rules that every adapter keeps (tests/contracts/transport.py proves each):
- Requests on one requester may overlap without limit; each gets its own reply.
- A request is sent at most once. Whether it was carried out is unknown after `ConnectionLost` or `RequestTimeout`.
- A requester may be opened before anybody listens: requests wait, and go out when a server appears.
- A `FastWorkerError` raised by the handler is raised from `request`, as the same class with the same message.
- Any other exception in a handler is logged, answered as `ControlPlaneError`, and ends nothing.
- A handler answers at once, later, or with something to await. A reply that is given when its server is gone is
  dropped.
- What is no frame is counted in `bad_frames`, answered with `BadFrame` where an answer is possible, and ends nothing.
- Publishing never waits for subscribers, and a subscriber may miss messages.
- Leaving the context of a session closes it, and ends its waits and its tasks.
- What goes over the ends that are served or published is counted by message: a batch is one.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from fastworker.application.messages import Message


class LateReply:
    """A reply that a handler gives later, by `give`: it is made then, and raises whatever a handler may raise."""

    def __init__(self, make: Callable[[], Message]) -> None:
        self.make = make
        self._is_given = False
        self._answer: Callable[[LateReply], None] | None = None

    def give(self) -> None:
        """Have the reply made and sent; to be called once."""
        assert not self._is_given, "a request has one reply"
        self._is_given = True
        if self._answer is not None:
            self._answer(self)

    def then(self, answer: "Callable[[LateReply], None]") -> None:
        """Have `answer` called when it is given: for the transport, once."""
        self._answer = answer
        if self._is_given:
            answer(self)


type Handler = Callable[[Message], Message | LateReply | Awaitable[Message]]
"""Answers a request: at once, later, or with something to await, which costs a task."""


@dataclass(slots=True)
class Traffic:
    """What went over one end since it was opened: messages, and the bytes of their frames.

    What came and was no frame has come, too. A reply is sent when it is given, however slowly its peer reads it.
    """

    received: int = 0
    received_bytes: int = 0
    sent: int = 0
    sent_bytes: int = 0

    def receive(self, frame: bytes) -> None:
        """Count a message that has come."""
        self.received += 1
        self.received_bytes += len(frame)

    def send(self, frame: bytes) -> None:
        """Count a message that goes."""
        self.sent += 1
        self.sent_bytes += len(frame)


class Requester(ABC):
    """The asking end of a request and reply session."""

    @abstractmethod
    async def request(self, message: Message, *, timeout: float) -> Message:
        """Return the reply to a message.

        Raises:
            RequestTimeout: no reply within `timeout` seconds.
            ConnectionLost: the peer went away while the reply was due.
            PayloadTooLarge: the message exceeds the frame limit; nothing was sent.
            FastWorkerError: whatever error the peer's handler raised.
        """


class Responder(ABC):
    """The answering end of a request and reply session."""

    @property
    @abstractmethod
    def addresses(self) -> Sequence[str]:
        """Where it listens; a port 0 that was asked for is shown as the port that was given."""

    @property
    @abstractmethod
    def bad_frames(self) -> int:
        """How many messages were no frames."""

    @property
    @abstractmethod
    def traffic(self) -> Traffic:
        """What went over it. Each request has one reply, so what was received and not sent is under way."""

    @property
    @abstractmethod
    def connections(self) -> int:
        """How many requesters are connected now."""

    @property
    @abstractmethod
    def leaving(self) -> int:
        """How many replies are given and have not left, for their peers do not read them."""


class Publisher(ABC):
    """The speaking end of a broadcast."""

    @abstractmethod
    async def publish(self, message: Message) -> None:
        """Send a message to whoever listens now."""

    @property
    @abstractmethod
    def traffic(self) -> Traffic:
        """What was said, once however many listen."""

    @property
    @abstractmethod
    def connections(self) -> int:
        """How many listen now."""


class Subscriber(ABC):
    """The listening end of a broadcast."""

    @abstractmethod
    async def receive(self) -> Message:
        """Wait for the next message; what is no frame is skipped.

        Raises:
            ConnectionLost: the session was left.
        """


class Transport(ABC):
    """Opens sessions. Addresses are URLs such as `tcp://127.0.0.1:5555`."""

    @abstractmethod
    def connect(self, address: str) -> AbstractAsyncContextManager[Requester]:
        """Open a requester to an address.

        Raises:
            AddressUnusable: the address is malformed or its host has no address.
        """

    @abstractmethod
    def serve(self, addresses: Sequence[str], handler: Handler) -> AbstractAsyncContextManager[Responder]:
        """Answer requests at the addresses until the context is left.

        Raises:
            AddressUnusable: an address is malformed, taken, or not of this machine.
        """

    @abstractmethod
    def publish(self, address: str) -> AbstractAsyncContextManager[Publisher]:
        """Open a publisher at an address.

        Raises:
            AddressUnusable: as for `serve`.
        """

    @abstractmethod
    def subscribe(self, address: str) -> AbstractAsyncContextManager[Subscriber]:
        """Listen to the publisher at an address, present or future."""
