"""A worker's signs of life."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.memory import InMemoryTransport, ManualClock
from fastworker.application.heartbeat import Heartbeat
from fastworker.application.messages import Beat, Message, Noted
from fastworker.domain.errors import UnknownWorker

pytestmark = pytest.mark.anyio

ADDRESS = "tcp://127.0.0.1:5556"
BEAT = Beat(epoch="e1", worker_id="w1", incarnation="i1")


class Listener:
    """Notes when a beat comes; answers as it is told to."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.network = InMemoryTransport(JsonFrameCodec(), self.clock)
        self.heard_at: list[float] = []
        self.refuses = False
        self.answer_seconds = 0.0

    async def __call__(self, request: Message) -> Message:
        assert request == BEAT
        self.heard_at.append(self.clock.now() - 1000.0)
        await self.clock.sleep_until(self.clock.now() + self.answer_seconds)
        if self.refuses:
            raise UnknownWorker("join again")
        return Noted()


@asynccontextmanager
async def beating(listener: Listener, *, serve: bool = True) -> AsyncIterator[None]:
    """A heartbeat each 5 seconds."""
    heartbeat = Heartbeat(listener.network, listener.clock, ADDRESS, BEAT, beat_seconds=5.0)
    async with anyio.create_task_group() as group:
        if serve:
            async with listener.network.serve([ADDRESS], listener):
                group.start_soon(heartbeat.run)
                yield
                group.cancel_scope.cancel()
        else:
            group.start_soon(heartbeat.run)
            yield
            group.cancel_scope.cancel()


async def test_it_beats_at_once_and_then_at_a_steady_pace() -> None:
    listener = Listener()
    async with beating(listener):
        await listener.clock.advance(16)
    assert listener.heard_at == [0, 5, 10, 15]


async def test_slow_answers_do_not_make_the_pace_drift() -> None:
    listener = Listener()
    listener.answer_seconds = 3.0
    async with beating(listener):
        await listener.clock.advance(16)
    assert listener.heard_at == [0, 5, 10, 15]


async def test_a_beat_that_is_refused_is_one_beat_less() -> None:
    listener = Listener()
    listener.refuses = True
    async with beating(listener):
        await listener.clock.advance(11)
    assert listener.heard_at == [0, 5, 10]


async def test_beats_that_nobody_answers_are_given_up_after_one_beat_and_do_not_pile_up() -> None:
    listener = Listener()
    async with beating(listener, serve=False):
        await listener.clock.advance(52)
        async with listener.network.serve([ADDRESS], listener):
            await listener.clock.advance(9)
            assert listener.heard_at == [52, 55, 60]
