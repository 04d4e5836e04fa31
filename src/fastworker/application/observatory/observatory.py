"""Hears every event, and keeps what people can see of it.

A task causes three events that matter here, and this code runs for each: what it costs is said in
docs/architecture.md and measured by `python -m benchmarks.observatory`. So it is written for speed: a table of methods
by the type of event, and counters that are added to in place.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Never, override

from fastworker.domain.errors import unknown_task_id
from fastworker.domain.events import (
    ActionTaken,
    Event,
    TaskDue,
    TaskFinished,
    TaskLeased,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    WorkerJoined,
    WorkerLeft,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Outcome, Task

from ..ports.clock import Clock
from ..ports.event_sink import EventSink
from .audit_log import AuditLog
from .changes import Changes
from .error_groups import ErrorGroups, Failure
from .function_tallies import FunctionTallies
from .history import ENDS, History
from .task_index import TaskIndex
from .worker_log import WorkerLog

LAG_SECONDS = 0.2
"""How often the event loop is timed."""

LAGS_PER_TICK = 5

MOST_UNDIGESTED = 2_000
"""So many waits are counted at once: 0.4 ms."""

_FAILED = frozenset({TaskStatus.FAILURE, TaskStatus.LOST})


class Observatory(EventSink):
    """What is seen of one ledger; made before the first event."""

    def __init__(self, ledger: Ledger, *, now: float) -> None:
        self._ledger = ledger
        self.index = TaskIndex()
        self.history = History(ledger, now=now)
        self.errors = ErrorGroups()
        self.functions = FunctionTallies()
        self.workers = WorkerLog()
        self.audit = AuditLog()
        self.changes = Changes()
        self._waits: list[float] = []  # not digested yet
        self._runs: defaultdict[str, list[float]] = defaultdict(list)  # the same, of successes, by name
        ledger.results.on_forget = self.index.forget
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            TaskSubmitted: self._submitted,
            TaskLeased: self._leased,
            TaskFinished: self._finished,
            TaskRetried: self._retried,
            TaskReturned: self._waiting_again,
            TaskDue: self._waiting_again,
            WorkerJoined: self.workers.join,
            WorkerLeft: self.workers.leave,
            ActionTaken: self.audit.add,
        }

    @override
    def emit(self, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def task(self, task_id: str, *, now: float) -> Task:
        """Return a remembered task; this does not count as a use of its result.

        Raises:
            UnknownTaskId: no task of that id was ever seen.
            ResultExpired: it may have been, and is not remembered any more.
        """
        results = self._ledger.results
        task = self._ledger.tasks.get(task_id) or results.get(task_id, now=now)
        if task is None:
            raise unknown_task_id(task_id, is_forgotten=results.may_have_forgotten(task_id))
        return task

    def tick(self, *, now: float) -> None:
        """End the present second of the history; called once per second, or later."""
        self._digest(now)
        self.history.tick(now=now)

    async def run(self, clock: Clock) -> Never:
        """End each second of the history, and time the event loop, until cancelled."""
        due = clock.now()
        while True:
            for _ in range(LAGS_PER_TICK):
                due += LAG_SECONDS
                await clock.sleep_until(due)
                lag = clock.now() - due
                self.history.note_lag(lag)
                if lag > LAG_SECONDS:  # do not run after the time that was lost
                    due += lag
            self.tick(now=clock.now())

    def _digest(self, now: float) -> None:
        """Count the durations that have come together."""
        waits, self._waits = self._waits, []
        self.history.second.waits.add(waits)
        for name, durations in self._runs.items():
            self.history.second.runs.add(durations)
            self.functions.of(name, now).succeed(durations, now=now)
        self._runs.clear()

    # ---- events, the frequent ones first ----

    def _submitted(self, event: TaskSubmitted) -> None:
        task = self._ledger.tasks[event.submission.task_id]
        self.history.second.submitted[self.index.add(task)] += 1
        if self.changes.is_on:
            self.changes.note(task)

    def _leased(self, event: TaskLeased) -> None:
        lease = event.lease
        task = self._ledger.tasks[event.task_id]
        self.history.second.leased[self.index.move(task, lease.worker_id)] += 1
        self._waits.append(lease.leased_at - task.queued_at)
        if len(self._waits) >= MOST_UNDIGESTED:
            self._digest(lease.leased_at)
        if self.changes.is_on:
            self.changes.note(task)

    def _finished(self, event: TaskFinished) -> None:
        outcome = event.outcome
        status = outcome.status
        self.history.second.ends[ENDS.index(status)] += 1
        try:
            task = self._ledger.results[event.task_id]
        except KeyError:  # results are not kept, and it is forgotten already
            return
        self.index.move(task)
        if status is TaskStatus.SUCCESS:
            self._runs[task.submission.name].append(outcome.run_seconds)
        elif status in _FAILED:
            self._fail(task, outcome, event.at, is_retried=False)
        if self.changes.is_on:
            self.changes.note(task)

    def _retried(self, event: TaskRetried) -> None:
        task = self._ledger.tasks[event.task_id]
        self.index.move(task)
        self.history.second.retried += 1
        self._fail(task, event.outcome, event.at, is_retried=True)
        if self.changes.is_on:
            self.changes.note(task)

    def _fail(self, task: Task, outcome: Outcome, at: float, *, is_retried: bool) -> None:
        assert task.lease is not None
        name, worker_id = task.submission.name, task.lease.worker_id
        self.functions.of(name, at).fail(outcome.run_seconds, is_retried=is_retried, now=at)
        self.history.second.runs.add([outcome.run_seconds])
        self.workers.fail(worker_id)
        if outcome.error is not None:
            self.errors.add(Failure(task.task_id, name, worker_id, outcome.error, is_retried, at))

    def _waiting_again(self, event: TaskReturned | TaskDue) -> None:
        task = self._ledger.tasks[event.task_id]
        self.index.move(task)
        if self.changes.is_on:
            self.changes.note(task)
