"""A clock that stands still until a test moves it."""

import asyncio
import math
from heapq import heappop, heappush
from itertools import count
from typing import override

import anyio
import sniffio

from fastworker.application.ports.clock import Clock


class ManualClock(Clock):
    """Time as a test wants it. `advance` stops at every deadline on the way and lets everybody react."""

    def __init__(self, *, now: float = 1000.0, wall: float = 1_750_000_000.0) -> None:
        self._now = now
        self._wall_offset = wall - now
        self._alarms: list[tuple[float, int, anyio.CancelScope]] = []
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
            heappush(self._alarms, (deadline, next(self._numbers), scope))
        return scope

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
        deadline, _, scope = heappop(self._alarms)
        self.move_to(deadline)
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
