"""From submit to result on an idle system, one task at a time; and the raw transport beside it."""

import asyncio
import time
from statistics import quantiles

from fastworker import Client

from . import tasks
from .cluster import cluster
from .figure import Figure
from .raw_nng import round_trips

NUMBER = 3_000


def measure() -> list[Figure]:
    """Return milliseconds at the median and at the 99th percentile."""
    ours = _milliseconds(asyncio.run(_ours()))
    raw = _milliseconds(round_trips(NUMBER))
    return [
        Figure("latency.p50", ours[49], "ms", at_most=0.6),
        Figure("latency.p99", ours[98], "ms", at_most=1.5),
        Figure("latency.raw_nng.p50", raw[49], "ms"),
        Figure("latency.p50 / raw_nng.p50", ours[49] / raw[49], "×", at_most=4.0),
    ]


async def _ours() -> list[float]:
    with cluster(workers=1, concurrency=100) as running:
        async with Client(running.address, connect_timeout=20):
            for _ in range(200):
                await (await tasks.noop.submit())
            return [await _one() for _ in range(NUMBER)]


async def _one() -> float:
    began = time.perf_counter()
    await (await tasks.noop.submit())
    return time.perf_counter() - began


def _milliseconds(seconds: list[float]) -> list[float]:
    return [1000 * value for value in quantiles(seconds, n=100)]
