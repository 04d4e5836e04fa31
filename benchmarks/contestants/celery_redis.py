"""celery with Redis as broker and as result backend, in its prefork pool and in its threads pool.

Nothing of celery is imported until it is needed: the harness reads the classes before there is an environment.
"""

import functools
import os
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from benchmarks import work
from benchmarks.contestant import Contestant, SyncSession

ADDRESS_VARIABLE = "BENCHMARK_CELERY_REDIS"
TASKS = (work.noop, work.nap, work.burn, work.echo, work.stamp, work.gate)
URGENT, NORMAL = 0, 9
"""Priorities: with Redis the lowest number comes first."""
SETTINGS = (
    "worker_prefetch_multiplier 64 (1 with one slot, 4 with several processes), without gossip, mingle, heartbeat and "
    "remote control, no rate limits, priority_steps [0, 9], results by publish/subscribe, bulk by group(); hiredis"
)


@functools.cache
def application() -> Any:
    """Return celery's application, knowing the tasks: for a worker, which finds it by name, and for the session."""
    from celery import Celery

    address = os.environ[ADDRESS_VARIABLE]
    made = Celery("benchmarks", broker=address, backend=address)
    made.conf.update(
        worker_disable_rate_limits=True,
        worker_enable_remote_control=False,
        task_default_priority=NORMAL,
        broker_transport_options={"priority_steps": [URGENT, NORMAL], "queue_order_strategy": "priority"},
    )
    for each in TASKS:
        made.task(each, name=each.__name__)
    return made


def __getattr__(name: str) -> Any:
    """Make the application when `celery -A` asks for it, not when the harness reads the classes."""
    if name == "app":
        return application()
    raise AttributeError(name)


class CeleryRedis(Contestant):
    """What both pools have in common."""

    packages = ("celery[redis]", "hiredis")
    shown = ("kombu", "redis")
    servers = ("redis",)
    slots_for_no_ops = 2
    pool: ClassVar[str]

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        worker = [sys.executable, "-m", "celery", "-A", f"{__name__}:app", "worker", "--loglevel", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        fetch = ["--prefetch-multiplier", str(_prefetch_multiplier(slots, processes))]
        return [
            [*worker, *quiet, *fetch, "--pool", self.pool, "--concurrency", str(each), "--hostname", f"w{number}@bench"]
            for number, each in enumerate(self.sizes(slots, processes))
        ]

    @abstractmethod
    def sizes(self, slots: int, processes: int) -> list[int]:
        """Return the concurrency of each worker."""

    @property
    def environment(self) -> dict[str, str]:
        return {ADDRESS_VARIABLE: self.addresses["redis"]}

    @contextmanager
    def open(self) -> Iterator["CelerySession"]:
        yield CelerySession(application())


def _prefetch_multiplier(slots: int, processes: int) -> int:
    """Return what the optimizing guide advises: much for short tasks, 1 where something urgent may come."""
    if slots == 1:
        return 1
    return 64 if processes == 1 else 4


class CeleryPrefork(CeleryRedis):
    """One worker, with a child process for each slot."""

    name = "celery, prefork"
    pool = "prefork"
    settings = f"prefork pool, 2 children for no-ops; {SETTINGS}"

    def sizes(self, slots: int, processes: int) -> list[int]:
        return [slots]


class CeleryThreads(CeleryRedis):
    """One worker for each process that is asked for; its threads share the slots."""

    name = "celery, threads"
    pool = "threads"
    settings = f"threads pool, 2 threads for no-ops; {SETTINGS}"

    def sizes(self, slots: int, processes: int) -> list[int]:
        return [slots // processes] * processes


class CelerySession(SyncSession):
    """Calls tasks; results come by Redis' publish and subscribe."""

    def __init__(self, application: Any) -> None:
        """Use the tasks of this application."""
        self._tasks = application.tasks

    def submit(self, task: str, *arguments: Any) -> Any:
        return self._tasks[task].apply_async(arguments)

    def wait(self, handle: Any) -> Any:
        return handle.get()

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        from celery import group

        group([self._tasks[task].s(*each) for each in arguments]).apply_async().get()

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        handle = self._tasks[task].apply_async(arguments, priority=URGENT)
        return lambda: self.wait(handle)
