"""arq with Redis: coroutines only; workers poll the queue, clients poll for results.

The library is imported where it is used: the harness reads this before there is an environment with it.
"""

import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

from benchmarks.contestant import AsyncSession, Contestant, opened
from benchmarks.contestants.coroutines import TASKS
from benchmarks.contestants.polled import MANY_POLL_SECONDS, ONE_POLL_SECONDS, PolledSession

ADDRESS_VARIABLE = "BENCHMARK_ARQ_REDIS"
COMPUTING_JOBS = 3
WORKER_POLL_SECONDS = 0.002


class Arq(Contestant):
    """Workers that look at the queue every few milliseconds: arq has no other way to hear of a task."""

    name = "arq"
    packages = ("arq", "hiredis")
    servers = ("redis",)
    # Measured: p50 2.0 ms and 18 % of a processor while idle at 1 ms, 2.8 ms and 8 % at 2 ms, 5.7 ms at 5 ms.
    settings = (
        f"max_jobs = slots ({COMPUTING_JOBS} per process that computes), "
        f"poll_delay {1000 * WORKER_POLL_SECONDS:g} ms (shorter costs more while idle); "
        f"result(poll_delay {1000 * ONE_POLL_SECONDS:g} ms for one, {1000 * MANY_POLL_SECONDS:g} for many); hiredis"
    )

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        # Of jobs that compute, a process runs one at a time whatever `max_jobs` says; with 1 it waits for the next poll
        # after each (measured on a noisy machine: 54 to 62 % of the ideal, 64 % with 3).
        jobs = slots if processes == 1 else COMPUTING_JOBS
        return [[sys.executable, "-m", __name__, str(jobs)] for _ in range(processes)]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"]}

    def open(self) -> AbstractContextManager[AsyncSession]:
        from arq.connections import ArqRedis

        redis = ArqRedis.from_url(self.addresses["redis"])
        return opened(lambda runner: ArqSession(runner, redis), lambda _: redis)


class ArqSession(PolledSession):
    """Submits by several connections, each task by its own call: arq has no other."""

    def __init__(self, runner: Any, redis: Any) -> None:
        """Use this pool of connections."""
        super().__init__(runner)
        self._redis = redis

    async def submit(self, task: str, *arguments: Any) -> Any:
        return await self._redis.enqueue_job(task, *arguments)

    async def wait_for(self, handle: Any, poll_seconds: float) -> Any:
        return await handle.result(poll_delay=poll_seconds)


def _as_function(name: str, coroutine: Callable[..., Awaitable[Any]]) -> Any:
    from arq import func

    async def run(_: dict[str, Any], *arguments: Any) -> Any:
        return await coroutine(*arguments)

    return func(run, name=name, timeout=600)


def work(slots: int) -> None:
    """Be a worker process."""
    from arq.connections import RedisSettings
    from arq.worker import Worker

    Worker(
        [_as_function(name, coroutine) for name, coroutine in TASKS.items()],
        redis_settings=RedisSettings.from_dsn(os.environ[ADDRESS_VARIABLE]),
        max_jobs=slots,
        poll_delay=WORKER_POLL_SECONDS,
        log_results=False,
    ).run()


if __name__ == "__main__":
    work(int(sys.argv[1]))
