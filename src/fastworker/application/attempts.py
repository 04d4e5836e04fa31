"""The attempts of one worker process: started, running, made to end, ended and not yet reported."""

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import assert_never

from fastworker.domain.errors import FastWorkerError, PayloadTooLarge
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome
from fastworker.domain.task_span import TaskSpan
from fastworker.domain.text import bounded

from .alarms import Alarms
from .background import background_tasks
from .batch_size import outcome_bytes
from .current_task import NOTE_CHARACTERS
from .execution import Execution, StopReason, error_record, failure, is_too_late, stopped
from .failure_locals import MOST_CHARACTERS, LocalsReader
from .messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    PAYLOAD_BYTES,
    PLAIN,
    STACK_CHARACTERS,
    LeaseDetails,
    LeaseEntry,
    NoteEntry,
    ReportEntry,
    RetryWish,
    RunningTask,
    StackEntry,
)
from .notes import Note
from .ports.clock import Clock
from .ports.codec import PayloadCodec
from .ports.task_executor import TaskExecutor
from .ports.tracing import FindTracing, RunSpan, no_tracing
from .task_function import TaskFunction
from .task_registry import TaskRegistry
from .wakeup import Wakeup

type EndedAttempt = tuple[ReportEntry, bytes]

LINES_OF_A_FAILURE = MOST_CHARACTERS // NOTE_CHARACTERS + 1
"""The locals of a failed attempt take as much of a report as so many log lines."""


