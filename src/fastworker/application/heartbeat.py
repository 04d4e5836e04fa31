"""A worker's signs of life. They run apart from its tasks, so that a busy worker is not taken for a dead one."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from fastworker.domain.errors import FastWorkerError

from .log import log
from .messages import Beat
from .ports.clock import Clock
from .ports.transport import Transport

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

    async def run(self) -> None:
        """Beat at a steady pace; a beat that fails is one beat less, the worker's own requests find out why."""
        async with self.transport.connect(self.address) as requester:
            due = self.clock.now()
            while True:
                try:
                    await requester.request(self.beat, timeout=self.beat_seconds)
                except FastWorkerError as error:
                    log.debug("beat_failed", worker_id=self.beat.worker_id, error=str(error))
                due = max(due + self.beat_seconds, self.clock.now())
                await self.clock.sleep_until(due)
