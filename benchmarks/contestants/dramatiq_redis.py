"""dramatiq with Redis as broker and as result backend: worker threads in worker processes.

Nothing of dramatiq is imported until it is needed: the harness reads the class before there is an environment.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from benchmarks import work
from benchmarks.contestant import Contestant, SyncSession

ADDRESS_VARIABLE = "BENCHMARK_DRAMATIQ_REDIS"
TASKS = (work.noop, work.nap, work.burn, work.echo, work.stamp, work.gate)
URGENT, NORMAL = 0, 10
"""Priorities: the lowest number comes first."""
RESULT_MILLISECONDS = 600_000
PREFETCH = 100
QUICK_MILLISECONDS = 2
"""How long a worker sleeps at most before it looks again; with 1 it does not sleep at all."""
SETTINGS = (
    f"dramatiq_queue_prefetch {PREFETCH} (with several processes the default, 2 a thread), default middleware, "
    "Results in Redis, bulk by group(), urgent tasks on a queue of their own with a higher priority; hiredis"
)


@functools.cache
def actors() -> dict[str, Any]:
    """Set the broker up and return its actors by name: for workers, which call this by name, and for the session.

    A priority orders what a worker has fetched; an urgent task has a queue of its own, so that it is fetched at once.
    """
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.results import Results
    from dramatiq.results.backends import RedisBackend

    address = os.environ[ADDRESS_VARIABLE]
    broker = RedisBroker(url=address)
    broker.add_middleware(Results(backend=RedisBackend(url=address), store_results=True))
    dramatiq.set_broker(broker)
    made = {each.__name__: dramatiq.actor(each, priority=NORMAL) for each in TASKS}
    urgent = dramatiq.actor(work.stamp, actor_name="urgent_stamp", queue_name="urgent", priority=URGENT)
    return made | {"urgent stamp": urgent}


class Dramatiq(Contestant):
    """Worker processes whose threads share the slots."""

    name = "dramatiq"
    packages = ("dramatiq[redis]", "hiredis")
    shown = ("redis",)
    servers = ("redis",)
    settings = f"1 thread for no-ops, {SETTINGS}"
    slots_for_no_ops = 1
    variables: ClassVar[Mapping[str, str]] = {}

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        threads = slots // processes
        # Measured: with two messages a thread, as by default, one thread waits for the next poll: 260 no-ops a second
        # instead of 4,600. Of several processes the first would take the others' messages.
        prefetch = max(PREFETCH, 2 * threads) if processes == 1 else 2 * threads
        sizes = ["--processes", str(processes), "--threads", str(threads)]
        worker = [sys.executable, "-m", "dramatiq", f"{__name__}:actors", *sizes]
        return [["env", f"dramatiq_queue_prefetch={prefetch}", *worker]]

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"], **self.variables}

    @contextmanager
    def open(self) -> Iterator["DramatiqSession"]:
        yield DramatiqSession(actors())


class DramatiqQuick(Dramatiq):
    """Workers that look for messages every other millisecond while there are none: less latency, less throughput."""

    name = "dramatiq, quick polls"
    settings = f"dramatiq_worker_timeout {QUICK_MILLISECONDS} (by default 1000), 1 thread for no-ops, {SETTINGS}"
    variables: ClassVar[Mapping[str, str]] = {"dramatiq_worker_timeout": str(QUICK_MILLISECONDS)}


class DramatiqSession(SyncSession):
    """Sends messages; blocks on each result."""

    def __init__(self, actors: dict[str, Any]) -> None:
        """Use these actors."""
        self._actors = actors

    def submit(self, task: str, *arguments: Any) -> Any:
        return self._actors[task].send(*arguments)

    def wait(self, handle: Any) -> Any:
        return handle.get_result(block=True, timeout=RESULT_MILLISECONDS)

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        from dramatiq import group

        sent = group(self._actors[task].message(*each) for each in arguments).run()
        for _ in sent.get_results(block=True, timeout=RESULT_MILLISECONDS):
            pass

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        handle = self._actors[f"urgent {task}"].send(*arguments)
        return lambda: self.wait(handle)
