"""dask.distributed: a scheduler, workers with threads, and futures; no broker.

The library is imported where it is used: the harness reads this before there is an environment with it.
"""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

from benchmarks import work
from benchmarks.contestant import AsyncSession, Contestant, opened

URGENT = 100
KEPT = 1_000
ACCEPT_STEP_SECONDS = 0.005
COROUTINES = ("noop", "nap", "echo")


class Dask(Contestant):
    """Worker processes that a scheduler process hands tasks to."""

    name = "dask.distributed"
    packages = ("distributed",)
    settings = (
        "dask scheduler and dask worker --nthreads slots --no-nanny, no dashboard, no profiler; asynchronous client, "
        "pure=False, coroutines where there is one; bulk by client.map and client.gather"
    )

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        dask = [sys.executable, "-m", "dask"]
        scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *self._at()]
        threads = ["--nthreads", str(slots // processes), "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        folder = ["--local-directory", str(self.folder)]
        worker = [*dask, "worker", "--host", "127.0.0.1", *threads, *folder, *self._at()]
        return [scheduler, *[worker] * processes]

    def _at(self) -> list[str]:
        return ["--scheduler-file", str(self.folder / "scheduler.json")]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
        }

    def open(self) -> AbstractContextManager[AsyncSession]:
        return opened(DaskSession, lambda session: session.connected(str(self.folder / "scheduler.json")))


class DaskSession(AsyncSession):
    """Submits and gathers futures."""

    def __init__(self, runner: asyncio.Runner) -> None:
        """Keep the last futures: a task of which nobody holds the future is cancelled."""
        super().__init__(runner)
        self._kept: deque[Any] = deque(maxlen=KEPT)

    @asynccontextmanager
    async def connected(self, scheduler_file: str) -> AsyncIterator[None]:
        """Hold the client, which can be made in a running loop only."""
        from distributed import Client

        async with Client(scheduler_file=scheduler_file, asynchronous=True, set_as_default=False) as self._client:
            yield

    async def submit(self, task: str, *arguments: Any) -> Any:
        return self._submit(task, *arguments)

    def _submit(self, task: str, *arguments: Any, priority: int = 0) -> Any:
        future = self._client.submit(_function(task), *arguments, pure=False, priority=priority)
        self._kept.append(future)
        return future

    async def submit_urgent(self, task: str, *arguments: Any) -> Any:
        return self._submit(task, *arguments, priority=URGENT)

    async def wait(self, handle: Any) -> Any:
        return await handle

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        futures = self._runner.run(self._accepted(task, arguments))
        return lambda: self._runner.run(self._gather(futures))

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self._runner.run(self._run(task, arguments))

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self._runner.run(self._run_in_bulk(task, arguments))

    async def _run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        await self._gather([self._submit(task, *each) for each in arguments])

    async def _run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        await self._gather(self._map(task, arguments))

    def _map(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Map over the lists of arguments: the client cannot map a function that takes none."""
        function = _function(task)
        apply = _apply_async if asyncio.iscoroutinefunction(function) else _apply
        return self._client.map(apply, arguments, function=function, pure=False)

    async def _gather(self, futures: Sequence[Any]) -> None:
        await self._client.gather(futures)

    async def _accepted(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return when the scheduler knows them: the client returns a future before it has sent anything."""
        futures = self._map(task, arguments)
        while await self._client.run_on_scheduler(_unknown, keys=[futures[-1].key]):  # noqa: ASYNC110
            await asyncio.sleep(ACCEPT_STEP_SECONDS)
        return futures


def _unknown(keys: Sequence[str], dask_scheduler: Any) -> bool:
    return any(key not in dask_scheduler.tasks for key in keys)


def _apply(arguments: tuple[Any, ...], *, function: Callable[..., Any]) -> Any:
    return function(*arguments)


async def _apply_async(arguments: tuple[Any, ...], *, function: Callable[..., Any]) -> Any:
    return await function(*arguments)


def _function(task: str) -> Callable[..., Any]:
    return getattr(work, f"{task}_async" if task in COROUTINES else task)
