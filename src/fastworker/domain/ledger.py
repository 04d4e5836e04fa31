"""The whole state of a control plane, and the one place where it changes: `Ledger.apply`.

Deciding is the Coordinator's work. Here an event is a fact, so applying it never fails and never asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from .events import (
    ActionTaken,
    DrainStarted,
    Event,
    FunctionPaused,
    FunctionResumed,
    LocalsTold,
    PriorityChanged,
    PriorityDue,
    PriorityLimited,
    PriorityPaused,
    PriorityResumed,
    ReportSuperseded,
    ResultRead,
    ResultsReaped,
    SessionClosed,
    SessionHeard,
    SessionOpened,
    SilenceForgiven,
    StopOrdered,
    TaskDeleted,
    TaskDue,
    TaskFinished,
    TaskFollowed,
    TaskLeased,
    TaskNoted,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    TaskTraced,
    TaskWatched,
    WorkerAnswered,
    WorkerDirected,
    WorkerDrained,
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
    WorkerObeyed,
    WorkerOccupied,
    WorkerPolled,
    WorkerResumed,
)
from .journal import Journal
from .lifecycle import TaskStatus
from .pauses import Pauses
from .queue_limits import QueueLimits
from .result_cache import ResultCache
from .session import Session
from .task import Order, PriorityChange, Task, latest_attempt
from .task_queue import TaskQueue
from .terms import NO_TERMS, Terms
from .timers import TimerKind, Timers
from .worker_changes import apply_to_workers
from .worker_registry import LocalExecution, Worker, WorkerRegistry

OUTBOX_LIMIT = 100_000
"""Unread completions kept per session. Older ones are dropped: the gap in the numbers tells the client to ask."""

OVERTIME_SECONDS = 15.0
"""An attempt is ended by its worker when its timeout is over; one that is still there so much later is given up."""

CHANGES_KEPT = 10
"""Changes of one task's priority that are remembered, the latest."""


