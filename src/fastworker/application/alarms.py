"""Moments at which something is to be done about things that may be over by then."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf

from .ports.clock import Clock
from .wakeup import Wakeup


class Alarms[T]:
    """Calls `ring(thing)` at each moment that was set for it, while `still_on(thing)`; `run` does it."""

    def __init__(self, clock: Clock, ring: Callable[[T], None], *, still_on: Callable[[T], bool]) -> None:
        self._clock = clock
        self._ring = ring
        self._still_on = still_on
        self._heap: list[tuple[float, int, T]] = []
        self._set = 0
        self._compact_at = 256
        self._sooner = Wakeup()

    def set(self, at: float, thing: T) -> None:
        """Set an alarm; what is over is dropped when it piles up."""
        if len(self._heap) >= self._compact_at:
            self._heap = [alarm for alarm in self._heap if self._still_on(alarm[2])]
            heapify(self._heap)
            self._compact_at = max(256, 2 * len(self._heap))
        self._set += 1
        heappush(self._heap, (at, self._set, thing))
        if self._heap[0][2] is thing:
            self._sooner.set()

    @property
    def next_at(self) -> float | None:
        """The next moment that was set, though for something that may be over by then; None when there is none."""
        return self._heap[0][0] if self._heap else None

    async def run(self) -> None:
        """Ring until cancelled."""
        while True:
            with self._clock.scope_until(inf if self.next_at is None else self.next_at):
                await self._sooner.wait()
            while self._heap and self._heap[0][0] <= self._clock.now():
                _, _, thing = heappop(self._heap)
                if self._still_on(thing):
                    self._ring(thing)
