"""What it costs to have it: memory and processor time when idle, and the time from start to first result."""

import asyncio
import os
import time
from pathlib import Path

from fastworker import Client

from . import tasks
from .cluster import Cluster, cluster
from .figure import Figure

IDLE_SECONDS = 10.0


def measure() -> list[Figure]:
    """Return megabytes of memory, percent of one processor, and seconds."""
    with cluster(workers=1, concurrency=16) as running:
        asyncio.run(_one_task(running))
        cpu = _idle_percent(running)
        control_plane, worker = (_megabytes(pid) for pid in running.pids)
    return [
        Figure("idle.memory.control_plane", control_plane, "MB", at_most=70),
        Figure("idle.memory.worker", worker, "MB", at_most=35),
        Figure("idle.cpu", cpu, "%", at_most=0.3),
        Figure("start_to_first_result", _cold_start(), "s", at_most=0.5),
    ]


async def _one_task(running: Cluster) -> None:
    async with Client(running.address, connect_timeout=20):
        await (await tasks.noop.submit())


def _cold_start() -> float:
    """Measure with the client loaded and no worker process: the smallest deployment."""
    began = time.perf_counter()
    with cluster(workers=0, concurrency=16) as running:
        asyncio.run(_one_task(running))
        return time.perf_counter() - began


def _idle_percent(running: Cluster) -> float:
    before = sum(_cpu_seconds(pid) for pid in running.pids)
    time.sleep(IDLE_SECONDS)
    return 100 * (sum(_cpu_seconds(pid) for pid in running.pids) - before) / IDLE_SECONDS


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    """Return the proportional set size: shared pages count once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no Pss of process {pid}")