class Ledger:
    """Tasks, queue, timers, workers, sessions and results."""

    def __init__(
        self,
        *,
        names: Iterable[str] = (),
        declared: Mapping[str, Terms] | None = None,
        result_capacity: int = 10_000,
        result_ttl_seconds: float = 3600,
        result_bytes: int = 1 << 30,
        local_execution: LocalExecution = LocalExecution.AUTO,
        attempts_kept: int = 10,
        lines_kept: int = 100,
    ) -> None:
        self.tasks: dict[str, Task] = {}  # those that are not final
        self.queue = TaskQueue()
        self.timers = Timers()
        self.overtimes = Timers()  # of attempts, on a clock that leaves out the time in which this process stood still
        self.forgiven_seconds = 0.0
        self.workers = WorkerRegistry(self.queue, local_execution=local_execution)
        self.results = ResultCache(capacity=result_capacity, ttl_seconds=result_ttl_seconds, max_bytes=result_bytes)
        self.sessions: dict[str, Session] = {}
        self.watchers: dict[str, set[str]] = {}  # task id -> sessions beside the submitting one
        self.names = set(names)
        self.declared = dict(declared or {})  # what task functions ask for, by name
        self.pauses = Pauses(self.queue)
        self.queue_limits = QueueLimits(self.queue)
        self.is_draining = False
        self.scheduled = 0
        self.payload_bytes = 0  # the arguments of all tasks that are not final
        self.leased_at = 0.0
        self.superseded = 0
        self.actions = 0  # of people
        self.spans = 0  # that workers have told of
        self.locals_told = 0
        self.finished = dict.fromkeys(TaskStatus, 0)
        self._attempts_kept = attempts_kept
        self._lines_kept = lines_kept
        self._arrivals = 0

    @property
    def running(self) -> int:
        """How many tasks run now."""
        return len(self.tasks) - len(self.queue) - self.scheduled

    def apply(self, event: Event) -> None:
        """Make the change that an event states."""
        match event:  # the frequent ones first: a match is tried in order
            case TaskSubmitted():
                self._add_task(event)
            case TaskLeased():
                self._lease(event)
            case TaskFinished():
                self._finish(event)
            case (
                WorkerPolled()
                | WorkerAnswered()
                | WorkerHeard()
                | WorkerOccupied()
                | WorkerLeft()
                | WorkerDrained()
                | WorkerDirected()
                | WorkerObeyed()
                | WorkerResumed()
            ):
                apply_to_workers(event, self.workers)
            case WorkerJoined():
                apply_to_workers(event, self.workers)
                self._learn_names(event)
            case SessionHeard() | SessionOpened() | SessionClosed():
                self._apply_to_sessions(event)
            case TaskReturned():
                self._take_back(event)
            case TaskRetried():
                self._retry(event)
            case TaskDue():
                self._make_due(event)
            case TaskNoted():
                self._note(event)
            case PriorityChanged():
                self._change_priority(event)
            case StopOrdered():
                self._order_stop(event)
            case TaskTraced():
                self.spans += 1
            case LocalsTold():
                self.locals_told += 1
            case TaskFollowed():
                self._journal(self.tasks[event.task_id])
            case TaskWatched():
                self._watch(event)
            case ReportSuperseded():
                self.superseded += 1
            case ResultRead():
                self.results.use(event.task_id)
            case TaskDeleted():
                self.results.delete(event.task_id)
            case ResultsReaped():
                self.results.reap(now=event.at)
            case SilenceForgiven():
                self.forgiven_seconds += event.seconds
                for silent in (*self.workers, *self.sessions.values()):
                    silent.heard_at = min(silent.heard_at + event.seconds, event.at)
            case DrainStarted():
                self.is_draining = True
            case PriorityPaused() | PriorityResumed() | FunctionPaused() | FunctionResumed():
                self.pauses.apply(event)
            case PriorityLimited() | PriorityDue():
                self.queue_limits.apply(event, self.workers)
            case ActionTaken():
                self.actions += 1
            case _:
                assert_never(event)

    def _learn_names(self, event: WorkerJoined) -> None:
        self.names |= event.card.names
        for name in event.card.names:  # the functions of the newest worker say what holds
            self.declared.pop(name, None)
        self.declared.update(event.card.declared)

    def _apply_to_sessions(self, event: SessionHeard | SessionOpened | SessionClosed) -> None:
        match event:
            case SessionHeard():
                session = self.sessions[event.session_id]
                session.heard_at = event.at
                session.outbox.acknowledge(event.acknowledged)
            case SessionOpened():
                if event.session_id in self.sessions:
                    self._close(event.session_id)
                self.sessions[event.session_id] = Session(heard_at=event.at)
            case SessionClosed():
                self._close(event.session_id)
            case _:
                assert_never(event)

    def _close(self, session_id: str) -> None:
        for task_id in self.sessions.pop(session_id).watches:
            self.watchers[task_id].discard(session_id)
            if not self.watchers[task_id]:
                del self.watchers[task_id]

    # ---- tasks ----

    def _add_task(self, event: TaskSubmitted) -> None:
        self._arrivals += 1
        submission, at = event.submission, event.at
        task = Task(submission, event.session_id, self._arrivals, at, at, number=self._arrivals)
        self.tasks[submission.task_id] = task
        self.payload_bytes += len(submission.payload)
        session = self.sessions.get(event.session_id)
        if session is not None:
            session.unfinished += 1
        if submission.terms is NO_TERMS:
            self.queue.push(task)
        else:
            self._add_by_terms(task, submission.terms)

    def _add_by_terms(self, task: Task, terms: Terms) -> None:
        if terms.expires_seconds is not None:
            task.expires_at = task.submitted_at + terms.expires_seconds
            self.timers.set(task.expires_at, TimerKind.EXPIRY, task)
        if terms.delay_seconds:
            self._schedule(task, task.submitted_at + terms.delay_seconds)
        else:
            self.queue.push(task)

    def _schedule(self, task: Task, due_at: float) -> None:
        self.scheduled += 1
        task.status = TaskStatus.SCHEDULED
        task.due_at = due_at
        self.timers.set(due_at, TimerKind.DUE, task)

    def _make_due(self, event: TaskDue) -> None:
        """Put a scheduled task behind those that wait already: it arrives now, perhaps before its time."""
        task = self.tasks[event.task_id]
        assert task.due_at is not None
        if event.at < task.due_at and not task.attempts:  # its terms tell what was agreed, still
            self._journal(task).due_early_at = event.at
        self._arrivals += 1
        self.scheduled -= 1
        task.arrival = self._arrivals
        task.queued_at = event.at
        task.due_at = None
        task.status = TaskStatus.QUEUED
        self.queue.push(task)
        self._write(task, event.at)

    def _change_priority(self, event: PriorityChanged) -> None:
        """Put a waiting task behind those that have the priority already, as if it were submitted now.

        Whoever waits there was accepted under the promise that the order is that of arrival: a place among them by
        the older submission would break it for them. How long it waits is counted from when it began to, still.
        """
        task = self.tasks[event.task_id]
        is_queued = task.status is TaskStatus.QUEUED
        if is_queued:
            self.queue.withdraw(task)
        change = PriorityChange(event.at, task.submission.priority, event.priority, event.by)
        task.priority_changes = (*task.priority_changes, change)[-CHANGES_KEPT:]
        task.submission = replace(task.submission, priority=event.priority)
        if is_queued:
            self._arrivals += 1
            task.arrival = self._arrivals
            self.queue.push(task)

    def _lease(self, event: TaskLeased) -> None:
        task, lease = self.tasks[event.task_id], event.lease
        worker = self.workers[lease.worker_id]
        self.queue.pop(task)
        task.status = TaskStatus.RUNNING
        task.attempts = lease.attempt
        task.lease = lease
        worker.leased[event.task_id] = task
        worker.outbox.add(Order(task.submission, lease))
        self.leased_at = lease.leased_at
        if self.queue_limits:
            self.queue_limits.lease(task, lease.leased_at)
        terms = task.submission.terms
        if terms is not NO_TERMS and terms.timeout_seconds is not None:
            over_at = lease.leased_at - self.forgiven_seconds + terms.timeout_seconds + OVERTIME_SECONDS
            self.overtimes.set(over_at, TimerKind.OVERTIME, task)
        if task.journal is not None:
            self._write(task, lease.leased_at)

    def _take_back(self, event: TaskReturned) -> None:
        task = self.tasks[event.task_id]
        self._end_lease(task)
        task.status = TaskStatus.QUEUED
        task.attempts -= 1
        task.lease = None
        if task.expires_at is not None:
            self.timers.set(task.expires_at, TimerKind.EXPIRY, task)
        self.queue.push(task)
        self._write(task, event.at)

    def _retry(self, event: TaskRetried) -> None:
        task = self.tasks[event.task_id]
        self._end_lease(task)
        task.history = (*task.history, latest_attempt(task, event.outcome))[-self._attempts_kept :]
        task.losses += event.outcome.status is TaskStatus.LOST
        self._journal(task)
        self._schedule(task, event.due_at)
        if task.expires_at is not None:
            self.timers.set(task.expires_at, TimerKind.EXPIRY, task)
        self._write(task, event.at)

    def _order_stop(self, event: StopOrdered) -> None:
        task = self.tasks[event.task_id]
        assert task.lease is not None
        task.is_cancelling |= event.is_cancelled
        self.workers[task.lease.worker_id].outbox.add(Order(task.submission, task.lease, is_stop=True))

    def _finish(self, event: TaskFinished) -> None:
        task = self.tasks.pop(event.task_id)
        was = task.status
        task.status = event.outcome.status
        if was is TaskStatus.RUNNING:
            self._end_lease(task).finished += 1
        elif was is TaskStatus.QUEUED:
            self.queue.remove(task)
        else:
            self.scheduled -= 1
            task.due_at = None
        task.outcome = event.outcome
        task.finished_at = event.at
        self.payload_bytes -= len(task.submission.payload)
        self.finished[task.status] += 1
        self.results.put(task, now=event.at)
        if task.journal is not None:
            self._write(task, event.at)
        session = self.sessions.get(task.session_id)
        if session is not None:
            if session.unfinished:  # a session opened anew counts from 0
                session.unfinished -= 1
            self._tell(task, session)
        if self.watchers:
            for session_id in self.watchers.pop(event.task_id, ()):
                watching = self.sessions[session_id]
                watching.watches.discard(event.task_id)
                self._tell(task, watching)

    def _watch(self, event: TaskWatched) -> None:
        session = self.sessions[event.session_id]
        if event.task_id not in self.tasks:
            self._tell(self.results[event.task_id], session)
        else:
            session.watches.add(event.task_id)
            self.watchers.setdefault(event.task_id, set()).add(event.session_id)

    def _end_lease(self, task: Task) -> Worker:
        assert task.lease is not None
        worker = self.workers[task.lease.worker_id]
        del worker.leased[task.task_id]
        if self.queue_limits:
            self.queue_limits.end(task)
        self.workers.offer(worker)
        return worker

    def _tell(self, task: Task, session: Session) -> None:
        if len(session.outbox) >= OUTBOX_LIMIT:
            session.outbox.drop_oldest()
        session.outbox.add(task)

    def _journal(self, task: Task) -> Journal:
        """Return the journal of a task, begun now if it has none."""
        if task.journal is None:
            task.journal = Journal(lines_kept=self._lines_kept)
            since = task.lease.leased_at if task.status is TaskStatus.RUNNING and task.lease else task.queued_at
            task.journal.add(at=since, attempt=task.attempts, status=task.status)
        return task.journal

    def _note(self, event: TaskNoted) -> None:
        task = self.tasks[event.task_id]
        self._journal(task).note(event.note, at=event.at, attempt=task.attempts)

    def _write(self, task: Task, at: float) -> None:
        """Write the status that a task has come to into its journal, if it has one."""
        if task.journal is not None:
            task.journal.add(at=at, attempt=task.attempts, status=task.status)
