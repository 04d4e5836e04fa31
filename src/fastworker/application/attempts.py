"""The attempts of one worker process: started, running, ended and not yet reported."""

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastworker.domain.errors import FastWorkerError
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome

from .batch_size import outcome_bytes
from .execution import Execution, error_record
from .messages import BATCH_BYTES, BATCH_ENTRIES, LeaseEntry, ReportEntry
from .ports.clock import Clock
from .ports.codec import PayloadCodec
from .ports.task_executor import TaskExecutor
from .task_registry import TaskRegistry
from .wakeup import Wakeup

type EndedAttempt = tuple[ReportEntry, bytes]


class Attempts:
    """Starts attempts on the executor that fits their function, and keeps their outcomes until they are taken.

    Bounded by the slots of the worker: it is leased no more than it has room for.
    """

    def __init__(
        self,
        *,
        codec: PayloadCodec,
        clock: Clock,
        async_executor: TaskExecutor,
        sync_executor: TaskExecutor,
    ) -> None:
        self._codec = codec
        self._clock = clock
        self._async_executor = async_executor
        self._sync_executor = sync_executor
        self._running: dict[int, Execution] = {}
        self._disowned: set[int] = set()
        self._ended: deque[EndedAttempt] = deque()
        self._news = Wakeup()

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[Execution]:
        return iter(list(self._running.values()))

    @property
    def occupied(self) -> int:
        """How many run without a lease of the present registration."""
        return len(self._disowned)

    @property
    def has_ended(self) -> bool:
        """True when `take_ended` has something to give."""
        return bool(self._ended)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Make the executors ready; leaving abandons what still runs."""
        async with self._async_executor.open(self._done), self._sync_executor.open(self._done):
            yield

    def start(self, registry: TaskRegistry, entry: LeaseEntry, payload: bytes) -> None:
        """Begin an attempt."""
        try:
            function = registry[entry.name]
            signature = self._codec.signature(function.function)
        except FastWorkerError as error:
            self._end(entry.task_id, entry.token, Outcome(TaskStatus.FAILURE, error=error_record(error)))
            return
        execution = Execution(entry.task_id, entry.attempt, entry.token, function, signature, payload, self._clock.now)
        self._running[entry.token] = execution
        executor = self._async_executor if function.is_async else self._sync_executor
        executor.start(execution)

    def disown(self) -> None:
        """Note that the leases of everything that runs belong to a registration that is over."""
        self._disowned = set(self._running)

    async def wait_for_ended(self) -> None:
        """Wait until `take_ended` has something to give."""
        while not self._ended:
            await self._news.wait()

    def take_ended(self) -> list[EndedAttempt]:
        """Remove and return the oldest outcomes that fit into one batch."""
        taken: list[EndedAttempt] = []
        size = 0
        while self._ended and len(taken) < BATCH_ENTRIES:
            entry, payload = self._ended[0]
            size += outcome_bytes(payload, entry.error)
            if taken and size > BATCH_BYTES:
                break
            taken.append(self._ended.popleft())
        return taken

    def put_back(self, taken: list[EndedAttempt]) -> None:
        """Undo `take_ended`: the report did not arrive, or may not have."""
        self._ended.extendleft(reversed(taken))
        self._news.set()

    def stack(self, execution: Execution) -> str:
        """Return the present Python stack of an attempt."""
        executor = self._async_executor if execution.function.is_async else self._sync_executor
        return executor.stack(execution)

    def _done(self, execution: Execution, outcome: Outcome) -> None:
        del self._running[execution.token]
        self._disowned.discard(execution.token)
        self._end(execution.task_id, execution.token, outcome)

    def _end(self, task_id: str, token: int, outcome: Outcome) -> None:
        entry = ReportEntry(task_id, token, outcome.status, outcome.run_seconds, outcome.error)
        self._ended.append((entry, outcome.payload))
        self._news.set()
