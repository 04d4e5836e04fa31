"""What every contestant brings: its processes, and a session that submits the same tasks as all others.

Each runs in a virtual environment of its own, so this module and `benchmarks.work` import the standard library only.
"""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

CALLERS = 2_000
"""How many concurrent callers an asynchronous client has in a throughput workload."""

LOAD_STEP_SECONDS = 0.01
"""A paced load submits what is due so often."""


class Contestant(ABC):
    """One queue in one configuration; tasks are the functions of `benchmarks.work`, by their names there."""

    name: ClassVar[str]
    role: ClassVar[Literal["ours", "limit", "peer"]] = "peer"
    packages: ClassVar[tuple[str, ...]] = ()
    """What pip installs into its environment; the installed versions go into the report."""
    shown: ClassVar[tuple[str, ...]] = ()
    """Further packages whose versions the report shows."""
    servers: ClassVar[tuple[str, ...]] = ()
    """Names of `benchmarks.servers` that it needs running."""
    settings: ClassVar[str] = ""
    """How it was tuned, in one line of its own terms, for the report."""
    slots_for_no_ops: ClassVar[int] = 100
    """How many tasks at once serve it best when tasks do nothing, by its documentation."""
    absent: ClassVar[Mapping[str, str]] = {}
    """The workloads it takes no part in, and why."""

    def __init__(self, addresses: Mapping[str, str], folder: Path) -> None:
        """Take the address of each of its servers, and an empty folder for files of its own."""
        self.addresses = addresses
        self.folder = folder

    @abstractmethod
    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        """Return the command lines of its own processes: `processes` workers with `slots` tasks at once among them."""

    @property
    def environment(self) -> dict[str, str]:
        """Return variables for its processes, and for the process of its session."""
        return {}

    @abstractmethod
    def open(self) -> "AbstractContextManager[Session]":
        """Return a session, entered and left by the workload; its processes may still be starting."""


