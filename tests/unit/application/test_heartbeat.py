"""A worker's signs of life."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.memory import InMemoryTransport, ManualClock, ManualProcessMeter
from fastworker.application.heartbeat import Heartbeat
from fastworker.application.loop_lag import LoopLag
from fastworker.application.messages import Beat, Message, Noted
from fastworker.application.vital_signs import VitalSigns
from fastworker.domain.errors import UnknownWorker
from fastworker.domain.vitals import Vitals

pytestmark = pytest.mark.anyio

ADDRESS = "tcp://127.0.0.1:5556"
BEAT = Beat(epoch="e1", worker_id="w1", incarnation="i1")


class Listener:
    """Notes when a beat comes; answers as it is told to."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.network = InMemoryTransport(JsonFrameCodec(), self.clock)
        self.meter = ManualProcessMeter()
        self.heard_at: list[float] = []
        self.vitals: list[Vitals] = []
        self.refuses = False
        self.answer_seconds = 0.0

    async def __call__(self, request: Message) -> Message:
        assert isinstance(request, Beat)
        assert replace(request, vitals=None) == BEAT
        assert request.vitals is not None
        self.vitals.append(request.vitals)
        self.heard_at.append(self.clock.now() - 1000.0)
        await self.clock.sleep_until(self.clock.now() + self.answer_seconds)
        if self.refuses:
            raise UnknownWorker("join again")
        return Noted()


@asynccontextmanager
async def beating(listener: Listener, *, serve: bool = True) -> AsyncIterator[None]:
    """A heartbeat each 5 seconds."""
    signs = VitalSigns(listener.meter, listener.clock, LoopLag(listener.clock))
    heartbeat = Heartbeat(listener.network, listener.clock, ADDRESS, BEAT, beat_seconds=5.0, signs=signs)
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


async def test_each_beat_tells_how_the_process_does_since_the_one_before() -> None:
    listener = Listener()
    listener.meter.held_bytes = 30 << 20
    async with beating(listener):
        await listener.clock.settle()
        listener.meter.used_seconds, listener.meter.held_bytes = 2.0, 40 << 20
        await listener.clock.advance(5)
        await listener.clock.advance(5)
    assert [beat.resident_bytes for beat in listener.vitals] == [30 << 20, 40 << 20, 40 << 20]
    assert [beat.processor_share for beat in listener.vitals] == [None, 0.4, 0.0]


async def test_a_beat_tells_the_round_trip_of_the_one_before_if_that_was_answered() -> None:
    listener = Listener()
    listener.answer_seconds = 0.25
    async with beating(listener):
        await listener.clock.advance(6)
        listener.refuses = True
        await listener.clock.advance(5)
        listener.refuses = False
        await listener.clock.advance(5)
    assert [beat.round_trip_seconds for beat in listener.vitals] == [None, 0.25, 0.25, None]
