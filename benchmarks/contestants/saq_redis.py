"""SAQ with Redis: coroutines only; workers block on the queue, clients may hear of finished jobs.

The library is imported where it is used: the harness reads this before there is an environment with it.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Any

from benchmarks.contestant import AsyncSession, Contestant, opened
from benchmarks.contestants.coroutines import TASKS
from benchmarks.contestants.polled import MANY_POLL_SECONDS, ONE_POLL_SECONDS, by_few

ADDRESS_VARIABLE = "BENCHMARK_SAQ_REDIS"
OPERATIONS = 20  # of a client at once, as by default
TOGETHER = 200
MAPS = 4
# A sweep takes a job that was fetched this moment for a lost one, also at the start of a worker: it needs another try.
JOB = {"timeout": 0, "retries": 3}
SWEPT = "swept"


class Saq(Contestant):
    """Workers with as many coroutines as slots."""

    name = "saq"
    packages = ("saq[redis,hiredis]", "typing-extensions")  # saq imports the latter and does not require it
    servers = ("redis",)
    settings = (
        "concurrency = slots, blocking dequeue, hiredis, no job timeouts; one result by queue.listen, many by "
        f"queue.jobs every {1000 * MANY_POLL_SECONDS:g} ms; bulk by {MAPS} queue.map of {TOGETHER} at once"
    )

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return [[sys.executable, "-m", __name__, str(slots // processes)] for _ in range(processes)]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"]}

    def open(self) -> AbstractContextManager[AsyncSession]:
        return opened(lambda runner: SaqSession(runner, self.addresses["redis"]), lambda session: session.connected())


class SaqSession(AsyncSession):
    """Submits each job by its own call, or many by `queue.map`; hears of one job at once, asks for many together."""

    def __init__(self, runner: asyncio.Runner, address: str) -> None:
        """Connect to this address when entered."""
        super().__init__(runner)
        self._address = address
        self._subscription: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold the connections."""
        from saq import Queue

        self._queue = Queue.from_url(self._address, max_concurrent_ops=OPERATIONS)
        await self._queue.connect()
        yield
        await self._unsubscribe()
        await self._queue.disconnect()

    async def submit(self, task: str, *arguments: Any) -> Any:
        return await self._queue.enqueue(task, arguments=arguments, **JOB)

    async def wait(self, handle: Any) -> Any:
        while not handle.completed:
            await asyncio.sleep(ONE_POLL_SECONDS)
            await handle.refresh()
        return _result(handle)

    async def _call(self, task: str, *arguments: Any) -> Any:
        """Submit again what the sweep of a starting worker took for lost and ended: it does so in spite of retries."""
        while (job := await self._finished_job(task, *arguments)).error == SWEPT:
            pass
        return _result(job)

    async def _finished_job(self, task: str, *arguments: Any) -> Any:
        """Listen first, so that no message is missed."""
        from saq.job import get_default_job_key

        if self._subscription is None:
            # The connection is shared; the last to leave would end it.
            self._subscription = asyncio.create_task(self._finished("none"))
        key = get_default_job_key()
        finished = asyncio.create_task(self._finished(key))
        job = await self._queue.enqueue(task, arguments=arguments, key=key, **JOB)
        await finished
        await job.refresh()
        return job

    async def _finished(self, key: str) -> None:
        from saq.job import TERMINAL_STATUSES

        await self._queue.listen([key], lambda _, status: status in TERMINAL_STATUSES, timeout=None)

    async def _unsubscribe(self) -> None:
        """Hear of no jobs: while anyone listens, Redis sends two messages for each job."""
        if self._subscription is not None:
            self._subscription.cancel()
            with suppress(asyncio.CancelledError):
                await self._subscription
            self._subscription = None

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        jobs = self._runner.run(self._submitted(task, arguments))
        return lambda: self._runner.run(self._wait_for(jobs))

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self.accept(task, arguments)()

    async def _submitted(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        await self._unsubscribe()
        return await by_few(lambda each: self.submit(task, *each), arguments, OPERATIONS)

    async def _wait_for(self, jobs: Sequence[Any]) -> None:
        for start in range(0, len(jobs), TOGETHER):
            keys = [job.key for job in jobs[start : start + TOGETHER]]
            while not all(_is_finished(job) for job in await self._queue.jobs(keys)):  # noqa: ASYNC110
                await asyncio.sleep(MANY_POLL_SECONDS)

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self._runner.run(self._run_in_bulk(task, arguments))

    async def _run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        """Map in chunks: each look of `queue.map` fetches all jobs that are not finished."""
        await self._unsubscribe()
        keywords = [{"arguments": each, **JOB} for each in arguments]
        chunks = [keywords[start : start + TOGETHER] for start in range(0, len(keywords), TOGETHER)]
        await by_few(lambda chunk: self._queue.map(task, chunk, poll_interval=MANY_POLL_SECONDS), chunks, MAPS)


def _is_finished(job: Any) -> bool:
    """Tell whether its result is there; raises what the job raised."""
    if job.completed:
        _result(job)
    return bool(job.completed)


def _result(job: Any) -> Any:
    if job.error:
        raise RuntimeError(job.error)
    return job.result


def _as_function(coroutine: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def run(_: dict[str, Any], *, arguments: Sequence[Any]) -> Any:
        return await coroutine(*arguments)

    return run


async def work(slots: int) -> None:
    """Be a worker process."""
    from saq import Queue, Worker

    queue = Queue.from_url(os.environ[ADDRESS_VARIABLE], max_concurrent_ops=max(slots, OPERATIONS))
    functions = [(name, _as_function(coroutine)) for name, coroutine in TASKS.items()]
    worker = Worker(queue, functions, concurrency=slots, timers={"sweep": 3600})
    await queue.connect()
    await worker.start()
    await queue.disconnect()


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1])))