class Attempts:
    """Starts attempts on the executor that fits their function, and keeps their outcomes until they are taken.

    An attempt that is over time, or cancelled, is asked to end by the means of its executor. If it has not ended
    `grace_seconds` later it is given up: its end is reported, and its slot stays taken until it really returns.
    Bounded by the slots of the worker: it is leased no more than it has room for.
    """

    def __init__(
        self,
        *,
        codec: PayloadCodec,
        clock: Clock,
        async_executor: TaskExecutor,
        sync_executor: TaskExecutor,
        process_executor: TaskExecutor,
        grace_seconds: float = 2.0,
        find_tracing: FindTracing = no_tracing,
        show_locals: bool = False,
    ) -> None:
        self._codec = codec
        self._clock = clock
        self._async_executor = async_executor
        self._sync_executor = sync_executor
        self._process_executor = process_executor
        self._grace_seconds = grace_seconds
        self._find_tracing = find_tracing
        self._read_locals = LocalsReader(clock.now) if show_locals else None
        self._alarms: Alarms[Execution] = Alarms(clock, self._ring, still_on=lambda each: each.token in self._running)
        self._running: dict[int, Execution] = {}
        self._disowned: set[int] = set()
        self._given_up: set[int] = set()
        self._patient_until: dict[int, float] = {}  # until when those that were told to end are waited for
        self._noted: dict[int, Execution] = {}
        self._ended: deque[EndedAttempt] = deque()
        self._news = Wakeup()
        self._is_awaited: Wakeup | None = None  # by who waits for the last attempt
        self._has_freed = False  # a slot that was occupied, and nobody was told yet
        self.max_result_bytes = PAYLOAD_BYTES
        self.max_spans = 0
        self.slots: int | None = None  # as the worker's process was started, until it is resized

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[Execution]:
        return iter(list(self._running.values()))

    @property
    def occupied(self) -> int:
        """How many run without a lease of the present registration, or were given up."""
        return len(self._disowned | self._given_up)

    def tell_occupied(self) -> int:
        """Return `occupied`, for a message that tells it to the control plane."""
        self._has_freed = False
        return self.occupied

    async def wait_for_the_last(self) -> None:
        """Wait until nothing runs any more but what was given up."""
        self._is_awaited = Wakeup()
        while len(self._running) > len(self._given_up):
            await self._is_awaited.wait()

    @property
    def has_ended(self) -> bool:
        """True when `take_ended` has something to give."""
        return bool(self._ended)

    @property
    def has_news(self) -> bool:
        """True when `take_ended` or `take_notes` has something to give, or an occupied slot has become free."""
        return bool(self._ended or self._noted or self._has_freed)

    @property
    def next_alarm_at(self) -> float | None:
        """When an attempt may next have to be made to end, or to be given up; None when none has to."""
        return self._alarms.next_at

    def is_given_up(self, execution: Execution) -> bool:
        """True when an attempt was reported as ended and goes on nevertheless."""
        return execution.token in self._given_up

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Make the executors ready; leaving abandons what still runs."""
        async with (
            self._async_executor.open(self._done, self._note),
            self._sync_executor.open(self._done, self._note),
            self._process_executor.open(self._done, self._note),
            background_tasks() as group,
        ):
            group.start_soon(self._alarms.run)
            yield

    def resize(self, slots: int) -> None:
        """Run so many at once; of more that run already, none is ended."""
        self.slots = slots
        for executor in (self._async_executor, self._sync_executor, self._process_executor):
            executor.resize(slots)

    # ---- starting and stopping ----

    def obey(self, registry: TaskRegistry, entry: LeaseEntry, payload: bytes, *, clock_offset: float) -> None:
        """Begin an attempt, or end one; `clock_offset` is the control plane's clock minus ours."""
        details = entry.details or PLAIN
        if details.is_stop:
            self._stop_if_running(entry.token)
        else:
            self._start(registry, entry, details, payload, clock_offset)

    def _start(
        self, registry: TaskRegistry, entry: LeaseEntry, details: LeaseDetails, payload: bytes, clock_offset: float
    ) -> None:
        try:
            function = registry[entry.name]
            signature = self._codec.signature(function.function)
        except FastWorkerError as error:
            self._end(entry.task_id, entry.token, Outcome(TaskStatus.FAILURE, error=error_record(error)))
            return
        execution = Execution(
            entry.task_id,
            entry.attempt,
            entry.token,
            function,
            signature,
            payload,
            self._clock.now,
            details.priority,
            details.terms,
            None if details.start_by is None else details.start_by - clock_offset,
            self._read_locals,
        )
        if execution.start_by is not None and is_too_late(execution):
            self._end(entry.task_id, entry.token, Outcome(TaskStatus.EXPIRED))
            return
        tracing = self._find_tracing()
        if tracing is not None:
            execution.span = tracing.running(entry, details, payload, spans=self.max_spans)
        self._running[entry.token] = execution
        if details is not PLAIN:
            self._set_timeout(execution)
        self._executor_of(function).start(execution)

    def _set_timeout(self, execution: Execution) -> None:
        """See that an attempt does not take too long. A child process raises inside the task first, by itself."""
        timeout = execution.terms.timeout_seconds
        if timeout is not None:
            grace = self._grace_seconds if execution.function.isolation == "process" else 0.0
            began_at = execution.started_at or self._clock.now()  # one that waits for its thread or process has not
            self._alarms.set(began_at + timeout + grace, execution)

    def _is_over_time(self, execution: Execution) -> bool:
        """Tell whether the time of an attempt is over; it counts from its beginning, which may have come late."""
        if (
            execution.started_at
            and execution.started_at + (execution.terms.timeout_seconds or 0.0) <= self._clock.now()
        ):
            return True
        self._set_timeout(execution)
        return False

    def _stop_if_running(self, token: int) -> None:
        execution = self._running.get(token)
        if execution is not None:
            self._stop(execution, StopReason.CANCEL)

    def _stop(self, execution: Execution, reason: StopReason) -> None:
        if execution.stop_reason is None:
            execution.stop_reason = reason
            self._executor_of(execution.function).stop(execution)
            self._patient_until[execution.token] = self._clock.now() + self._grace_seconds
            self._alarms.set(self._patient_until[execution.token], execution)

    def _ring(self, execution: Execution) -> None:
        """Do what is due for an attempt that still runs: it is over time, or has not ended though it was told to."""
        if execution.stop_reason is None:
            if self._is_over_time(execution):
                self._stop(execution, StopReason.TIMEOUT)
        elif execution.token not in self._given_up and self._clock.now() >= self._patient_until[execution.token]:
            self._given_up.add(execution.token)
            self._tell_who_waits()
            outcome = stopped(execution, "it could not be ended, and its slot stays taken until it returns")
            if execution.span is not None:
                self._end_span(execution, execution.span, outcome)
            self._end(execution.task_id, execution.token, outcome, execution.span)

    def _executor_of(self, function: TaskFunction[..., object, object]) -> TaskExecutor:
        if function.isolation == "process":
            return self._process_executor
        return self._async_executor if function.is_async else self._sync_executor

    def disown(self) -> None:
        """Note that the leases of everything that runs belong to a registration that is over."""
        self._disowned = set(self._running)

    # ---- reporting ----

    async def wait_for_ended(self) -> None:
        """Wait until `take_ended` has something to give."""
        while not self._ended:
            await self._news.wait()

    async def wait_for_news(self) -> None:
        """Wait until `has_news`."""
        while not self.has_news:
            await self._news.wait()

    def take_ended(self) -> list[EndedAttempt]:
        """Remove and return the oldest outcomes that fit into one batch, and have no notes that go before them."""
        taken: list[EndedAttempt] = []
        size = 0
        while self._ended and len(taken) < BATCH_ENTRIES:
            entry, payload = self._ended[0]
            if entry.token in self._noted:
                break
            size += outcome_bytes(payload, entry.error)
            if taken and size > BATCH_BYTES:
                break
            taken.append(self._ended.popleft())
        return taken

    def put_back(self, taken: list[EndedAttempt]) -> None:
        """Undo `take_ended`: the report did not arrive, or may not have."""
        self._ended.extendleft(reversed(taken))
        self._has_freed = True  # perhaps it was not heard of, either
        self._news.set()

    def take_notes(self) -> list[NoteEntry]:
        """Remove and return what attempts have said since the last call, about a batch of it; sent at most once."""
        taken: list[NoteEntry] = []
        room = BATCH_ENTRIES
        while self._noted and room > 0:
            token = next(iter(self._noted))
            execution = self._noted.pop(token)
            for note in execution.notes.take():
                taken.append(_note_entry(execution.task_id, token, note))
                room -= LINES_OF_A_FAILURE if isinstance(note, FailureLocals) else 1
        return taken

    def described(self, execution: Execution) -> RunningTask:
        """Return how an attempt runs, with its present Python stack."""
        return RunningTask(
            execution.task_id,
            execution.function.name,
            execution.attempt,
            self._clock.now() - execution.started_at if execution.started_at else 0.0,
            self._executor_of(execution.function).stack(execution),
            execution.token in self._given_up,
        )

    def stack_of(self, token: int) -> StackEntry:
        """Return the same of the attempt of a token, if it runs; of a long stack, the ends."""
        execution = self._running.get(token)
        if execution is None:
            return StackEntry(token)
        running = self.described(execution)
        return StackEntry(token, replace(running, stack=bounded(running.stack, STACK_CHARACTERS)))

    def _note(self, execution: Execution) -> None:
        self._noted[execution.token] = execution
        self._news.set()

    def _done(self, execution: Execution, outcome: Outcome) -> None:
        token = execution.token
        del self._running[token]
        if execution.stop_reason is not None or self._disowned:
            self._free(token)
        if self._is_awaited is not None:
            self._tell_who_waits()
        if token in self._given_up:  # its end was reported then
            self._given_up.remove(token)
            return
        if len(outcome.payload) > self.max_result_bytes:
            outcome = failure(execution, self._too_large(outcome))
        if execution.span is not None:
            self._end_span(execution, execution.span, outcome)
        self._end(execution.task_id, execution.token, outcome, execution.span)

    def _free(self, token: int) -> None:
        """Note that a slot may have become free that the control plane was told to be occupied."""
        self._patient_until.pop(token, None)
        if token in self._disowned or token in self._given_up:
            self._disowned.discard(token)
            self._has_freed = True
            self._news.set()

    def _tell_who_waits(self) -> None:
        if self._is_awaited is not None:
            self._is_awaited.set()

    def _too_large(self, outcome: Outcome) -> PayloadTooLarge:
        return PayloadTooLarge(
            f"the result takes {len(outcome.payload):,} bytes as JSON, the control plane takes "
            f"{self.max_result_bytes:,} (--max-result-bytes): put large data into a file or a store, and return its key"
        )

    def _end_span(self, execution: Execution, span: RunSpan, outcome: Outcome) -> None:
        """End the span of an attempt; what people are to see of it goes before the outcome."""
        shown = span.end(outcome)
        if shown is not None:
            execution.notes.add(shown)
            self._noted[execution.token] = execution

    def _end(self, task_id: str, token: int, outcome: Outcome, span: RunSpan | None = None) -> None:
        retry: RetryWish | None = None
        if outcome.is_retryable:
            retry = RetryWish(outcome.retry_after, None if span is None else span.context)
        entry = ReportEntry(task_id, token, outcome.status, outcome.run_seconds, outcome.error, retry)
        self._ended.append((entry, outcome.payload))
        self._news.set()


def _note_entry(task_id: str, token: int, note: Note) -> NoteEntry:
    match note:
        case LogLine():
            return NoteEntry(task_id, token, line=note)
        case Progress():
            return NoteEntry(task_id, token, progress=note)
        case FailureLocals():
            return NoteEntry(task_id, token, locals=note)
        case TaskSpan():
            return NoteEntry(task_id, token, span=note)
        case _:
            assert_never(note)
