"""A clock that stands still until a test moves it."""

import asyncio
import math
from heapq import heapify, heappop, heappush
from itertools import count
from typing import override
from weakref import ref

import anyio
import sniffio

from fastworker.application.ports.clock import Clock

FEW_ALARMS = 256
"""So many are kept without asking which of them still wake somebody."""


class ManualClock(Clock):
    """Time as a test wants it. `advance` stops at every deadline on the way and lets everybody react."""

    def __init__(self, *, now: float = 1000.0, wall: float = 1_750_000_000.0) -> None:
        self._now = now
        self._wall_offset = wall - now
        self._alarms: list[tuple[float, int, ref[anyio.CancelScope]]] = []  # a wait that is over lets go of its scope
        self._compact_at = FEW_ALARMS
        self._numbers = count()

    @override
    def now(self) -> float:
        return self._now

    @override
    def wall(self) -> float:
        return self._now + self._wall_offset

    @override
    async def sleep_until(self, deadline: float) -> None:
        with self.scope_until(deadline):
            await anyio.sleep(math.inf) if deadline > self._now else await anyio.lowlevel.checkpoint()

    @override
    def scope_until(self, deadline: float) -> anyio.CancelScope:
        scope = anyio.CancelScope()
        if deadline <= self._now:
            scope.cancel()
        else:
            self._set_alarm(deadline, scope)
        return scope

    def _set_alarm(self, deadline: float, scope: anyio.CancelScope) -> None:
        """Set an alarm; those of waits that are over are dropped when they pile up while time stands still."""
        if len(self._alarms) >= self._compact_at:
            self._alarms = [alarm for alarm in self._alarms if alarm[2]() is not None]
            heapify(self._alarms)
            self._compact_at = max(FEW_ALARMS, 2 * len(self._alarms))
        heappush(self._alarms, (deadline, next(self._numbers), ref(scope)))

    async def advance(self, seconds: float) -> None:
        """Move time forward, deadline by deadline, and let everything that can run do so at each."""
        target = self._now + seconds
        await self.settle()
        while self.wake_next(until=target):
            await self.settle()
        self.move_to(target)
        await self.settle()

    def move_to(self, moment: float) -> None:
        """Move time to a moment, never back, and wake nobody yet: a leap, as of a machine that slept."""
        self._now = max(self._now, moment)

    def wake_next(self, *, until: float) -> bool:
        """Move time to the next deadline and wake whoever waits for it; False when there is none up to `until`."""
        if not self._alarms or self._alarms[0][0] > until:
            return False
        deadline, _, alarm = heappop(self._alarms)
        self.move_to(deadline)
        scope = alarm()
        if scope is not None:
            scope.cancel()
        return True

    async def settle(self) -> None:
        """Return when every other task of this event loop waits."""
        if sniffio.current_async_library() == "trio":
            import trio.testing

            await trio.testing.wait_all_tasks_blocked()
            return
        loop = asyncio.get_running_loop()
        ready = getattr(loop, "_ready", None)  # asyncio has no public way to ask
        if ready is None:
            kind = f"{type(loop).__module__}.{type(loop).__name__}"
            raise RuntimeError(
                f"a clock that a test moves needs the event loop of asyncio itself, or trio; this is {kind}"
            )
        while True:
            await asyncio.sleep(0)
            if not ready:
                return
