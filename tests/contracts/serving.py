"""Serving: addresses, errors of handlers, and what they do not end."""

from collections.abc import Iterator
from functools import partial

import anyio
import pytest
import structlog

from fastworker.application.messages import FRAME_BYTES, Message
from fastworker.application.ports.transport import LateReply, Transport
from fastworker.domain.errors import (
    AddressUnusable,
    ControlPlaneError,
    FastWorkerError,
    PayloadTooLarge,
    TaskFailed,
)

from .desk import Asked, Desk, answer, question, until, with_payload
from .network import NetworkContract


def error_classes(root: type[FastWorkerError] = FastWorkerError) -> Iterator[type[FastWorkerError]]:
    """Yield every error that a message can carry; TaskFailed travels as a record in a task's state."""
    if root is not TaskFailed:
        yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


class Unspeakable(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class ServingContract(NetworkContract):
    """The answering end."""

    async def test_every_fastworker_error_of_a_handler_crosses_as_the_same_class_with_the_same_message(
        self, transport: Transport, address: str
    ) -> None:
        errors = [error(f"text of {error.__name__}: ä, 漢字") for error in error_classes()]
        seen = []

        async def handle(request: Message) -> Message:
            raise errors[int(request.session_id)]

        async with transport.serve([address], handle), transport.connect(address) as requester:
            for number in range(len(errors)):
                with pytest.raises(FastWorkerError) as raised:
                    await requester.request(question(number), timeout=5)
                seen.append(raised.value)
        assert [(type(error), str(error)) for error in seen] == [(type(error), str(error)) for error in errors]

    @pytest.mark.parametrize(
        "error",
        [
            KeyError("oops"),
            ZeroDivisionError("by nought"),
            RecursionError("too deep"),
            ValueError("a lone surrogate \ud800"),
            ControlPlaneError("a lone surrogate \ud800"),
            ValueError("much " * (FRAME_BYTES // 4)),
            ControlPlaneError("much " * (FRAME_BYTES // 4)),
            Unspeakable(),
        ],
        ids=[
            "KeyError",
            "ZeroDivisionError",
            "RecursionError",
            "surrogate-in-a-foreign-error",
            "surrogate-in-our-error",
            "foreign-error-larger-than-a-frame",
            "our-error-larger-than-a-frame",
            "error-without-text",
        ],
    )
    async def test_any_other_exception_of_a_handler_is_answered_as_control_plane_error_and_ends_nothing(
        self, transport: Transport, address: str, error: Exception
    ) -> None:
        desk = Desk()

        async def handle(request: Message) -> Message:
            if request == question(0):
                raise error
            return await desk.handle(request)

        async with transport.serve([address], handle), transport.connect(address) as requester:
            with structlog.testing.capture_logs(), pytest.raises(ControlPlaneError):
                await requester.request(question(0), timeout=2)
            replies = [await requester.request(question(number), timeout=5) for number in range(1, 30)]
        assert replies == [answer(number) for number in range(1, 30)]

    async def test_a_handler_may_answer_at_once_or_late_in_any_order(self, transport: Transport, address: str) -> None:
        late = {number: LateReply(partial(answer, number)) for number in range(20)}
        asked: list[int] = []

        def handle(request: Message) -> Message | LateReply:
            number = int(request.session_id)
            asked.append(number)
            if number < 20:
                return late[number]
            late[39 - number].give()
            return answer(number)

        async with (
            transport.serve([address], handle),
            transport.connect(address) as requester,
            anyio.create_task_group() as group,
        ):
            early = [Asked(group, requester, question(number)) for number in range(20)]
            await until(lambda: len(asked) == 20)
            replies = [await requester.request(question(number), timeout=5) for number in range(20, 40)]
            for each in early:
                await each.over()
        assert [each.reply for each in early] == [answer(number) for number in range(20)]
        assert replies == [answer(number) for number in range(20, 40)]

    async def test_an_exception_of_a_handler_is_logged_and_named_in_the_answer(
        self, transport: Transport, address: str
    ) -> None:
        async def handle(request: Message) -> Message:
            raise KeyError("oops")

        async with transport.serve([address], handle), transport.connect(address) as requester:
            with structlog.testing.capture_logs() as logs, pytest.raises(ControlPlaneError, match="KeyError: 'oops'"):
                await requester.request(question(0), timeout=5)
        assert [entry["event"] for entry in logs] == ["request_failed"]

    async def test_a_reply_above_the_frame_limit_is_answered_as_payload_too_large(
        self, transport: Transport, address: str
    ) -> None:
        async def handle(request: Message) -> Message:
            return with_payload(bytes(FRAME_BYTES))

        async with transport.serve([address], handle), transport.connect(address) as requester:
            with pytest.raises(PayloadTooLarge):
                await requester.request(question(1), timeout=5)

    async def test_one_responder_serves_several_addresses(
        self, transport: Transport, address: str, other_address: str
    ) -> None:
        desk = Desk()
        async with (
            transport.serve([address, other_address], desk.handle) as responder,
            transport.connect(address) as one,
            transport.connect(other_address) as other,
        ):
            replies = [await one.request(question(1), timeout=5), await other.request(question(2), timeout=5)]
            assert list(responder.addresses) == [address, other_address]
        assert replies == [answer(1), answer(2)]

    async def test_port_0_is_shown_as_the_port_that_was_given_and_can_be_connected_to(
        self, transport: Transport
    ) -> None:
        desk = Desk()
        async with transport.serve(["tcp://127.0.0.1:0"], desk.handle) as responder:
            (address,) = responder.addresses
            assert address.startswith("tcp://127.0.0.1:")
            assert not address.endswith(":0")
            async with transport.connect(address) as requester:
                assert await requester.request(question(1), timeout=2) == answer(1)

    async def test_serving_at_a_busy_address_is_address_unusable_and_harms_no_one(
        self, transport: Transport, address: str, other_address: str
    ) -> None:
        first, second = Desk(), Desk()
        async with transport.serve([address], first.handle), transport.connect(address) as requester:
            with pytest.raises(AddressUnusable, match=address):
                async with transport.serve([other_address, address], second.handle):
                    pass
            assert await requester.request(question(1), timeout=5) == answer(1)
            async with transport.serve([other_address], second.handle):
                pass
        assert second.requests == []

    @pytest.mark.parametrize("malformed", ["", "nonsense", "127.0.0.1:5555"])
    async def test_serving_at_a_malformed_address_is_address_unusable(
        self, transport: Transport, malformed: str
    ) -> None:
        with pytest.raises(AddressUnusable, match="tcp://HOST:PORT"):
            async with transport.serve([malformed], Desk().handle):
                pass

    @pytest.fixture
    def other_address(self) -> str:
        """Another address that nobody listens at."""
        raise NotImplementedError
