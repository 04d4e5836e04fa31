"""`LocalSystem`: the whole system in one process, on the event loop of a test, in time that the test moves."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from fastworker.adapters.memory import InMemoryTransport
from fastworker.application.client import TaskClient
from fastworker.domain.errors import InvalidOption, UnknownWorker

from .duration import Duration, seconds_of
from .faults import Fault, Raisable
from .found_tasks import AnyTask, Tasks, registry_of
from .installation import Installation
from .parts import NewTransport, Options
from .submissions import Submitted


class LocalSystem:
    """A control plane, workers and a client, in memory: use it as `async with LocalSystem(mytasks) as system`.

    Takes modules with task functions, task functions, or the dotted names of either. Inside, `await fn.submit(...)`
    goes to this system, and so does `fn.submit_sync(...)` in other threads. Every message and payload goes through the
    real codec. No port is opened.

    There are `workers`, each with `slots`. `def` tasks run in threads as in a real worker, or, with `threads=False`, on
    the event loop itself. What runs gets `patience` real seconds to come to its end. `transport` makes the network.

    Time stands still until `advance` moves it, for delays, retries, timeouts and the silence of dead workers. Code of
    your own that sleeps or reads a clock does so in real time.
    """

    _is_bridged = False

    def __init__(
        self,
        *tasks: Tasks,
        workers: int = 1,
        slots: int = 16,
        threads: bool = True,
        patience: Duration = 1.0,
        transport: NewTransport = InMemoryTransport,
    ) -> None:
        if workers < 0 or slots < 1 or not seconds_of(patience):
            raise InvalidOption(
                f"workers={workers!r}, slots={slots!r}, patience={patience!r}; expected 0 workers or more, at "
                "least 1 slot for each, and some patience"
            )
        self._registry = registry_of(tasks)
        self._options = Options(workers, slots, threads, seconds_of(patience), transport, self._is_bridged)
        self._open: Installation | None = None

    async def __aenter__(self) -> Self:
        if self._open is not None:
            raise RuntimeError("this LocalSystem is open already")
        system = Installation(self._registry, self._options)
        await system.open()
        self._open = system
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        system, self._open = self._system, None
        await system.close()
        if error is None:
            system.faults.check_all_used()

    @property
    def client(self) -> TaskClient:
        """The client that `fn.submit` uses here."""
        return self._system.client

    def new_client(self) -> TaskClient:
        """Return another client of this system, for an application that starts and stops its own."""
        return self._system.new_client()

    @property
    def now(self) -> datetime:
        """The time in this system: the real time when it was opened, and what `advance` has added."""
        return datetime.fromtimestamp(self._system.clock.wall(), UTC)

    # ---- time ----

    async def drain(self) -> int:
        """Let all tasks run that can run now, and those that they submit; return how many ended since the last call.

        What waits for a time, for a delay or its next attempt, goes on waiting: `advance` moves the time.

        Raises:
            StillWaiting: a task cannot go on: it does not come to its end, or no worker or slot is left for it.
        """
        __tracebackhide__ = True
        return await self._system.pace.drain()

    async def advance(self, duration: Duration) -> None:
        """Move the time on by "2h", "1h30m", seconds or a timedelta, and let happen what happens on the way."""
        __tracebackhide__ = True
        await self._system.pace.advance(seconds_of(duration))

    # ---- what was submitted ----

    def submitted(self, task: AnyTask | str, /, *args: Any, **kwargs: Any) -> list[Submitted]:
        """Return the submissions of a task function with these arguments; those that are left out may be anything.

        Raises:
            NotSubmitted: there is none; it lists those that there are.
        """
        __tracebackhide__ = True
        return self._system.submissions.matching(task, args, kwargs)

    def submissions(self, task: AnyTask | str | None = None) -> list[Submitted]:
        """Return everything that was submitted, in order, or what was of one task function."""
        return self._system.submissions.all(task)

    # ---- what goes wrong ----

    def fail_next(self, task: AnyTask | str, error: Raisable) -> None:
        """Have the next run of a task function raise this, in place of doing its work; twice: the next two.

        A run that does not come is an error when the system is left (`FaultUnused`).
        """
        self._add_fault(task, Fault(error))

    def kill_next(self, task: AnyTask | str) -> None:
        """Have the worker die that starts the next run of a task function; see `kill_worker`."""
        self._add_fault(task, Fault(None))

    async def kill_worker(self, worker_id: str | None = None) -> str:
        """Have a worker die in the middle of what it does: the first that lives, unless one is named; return its id.

        It says nothing. The control plane notices after 15 s without a beat: what it ran is tried again, or lost.

        Raises:
            UnknownWorker: no such worker lives.
        """
        alive = [worker for worker in self._system.workers if worker.is_alive]
        for worker in alive:
            if worker_id in (None, worker.worker_id):
                await self._system.kill(worker)
                return worker.worker_id
        names = ", ".join(worker.worker_id for worker in alive) or "none"
        raise UnknownWorker(f"no worker {worker_id or ''!r} lives here; alive: {names}")

    async def start_worker(self) -> str:
        """Start one more worker, and return its id."""
        system = self._system
        worker = system.start_worker()
        await system.pace.settle()
        return worker.worker_id

    def _add_fault(self, task: AnyTask | str, fault: Fault) -> None:
        self._system.faults.add(self._system.submissions.function(task).name, fault)

    @property
    def _system(self) -> Installation:
        if self._open is None:
            raise RuntimeError("this LocalSystem is not open: use `async with LocalSystem(...) as system`")
        return self._open
