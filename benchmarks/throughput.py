"""No-op tasks per second, end to end: submitted, run, and every result seen."""

import asyncio
import time

from fastworker import Client

from . import tasks
from .cluster import cluster
from .figure import Figure

NUMBER = 40_000
CONCURRENCY = 1_000
WARM_UP = 2_000


def measure() -> list[Figure]:
    """Return tasks per second, one by one and in bulk, for `async def` and `def` tasks."""
    return [
        Figure("throughput.async", asyncio.run(_run(_one_by_one, tasks.noop)), "tasks/s", at_least=30_000),
        Figure("throughput.async.map", asyncio.run(_run(_in_bulk, tasks.noop)), "tasks/s", at_least=40_000),
        Figure("throughput.threads", asyncio.run(_run(_one_by_one, tasks.noop_thread)), "tasks/s", at_least=15_000),
    ]


async def _run(submit_all, function) -> float:
    slots = CONCURRENCY if function is tasks.noop else 100
    with cluster(workers=1, concurrency=slots) as running:
        async with Client(running.address, connect_timeout=20) as client:
            await submit_all(client, function, WARM_UP)
            began = time.perf_counter()
            await submit_all(client, function, NUMBER)
            return NUMBER / (time.perf_counter() - began)


async def _one_by_one(client: Client, function, number: int) -> None:
    """Each of many concurrent callers submits one task and waits for its result."""

    async def call() -> None:
        await (await function.submit())

    left = iter(range(number))

    async def caller() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(caller() for _ in range(2 * CONCURRENCY)))


async def _in_bulk(client: Client, function, number: int) -> None:
    for handle in await function.map([()] * number):
        await handle
