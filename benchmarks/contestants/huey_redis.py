"""huey with Redis: worker threads, or worker processes for work that holds the processor.

Nothing of huey is imported until it is needed: the harness reads the classes before there is an environment.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from benchmarks import work
from benchmarks.contestant import Contestant, SyncSession

ADDRESS_VARIABLE = "BENCHMARK_HUEY_REDIS"
FAMILY_VARIABLE = "BENCHMARK_HUEY_FAMILY"
TASKS = (work.noop, work.nap, work.burn, work.echo, work.stamp, work.gate)
URGENT = 100
POLL_SECONDS = 0.0001
MOST_CONNECTIONS = 1_000  # a worker thread holds one; 100 threads need more than redis-py's own bound
SETTINGS = (
    f"1 worker thread for no-ops (processes for work that computes), -q -n, results by blocking get() with backoff 1 "
    f"and max_delay {1000 * POLL_SECONDS:g} ms, bulk by map(); hiredis"
)


@functools.cache
def queue() -> Any:
    """Return huey, for a consumer, which finds it by name, and for the session."""
    import huey as library

    family = getattr(library, os.environ[FAMILY_VARIABLE])
    # Without `store_none` a task that returns nothing has no result to wait for. `notify_result` wakes who waits, but
    # quick polls measured better: 0.41 instead of 0.55 ms and 5,600 instead of 2,700 no-ops a second.
    address = f"{os.environ[ADDRESS_VARIABLE]}?max_connections={MOST_CONNECTIONS}"
    return family("benchmarks", url=address, store_none=True)


@functools.cache
def tasks() -> dict[str, Any]:
    """Return what enqueues a task when called, by name."""
    return {each.__name__: queue().task()(each) for each in TASKS}


def __getattr__(name: str) -> Any:
    """Make the queue when the consumer asks for it, not when the harness reads the classes."""
    if name == "huey":
        tasks()
        return queue()
    raise AttributeError(name)


class HueyRedis(Contestant):
    """huey as its guide sets it up: a list in Redis, first in, first out."""

    name = "huey"
    packages = ("huey[redis]", "hiredis")
    shown = ("redis",)
    servers = ("redis",)
    settings = f"RedisHuey, {SETTINGS}; no priorities"
    slots_for_no_ops = 1
    family: ClassVar[str] = "RedisHuey"

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        workers = ["-k", "thread" if processes == 1 else "process", "-w", str(slots)]
        return [
            [sys.executable, "-m", "huey.bin.huey_consumer", f"{__name__}.huey", *workers, "--quiet", "--no-periodic"]
        ]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"], FAMILY_VARIABLE: self.family}

    @contextmanager
    def open(self) -> Iterator["HueySession"]:
        yield HueySession(queue(), tasks())


class PriorityHueyRedis(HueyRedis):
    """huey with priorities: a sorted set in Redis."""

    name = "huey, priorities"
    settings = f"PriorityRedisHuey, {SETTINGS}"
    family = "PriorityRedisHuey"


class HueySession(SyncSession):
    """Calls tasks; polls for each result."""

    def __init__(self, queue: Any, tasks: Mapping[str, Any]) -> None:
        """Use this queue and its tasks."""
        self._queue = queue
        self._tasks = tasks

    def submit(self, task: str, *arguments: Any) -> Any:
        return self._tasks[task](*arguments)

    def wait(self, handle: Any) -> Any:
        return handle.get(blocking=True, backoff=1.0, max_delay=POLL_SECONDS)

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        for each in self._tasks[task].map(arguments):
            self.wait(each)

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        if not self._queue.storage.priority:
            raise NotImplementedError
        made = self._tasks[task].s(*arguments)
        made.priority = URGENT
        handle = self._queue.enqueue(made)
        return lambda: self.wait(handle)
