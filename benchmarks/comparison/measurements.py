"""What is measured of each tree: `python -m benchmarks.comparison.measurements SRC NAME`, in a process of its own.

The processor time per task is the best of these figures: other work on the machine hardly changes it.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.cluster import Cluster, cluster
from benchmarks.processes import cpu_seconds

from .ratios import Reading

CALLERS = 2_000
WARM_UP = 2_000
CONNECT_SECONDS = 20

type Submit = Callable[[Any, int], Awaitable[None]]


def throughput() -> list[Reading]:
    """Measure no-ops in the event loop of a worker, submitted one by one and concurrently."""
    return asyncio.run(_throughput("throughput", "noop", _one_by_one, number=40_000, slots=1_000))


def bulk() -> list[Reading]:
    """Measure the same, submitted by `map`."""
    return asyncio.run(_throughput("map", "noop", _in_bulk, number=40_000, slots=1_000))


def threads() -> list[Reading]:
    """Measure no-ops in the threads of a worker."""
    return asyncio.run(_throughput("threads", "noop_thread", _one_by_one, number=20_000, slots=100))


def latency() -> list[Reading]:
    """Measure no-ops on an idle system, one after the other."""
    return asyncio.run(_latency(number=1_500))


def coordinator() -> list[Reading]:
    """Measure the Coordinator alone, with a short and with a long queue."""
    from benchmarks.coordinator import Load, cost_of

    return [
        Reading(f"coordinator, {queued:,} queued", 1e6 * cost_of(Load(queued=queued, tasks=100_000)).seconds, "µs/task")
        for queued in (1_000, 100_000)
    ]


def memory() -> list[Reading]:
    """Measure what a waiting task takes."""
    from benchmarks.coordinator import bytes_per_queued_task

    return [Reading("memory per queued task", bytes_per_queued_task(100_000), "B")]


MEASUREMENTS = {
    "throughput": throughput,
    "map": bulk,
    "threads": threads,
    "latency": latency,
    "coordinator": coordinator,
    "memory": memory,
}


async def _throughput(name: str, task: str, submit_all: Submit, *, number: int, slots: int) -> list[Reading]:
    from benchmarks import tasks
    from fastworker import Client

    function = getattr(tasks, task)
    with cluster(workers=1, concurrency=slots) as running:
        async with Client(running.address, connect_timeout=CONNECT_SECONDS):
            await submit_all(function, WARM_UP)
            used: dict[str, float] = {}
            began = time.perf_counter()
            with _processor_time(running, used):
                await submit_all(function, number)
            seconds = time.perf_counter() - began
    return [Reading(name, number / seconds, "tasks/s", is_higher_better=True), *_per_task(name, used, number)]


async def _latency(number: int) -> list[Reading]:
    from benchmarks import tasks
    from fastworker import Client

    with cluster(workers=1, concurrency=100) as running:
        async with Client(running.address, connect_timeout=CONNECT_SECONDS):
            for _ in range(200):
                await (await tasks.noop.submit())
            used: dict[str, float] = {}
            with _processor_time(running, used):
                seconds = [await _seconds_of_one(tasks.noop) for _ in range(number)]
    return [Reading("latency p50", 1e6 * median(seconds), "µs"), *_per_task("latency", used, number)]


async def _seconds_of_one(function: Any) -> float:
    began = time.perf_counter()
    await (await function.submit())
    return time.perf_counter() - began


async def _one_by_one(function: Any, number: int) -> None:
    """Have many concurrent callers submit one task each, again and again, and wait for its result."""
    left = iter(range(number))

    async def caller() -> None:
        for _ in left:
            await (await function.submit())

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def _in_bulk(function: Any, number: int) -> None:
    for handle in await function.map([()] * number):
        await handle


@contextmanager
def _processor_time(running: Cluster, used: dict[str, float]) -> Iterator[None]:
    """Note the seconds of processor time that each process uses in this context."""
    pids = dict(zip(("control plane", "worker"), running.pids, strict=True))
    before = {role: _seconds_of_process(pid) for role, pid in pids.items()}
    own = time.process_time()
    yield
    used["client"] = time.process_time() - own
    used.update({role: _seconds_of_process(pid) - before[role] for role, pid in pids.items()})


def _seconds_of_process(pid: int) -> float:
    return sum(cpu_seconds([pid]).values())  # with its descendants


def _per_task(name: str, used: dict[str, float], number: int) -> list[Reading]:
    each = [Reading(f"{name}, cpu of {role}", 1e6 * used[role] / number, "µs/task") for role in sorted(used)]
    return [*each, Reading(f"{name}, cpu of all", 1e6 * sum(used.values()) / number, "µs/task")]


def main(src: str, name: str) -> None:
    """Print the readings of one measurement as JSON."""
    import fastworker

    if not Path(fastworker.__file__).is_relative_to(src):
        raise RuntimeError(f"measured {fastworker.__file__}, which is not in {src}")
    print(json.dumps([asdict(reading) for reading in MEASUREMENTS[name]()]))


if __name__ == "__main__":
    main(*sys.argv[1:])
