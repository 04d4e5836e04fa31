"""How late an event loop comes to what is due: tasks that keep it busy make everything on it wait."""

from collections import deque
from math import inf
from typing import Never

from .ports.clock import Clock

MOST_SEEN = 60
"""Readings that are kept for whoever asks next; older ones are let go when nobody asks."""


class LoopLag:
    """Times the loop that `watch` runs on; any thread may `take`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due = inf
        self._seen: deque[float] = deque([0.0], maxlen=MOST_SEEN)

    async def watch(self, every_seconds: float) -> Never:
        """Time the running loop until cancelled: what blocks it for longer is noticed for certain, else by chance."""
        try:
            while True:
                self._due = self._clock.now() + every_seconds
                await self._clock.sleep_until(self._due)
                self._seen.append(self._clock.now() - self._due)
        finally:
            self._due = inf

    def take(self) -> float:
        """Return the longest lag since this was asked last; a block that goes on counts by what it has lasted."""
        longest = self._clock.now() - self._due
        while self._seen:
            longest = max(longest, self._seen.popleft())
        return max(0.0, longest)
