"""All tasks that fit a filter, a few at a time, for files: people wait for those, and nobody else does."""

from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import batched
from weakref import WeakSet

from fastworker.domain.task import Task

from ..ports.clock import Clock
from .task_filter import TaskFilter
from .task_index import TaskIndex
from .task_pages import scan

MOST_UNDER_WAY = 3
MOST_TASKS = 100_000
TASKS_PER_TURN = 50
"""Writing one down takes some 20 µs, and so a turn about 1 ms."""

RESTS_PER_TURN = 4.0
"""How many times as long as a turn the others have the event loop to themselves after it."""


class Exports:
    """Those under way are counted, so that there are few; one that nobody holds any more has left its place."""

    def __init__(self, index: TaskIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock
        self._under_way: WeakSet[Export] = WeakSet()

    @property
    def under_way(self) -> int:
        """How many have a place."""
        return len(self._under_way)

    def begin(self) -> "Export | None":
        """Take a place, at once, so that of many who come at a time few get one; None when there is none."""
        if self.under_way >= MOST_UNDER_WAY:
            return None
        export = Export(self._index, self._clock, self._under_way)
        self._under_way.add(export)
        return export


class Export:
    """A file that is written: it has its place until `end`, whether anybody reads it or not."""

    def __init__(self, index: TaskIndex, clock: Clock, under_way: "WeakSet[Export]") -> None:
        self._index = index
        self._clock = clock
        self._under_way = under_way

    def end(self) -> None:
        """Leave the place, if it has one still."""
        self._under_way.discard(self)

    async def parts[R](
        self, wanted: TaskFilter, write: Callable[[Sequence[Task]], R], *, most: int = MOST_TASKS
    ) -> AsyncGenerator[R]:
        """Yield what is written of the wanted tasks, oldest first, at most so many, as each is when its turn comes.

        A turn is looking for tasks and writing them; how long somebody reads what was written is no part of it.
        """
        left = most
        began_at = self._clock.now()
        for found in scan(self._index, wanted):
            for some in batched(found[:left], TASKS_PER_TURN):
                written = write(some)
                rest = self._rest_after(began_at)
                yield written
                began_at = await self._rested(rest)
            left -= len(found)
            if left <= 0:
                return
            began_at = await self._rested(self._rest_after(began_at))

    def _rest_after(self, began_at: float) -> float:
        """Return how long others have the event loop after a turn that began then."""
        return RESTS_PER_TURN * (self._clock.now() - began_at)

    async def _rested(self, seconds: float) -> float:
        """Leave the event loop to others; return when the next turn begins."""
        await self._clock.sleep_until(self._clock.now() + seconds)
        return self._clock.now()
