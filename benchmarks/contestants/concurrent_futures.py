"""The limit of processes on one machine: the standard library's pool, without a queue beyond its program."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, ClassVar

from benchmarks import work
from benchmarks.contestant import Contestant, Session, SyncSession

PROCESSES = 2


class ConcurrentFutures(Contestant):
    """A pool that belongs to the session: its processes end with the program that submits."""

    name = "concurrent.futures"
    role = "limit"
    settings = f"ProcessPoolExecutor({PROCESSES}), spawned; in bulk: map(chunksize=100)"
    absent: ClassVar[Mapping[str, str]] = {
        "sleeps": f"its {PROCESSES} processes run one task each",
        "footprint": "it is part of the program that submits",
        "backlog": "it is part of the program that submits",
    }

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return []

    @contextmanager
    def open(self) -> Iterator[Session]:
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            yield PoolSession(pool)


class PoolSession(SyncSession):
    """Submits to the pool."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        """Take the pool."""
        self._pool = pool

    def submit(self, task: str, *arguments: Any) -> Any:
        return self._pool.submit(getattr(work, task), *arguments)

    def wait(self, handle: Future[Any]) -> Any:
        return handle.result()

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        for _ in self._pool.map(_call, [task] * len(arguments), arguments, chunksize=100):
            pass


def _call(task: str, arguments: tuple[Any, ...]) -> Any:
    return getattr(work, task)(*arguments)
