"""rq with Redis: a pool of workers, each a process that runs one task after the other.

Nothing of rq is imported until it is needed: the harness reads the class before there is an environment.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks import work
from benchmarks.contestant import Contestant, SyncSession

URGENT, NORMAL = "urgent", "normal"
RESULT_SECONDS = 600


class Rq(Contestant):
    """A pool with one worker for each slot, which runs tasks in its own process."""

    name = "rq"
    packages = ("rq", "hiredis")
    shown = ("redis",)
    servers = ("redis",)
    settings = (
        "rq worker-pool of SimpleWorker (advised for short trusted tasks), 4 processes for no-ops, "
        "urgent tasks on a queue listed first, bulk by enqueue_many, results by latest_result(timeout); hiredis"
    )
    slots_for_no_ops = 4

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        pool = [sys.executable, "-m", "rq.cli", "worker-pool", "--num-workers", str(slots), "--quiet"]
        where = ["--url", self.addresses["redis"], "--worker-class", "rq.SimpleWorker"]
        return [[*pool, *where, URGENT, NORMAL]]

    @contextmanager
    def open(self) -> Iterator["RqSession"]:
        from redis import Redis
        from rq import Queue

        with Redis.from_url(self.addresses["redis"]) as redis:
            yield RqSession(Queue(NORMAL, connection=redis), Queue(URGENT, connection=redis))


class RqSession(SyncSession):
    """Enqueues functions; blocks on each result."""

    def __init__(self, normal: Any, urgent: Any) -> None:
        """Use these two queues."""
        self._normal = normal
        self._urgent = urgent

    def submit(self, task: str, *arguments: Any) -> Any:
        return self._normal.enqueue(getattr(work, task), *arguments)

    def wait(self, handle: Any) -> Any:
        result = handle.latest_result(timeout=RESULT_SECONDS)
        if result is None or result.type != result.Type.SUCCESSFUL:
            raise RuntimeError(f"job {handle.id} failed: {result and result.exc_string}")
        return result.return_value

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        function = getattr(work, task)
        jobs = self._normal.enqueue_many([self._normal.prepare_data(function, each) for each in arguments])

        def wait_for_all() -> None:
            for job in jobs:
                self.wait(job)

        return wait_for_all

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self.accept(task, arguments)()

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        job = self._urgent.enqueue(getattr(work, task), *arguments)
        return lambda: self.wait(job)
