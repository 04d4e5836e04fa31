"""All tasks that fit a filter, a few at a time, for files: people wait for those, and nobody else does."""

from collections.abc import AsyncGenerator
from itertools import batched

from fastworker.domain.task import Task

from ..ports.clock import Clock
from .task_filter import TaskFilter
from .task_index import TaskIndex
from .task_pages import scan

MOST_UNDER_WAY = 3
MOST_TASKS = 100_000
TASKS_PER_TURN = 50
"""Writing one down takes some 15 µs, and so a turn less than 1 ms."""

RESTS_PER_TURN = 4.0
"""How many times as long as a turn the others have the event loop to themselves after it."""


class Exports:
    """Those under way are counted, so that there are few."""

    def __init__(self, index: TaskIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock
        self.under_way = 0

    @property
    def is_full(self) -> bool:
        """True when no more should be begun."""
        return self.under_way >= MOST_UNDER_WAY

    async def tasks(self, wanted: TaskFilter, *, most: int = MOST_TASKS) -> AsyncGenerator[list[Task]]:
        """Yield the wanted tasks, oldest first, at most so many, as each is when its turn comes.

        What is done with some of them until the next are asked for is a part of their turn.
        """
        self.under_way += 1
        try:
            left = most
            began_at = self._clock.now()
            for found in scan(self._index, wanted):
                for some in batched(found[:left], TASKS_PER_TURN):
                    yield list(some)
                    began_at = await self._rest(began_at)
                left -= len(found)
                if left <= 0:
                    return
                began_at = await self._rest(began_at)
        finally:
            self.under_way -= 1

    async def _rest(self, began_at: float) -> float:
        """Leave the event loop to others after a turn that began then; return when the next one begins."""
        now = self._clock.now()
        await self._clock.sleep_until(now + RESTS_PER_TURN * (now - began_at))
        return self._clock.now()
