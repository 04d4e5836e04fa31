"""The work of the benchmarks."""

import asyncio
import time

from fastworker import task


@task
async def noop() -> None:
    """Do nothing, in the worker's event loop."""


@task
def noop_thread() -> None:
    """Do nothing, in one of the worker's threads."""


@task
async def nap(seconds: float) -> None:
    """Sleep without holding anything."""
    await asyncio.sleep(seconds)


@task
def burn(seconds: float) -> None:
    """Hold the processor for some seconds of its time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