class Session(ABC):
    """A client of one contestant; every call of these blocks."""

    @abstractmethod
    def call(self, task: str, *arguments: Any) -> Any:
        """Submit one task, wait for its result, return it."""

    @abstractmethod
    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        """Submit tasks by the fastest way there is, without their results; return what waits for all of these."""

    @abstractmethod
    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        """Submit tasks by one call each, as concurrently as it does best, and see every result."""

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        """Submit tasks by calls that take many, and see every result; raises NotImplementedError where none exists."""
        raise NotImplementedError

    @abstractmethod
    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        """Submit one task of the highest priority; return what waits for its result and returns it.

        Raises NotImplementedError where there are no priorities.
        """

    @abstractmethod
    def latencies(self, number: int, load: float) -> list[float]:
        """Return the seconds of `number` no-ops, submitted one after the other beside `load` others per second."""

    def round_trips(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[float]:
        """Return the seconds of each task, submitted one after the other."""
        return [self._seconds_of_call(task, *each) for each in arguments]

    def _seconds_of_call(self, task: str, *arguments: Any) -> float:
        began = time.perf_counter()
        self.call(task, *arguments)
        return time.perf_counter() - began


class SyncSession(Session):
    """A client whose calls block: what is submitted at once is submitted in a row."""

    @abstractmethod
    def submit(self, task: str, *arguments: Any) -> Any:
        """Submit one task; return a handle."""

    @abstractmethod
    def wait(self, handle: Any) -> Any:
        """Return the result of a task; raises what it raised."""

    def call(self, task: str, *arguments: Any) -> Any:
        return self.wait(self.submit(task, *arguments))

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        handles = [self.submit(task, *each) for each in arguments]
        return lambda: [self.wait(handle) for handle in handles] and None

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        for handle in [self.submit(task, *each) for each in arguments]:
            self.wait(handle)

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        raise NotImplementedError

    def latencies(self, number: int, load: float) -> list[float]:
        with self._load(load):
            return self.round_trips("noop", [()] * number)

    @contextmanager
    def _load(self, per_second: float) -> Iterator[None]:
        ended = threading.Event()

        def submit_what_is_due() -> None:
            began, submitted = time.perf_counter(), 0
            while not ended.wait(LOAD_STEP_SECONDS):
                due = int(per_second * (time.perf_counter() - began))
                for _ in range(due - submitted):
                    self.submit("noop")
                submitted = max(due, submitted)

        thread = threading.Thread(target=submit_what_is_due)
        if per_second > 0:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            if thread.ident is not None:
                thread.join()


class AsyncSession(Session):
    """A client on an event loop of its own; many callers submit at once, each one task at a time."""

    def __init__(self, runner: asyncio.Runner) -> None:
        """Use the loop of this runner; see `opened`."""
        self._runner = runner

    @abstractmethod
    async def submit(self, task: str, *arguments: Any) -> Any:
        """Submit one task; return a handle."""

    @abstractmethod
    async def wait(self, handle: Any) -> Any:
        """Return the result of a task; raises what it raised."""

    def call(self, task: str, *arguments: Any) -> Any:
        return self._runner.run(self._call(task, *arguments))

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        handles = self._runner.run(self._by_callers(lambda each: self.submit(task, *each), arguments))

        async def wait_for_all() -> None:
            for handle in handles:
                await self.wait(handle)

        return lambda: self._runner.run(wait_for_all())

    def run(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self._runner.run(self._by_callers(lambda each: self._call(task, *each), arguments))

    def start_urgent(self, task: str, *arguments: Any) -> Callable[[], Any]:
        handle = self._runner.run(self.submit_urgent(task, *arguments))
        return lambda: self._runner.run(self.wait(handle))

    async def submit_urgent(self, task: str, *arguments: Any) -> Any:
        """Submit one task of the highest priority; return a handle."""
        raise NotImplementedError

    def latencies(self, number: int, load: float) -> list[float]:
        return self._runner.run(self._latencies(number, load))

    def round_trips(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[float]:
        return self._runner.run(self._round_trips(task, arguments))

    async def _round_trips(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> list[float]:
        return [await self._seconds_of(task, *each) for each in arguments]

    async def _call(self, task: str, *arguments: Any) -> Any:
        return await self.wait(await self.submit(task, *arguments))

    async def _by_callers[T](
        self, call: Callable[[tuple[Any, ...]], Awaitable[T]], arguments: Sequence[tuple[Any, ...]]
    ) -> list[T]:
        left, results = iter(arguments), []

        async def caller() -> None:
            results.extend([await call(each) for each in left])

        async with asyncio.TaskGroup() as group:
            for _ in range(min(CALLERS, len(arguments))):
                group.create_task(caller())
        return results

    async def _latencies(self, number: int, load: float) -> list[float]:
        paced = asyncio.create_task(self._submit_what_is_due(load))
        try:
            return await self._round_trips("noop", [()] * number)
        finally:
            if not paced.cancel():
                paced.result()  # it ends by itself only without load, or by an error

    async def _seconds_of(self, task: str, *arguments: Any) -> float:
        began = time.perf_counter()
        await self._call(task, *arguments)
        return time.perf_counter() - began

    async def _submit_what_is_due(self, per_second: float) -> None:
        began, submitted = time.perf_counter(), 0
        while per_second > 0:
            await asyncio.sleep(LOAD_STEP_SECONDS)
            due = int(per_second * (time.perf_counter() - began))
            await asyncio.gather(*(self.submit("noop") for _ in range(due - submitted)))
            submitted = max(due, submitted)


@contextmanager
def opened(
    make: Callable[[asyncio.Runner], AsyncSession], lifetime: Callable[[AsyncSession], AbstractAsyncContextManager[Any]]
) -> Iterator[AsyncSession]:
    """Yield an asynchronous session whose connections live as long as `lifetime`."""
    with asyncio.Runner() as runner:
        session = make(runner)
        left = asyncio.Event()
        holder = runner.run(_held(lifetime(session), left))
        try:
            yield session
        finally:
            left.set()
            runner.run(_ended(holder))


async def _held(context: AbstractAsyncContextManager[Any], left: asyncio.Event) -> asyncio.Task[None]:
    """Return a task that has entered a context, and leaves it on an event: anyio wants both in the same task."""
    entered = asyncio.Event()

    async def hold() -> None:
        async with context:
            entered.set()
            await left.wait()

    holder = asyncio.create_task(hold())
    waiting = asyncio.create_task(entered.wait())
    await asyncio.wait([holder, waiting], return_when=asyncio.FIRST_COMPLETED)
    if holder.done():
        waiting.cancel()
        await holder
    return holder


async def _ended(holder: asyncio.Task[None]) -> None:
    await holder
