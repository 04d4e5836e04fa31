"""A worker's signs of life. They run apart from its tasks, so that a busy worker is not taken for a dead one."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from fastworker.domain.errors import FastWorkerError

from .log import log
from .messages import Beat
from .ports.clock import Clock
from .ports.transport import Requester, Transport
from .vital_signs import VitalSigns

type Background = Callable[[Callable[[], Awaitable[None]]], AbstractAsyncContextManager[None]]
"""Runs a loop beside the caller, in a thread of its own or in the same loop, until the context is left."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Beats for one registration of a worker until cancelled."""

    transport: Transport
    clock: Clock
    address: str
    beat: Beat
    beat_seconds: float
    signs: VitalSigns

    async def run(self) -> None:
        """Beat at a steady pace; a beat that fails is one beat less, the worker's own requests find out why."""
        async with self.transport.connect(self.address) as requester:
            due = self.clock.now()
            round_trip: float | None = None
            while True:
                round_trip = await self._beat(requester, round_trip)
                due = max(due + self.beat_seconds, self.clock.now())
                await self.clock.sleep_until(due)

    async def _beat(self, requester: Requester, round_trip: float | None) -> float | None:
        """Beat once, and tell the round trip of the beat before; return that of this one, None if it failed."""
        beat = replace(self.beat, vitals=self.signs.take(round_trip_seconds=round_trip))
        began = self.clock.now()
        try:
            await requester.request(beat, timeout=self.beat_seconds)
        except FastWorkerError as error:
            log.debug("beat_failed", worker_id=self.beat.worker_id, error=str(error))
            return None
        return self.clock.now() - began
