"""A session for libraries whose clients ask for results again and again: ask in order, so that few ask in vain.

Two thousand callers that poll at once spend the machine on polling; tasks finish about in the order of their
submission, so a few that look at one task after the other see all results with about one question each. Who waits for
one result asks often, who waits for many asks seldom: on a small machine the questions take what the workers need.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, ClassVar

from benchmarks.contestant import AsyncSession

ONE_POLL_SECONDS = 0.001
MANY_POLL_SECONDS = 0.01


class PolledSession(AsyncSession):
    """A client of which few callers submit, and few look for results, in order."""

    SUBMITTERS: ClassVar[int] = 50
    WAITERS: ClassVar[int] = 5

    @abstractmethod
    async def wait_for(self, handle: Any, poll_seconds: float) -> Any:
        """Return the result of a task, asking this often; raises what it raised."""

    async def wait(self, handle: Any) -> Any:
        return await self.wait_for(handle, ONE_POLL_SECONDS)

    async def wait_for_all(self, handles: Sequence[Any]) -> None:
        """Look at every result."""
        await by_few(lambda handle: self.wait_for(handle, MANY_POLL_SECONDS), handles, self.WAITERS)

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        handles = self._runner.run(by_few(lambda each: self.submit(task, *each), arguments, self.SUBMITTERS))
        return lambda: self._runner.run(self.wait_for_all(handles))

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self.accept(task, arguments)()


async def by_few[T, R](call: Callable[[T], Awaitable[R]], values: Iterable[T], callers: int) -> list[R]:
    """Return what `call` gave for each value, at most `callers` of them at once, in the order of the values."""
    left = enumerate(values)
    results: dict[int, R] = {}

    async def caller() -> None:
        for index, value in left:
            results[index] = await call(value)

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    return [results[index] for index in range(len(results))]
