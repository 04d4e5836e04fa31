"""Bytes that are no frames: counted, answered, and without any other effect."""

import pytest
import structlog

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import Refused
from fastworker.application.ports.transport import Transport
from fastworker.domain.errors import BadFrame, ProtocolMismatch

from .bad_frames import BAD_FRAMES, FRAMES_OF_OTHER_PROTOCOLS
from .desk import Desk, answer, question
from .network import NetworkContract


class StrangersContract(NetworkContract):
    """The answering end, asked by who does not know the protocol."""

    @pytest.fixture(autouse=True)
    def _quiet(self):
        with structlog.testing.capture_logs():
            yield

    async def test_each_bad_frame_is_counted_and_answered_with_bad_frame_and_ends_nothing(
        self, transport: Transport, address: str
    ) -> None:
        desk = Desk()
        answers = {}
        async with transport.serve([address], desk.handle) as responder, transport.connect(address) as requester:
            for number, (name, frame) in enumerate(BAD_FRAMES.items(), start=1):
                reply = JsonFrameCodec().decode(await self.ask_raw(transport, address, frame))
                answers[name] = (reply.code if isinstance(reply, Refused) else reply, responder.bad_frames)
                assert await requester.request(question(number), timeout=5) == answer(number)
        assert answers == {name: (BadFrame.code, number) for number, name in enumerate(BAD_FRAMES, start=1)}
        assert len(desk.requests) == len(BAD_FRAMES)

    @pytest.mark.parametrize("name", FRAMES_OF_OTHER_PROTOCOLS)
    async def test_a_frame_of_another_protocol_is_counted_and_answered_with_both_versions(
        self, transport: Transport, address: str, name: str
    ) -> None:
        async with transport.serve([address], Desk().handle) as responder:
            frame = FRAMES_OF_OTHER_PROTOCOLS[name]
            reply = JsonFrameCodec().decode(await self.ask_raw(transport, address, frame))
            assert responder.bad_frames == 1
        assert isinstance(reply, Refused)
        assert reply.code == ProtocolMismatch.code
        assert f"protocol {frame[2]}" in reply.message
        assert "protocol 3" in reply.message

    async def test_good_frames_are_not_counted(self, transport: Transport, address: str) -> None:
        desk = Desk()
        async with transport.serve([address], desk.handle) as responder, transport.connect(address) as requester:
            await requester.request(question(1), timeout=5)
            assert responder.bad_frames == 0

    async def test_only_the_first_bad_frames_are_logged_one_by_one(self, transport: Transport, address: str) -> None:
        with structlog.testing.capture_logs() as logs:
            async with transport.serve([address], Desk().handle) as responder:
                for _ in range(25):
                    await self.ask_raw(transport, address, b"junk")
                assert responder.bad_frames == 25
        assert [entry["event"] for entry in logs] == ["bad_frame"] * 10
