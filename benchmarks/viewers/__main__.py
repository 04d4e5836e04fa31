"""A control plane that remembers 100,000 tasks, without and with viewers of its dashboard, in turns in one run.

Throughput is that of no-ops by concurrent callers; the latency is that of one critical no-op after the other beside
callers of normal ones. Nothing but the audience differs between two turns.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from benchmarks import tasks
from benchmarks.cluster import cluster
from benchmarks.comparison.ratios import Comparison, Reading, compared
from benchmarks.comparison.turns import turns
from benchmarks.ports import free_ports
from benchmarks.stage import percentile
from fastworker import Client

REMEMBERED = 100_000
SLOTS = 100
CALLERS, NO_OPS = 2_000, 40_000
OTHER_CALLERS, CRITICAL_ONES = 20, 1_000
STEP = 10_000
END_SECONDS = 10.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewers", description=__doc__)
    parser.add_argument("--viewers", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=7, help="pairs of turns (default 7, about 2 minutes)")
    options = parser.parse_args(arguments)
    comparisons, seen = asyncio.run(_measure(options.viewers, options.pairs))
    _show(comparisons, options.viewers)
    print(f"seen by {options.viewers} viewers in all turns: " + ", ".join(f"{n:,} {what}" for what, n in seen.items()))


async def _measure(viewers: int, pairs: int) -> tuple[list[Comparison], dict[str, int]]:
    [port] = free_ports(1)
    flags = (f"--dashboard-port={port}", f"--result-cache-size={2 * REMEMBERED}")
    readings: list[tuple[list[Reading], list[Reading]]] = []
    seen: dict[str, int] = {}
    with cluster(workers=1, concurrency=SLOTS, flags=flags) as running:
        async with Client(running.address, connect_timeout=20):
            await _remember()
            for turn in turns(0, viewers, pairs):
                of = {}
                for number in turn:
                    with _audience(port, number, seen):
                        of[number] = await _readings()
                readings.append((of[0], of[viewers]))
    return compared(readings), seen


async def _remember() -> None:
    """Fill the memory of the control plane, and run its code warm."""
    for _ in range(REMEMBERED // STEP):
        for handle in await tasks.noop.map([()] * STEP):
            await handle


@contextmanager
def _audience(port: int, viewers: int, seen: dict[str, int]) -> Iterator[None]:
    """Have so many viewers watch; add what they saw."""
    if not viewers:
        yield
        return
    command = [sys.executable, "-m", "benchmarks.viewers.audience", str(port), str(viewers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            time.sleep(1.0)  # until they are there
            yield
        finally:
            output, _ = process.communicate(timeout=END_SECONDS)
    for what, number in json.loads(output).items():
        seen[what] = seen.get(what, 0) + number


async def _readings() -> list[Reading]:
    rate = await _throughput()
    seconds = await _critical_latencies()
    p50, p99 = (1_000 * percentile(seconds, percent) for percent in (50, 99))
    return [
        Reading("no-ops", rate, "tasks/s", is_higher_better=True),
        Reading("critical p50", p50, "ms"),
        Reading("critical p99", p99, "ms"),
    ]


async def _throughput() -> float:
    began = time.perf_counter()
    await _call(CALLERS, iter(range(NO_OPS)))
    return NO_OPS / (time.perf_counter() - began)


async def _call(callers: int, left: Iterator[int]) -> None:
    """Have callers submit one no-op each, again and again, and wait for its result."""

    async def caller() -> None:
        for _ in left:
            await (await tasks.noop.submit())

    await asyncio.gather(*(caller() for _ in range(callers)))


async def _critical_latencies() -> list[float]:
    """Return the seconds of critical no-ops, one after the other, beside normal ones."""
    is_over = False
    others = asyncio.create_task(_call(OTHER_CALLERS, iter(lambda: int(is_over), 1)))
    critical = tasks.noop.options(priority="critical")
    seconds = []
    for _ in range(CRITICAL_ONES):
        began = time.perf_counter()
        await (await critical.submit())
        seconds.append(time.perf_counter() - began)
    is_over = True
    await others
    return seconds


def _show(comparisons: Sequence[Comparison], viewers: int) -> None:
    table = Table("figure", "nobody", f"{viewers} viewers", "ratio", "middle half of the ratios")
    for each in comparisons:
        nobody, watched = each.medians
        low, high = each.quartiles
        values = (f"{nobody:,.2f} {each.unit}", f"{watched:,.2f}", f"{each.ratio:.3f}", f"{low:.3f} to {high:.3f}")
        table.add_row(each.name, *values)
    Console().print(table)


if __name__ == "__main__":
    main()
