"""2,000 tasks that sleep 50 ms, 100 at once: how close to the ideal second?"""

import asyncio
import time

from fastworker import Client

from . import tasks
from .cluster import cluster
from .figure import Figure


def measure() -> list[Figure]:
    """Return the time as a multiple of the ideal."""
    return [Figure("sleeps", asyncio.run(_run()) / 1.0, "× ideal", at_most=1.04)]


async def _run() -> float:
    with cluster(workers=1, concurrency=100) as running:
        async with Client(running.address, connect_timeout=20):
            for handle in await tasks.nap.map([(0.001,)] * 200):
                await handle
            began = time.perf_counter()
            for handle in await tasks.nap.map([(0.05,)] * 2_000):
                await handle
            return time.perf_counter() - began
