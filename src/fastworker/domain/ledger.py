"""The whole state of a control plane, and the one place where it changes: `Ledger.apply`.

Deciding is the Coordinator's work. Here an event is a fact, so applying it never fails and never asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from .events import (
    DrainStarted,
    Event,
    ReportSuperseded,
    ResultRead,
    ResultsReaped,
    SessionClosed,
    SessionHeard,
    SessionOpened,
    SilenceForgiven,
    TaskFinished,
    TaskLeased,
    TaskReturned,
    TaskSubmitted,
    TaskWatched,
    WorkerAnswered,
    WorkerEvent,
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
    WorkerOccupied,
    WorkerPolled,
)
from .lifecycle import TaskStatus
from .outbox import Outbox
from .result_cache import ResultCache
from .task import Task
from .task_queue import TaskQueue
from .worker_registry import LocalExecution, Worker, WorkerRegistry

OUTBOX_LIMIT = 100_000
"""Unread completions kept per session. Older ones are dropped: the gap in the numbers tells the client to ask."""


@dataclass(slots=True, eq=False)
class Session:
    """One connected client and the finished tasks that it has not read yet."""

    heard_at: float
    outbox: Outbox[Task] = field(default_factory=Outbox)


class Ledger:
    """Tasks, queue, workers, sessions and results."""

    def __init__(
        self,
        *,
        names: Iterable[str] = (),
        result_capacity: int = 10_000,
        result_ttl_seconds: float = 3600,
        local_execution: LocalExecution = LocalExecution.AUTO,
    ) -> None:
        self.tasks: dict[str, Task] = {}  # those that are not final
        self.queue = TaskQueue()
        self.workers = WorkerRegistry(self.queue, local_execution=local_execution)
        self.results = ResultCache(capacity=result_capacity, ttl_seconds=result_ttl_seconds)
        self.sessions: dict[str, Session] = {}
        self.watchers: dict[str, set[str]] = {}  # task id -> sessions beside the submitting one
        self.names = set(names)
        self.is_draining = False
        self.superseded = 0
        self.finished = dict.fromkeys(TaskStatus, 0)
        self._arrivals = 0

    def apply(self, event: Event) -> None:
        """Make the change that an event states."""
        match event:  # the frequent ones first: a match is tried in order
            case TaskSubmitted():
                self._add_task(event)
            case TaskLeased():
                self._lease(event)
            case TaskFinished():
                self._finish(event)
            case WorkerPolled() | WorkerAnswered() | WorkerHeard() | WorkerOccupied() | WorkerJoined() | WorkerLeft():
                self._apply_to_workers(event)
            case SessionHeard() | SessionOpened() | SessionClosed():
                self._apply_to_sessions(event)
            case TaskReturned():
                self._take_back(event)
            case TaskWatched():
                self._watch(event)
            case ReportSuperseded():
                self.superseded += 1
            case ResultRead():
                self.results.use(event.task_id)
            case ResultsReaped():
                self.results.reap(now=event.at)
            case SilenceForgiven():
                for silent in (*self.workers, *self.sessions.values()):
                    silent.heard_at += event.seconds
            case DrainStarted():
                self.is_draining = True
            case _:
                assert_never(event)

    def _apply_to_workers(self, event: WorkerEvent) -> None:
        match event:
            case WorkerPolled():
                worker = self.workers[event.worker_id]
                worker.heard_at = event.at
                worker.outbox.acknowledge(event.acknowledged)
                worker.occupied = event.occupied
                worker.is_open = True
                self.workers.offer(worker)
            case WorkerAnswered():
                self.workers[event.worker_id].is_open = False
            case WorkerHeard():
                self.workers[event.worker_id].heard_at = event.at
            case WorkerOccupied():
                worker = self.workers[event.worker_id]
                worker.occupied = event.occupied
                self.workers.offer(worker)
            case WorkerJoined():
                self.workers.add(event.card, now=event.at)
                self.names |= event.card.names
            case WorkerLeft():
                self.workers.remove(event.worker_id)
            case _:
                assert_never(event)

    def _apply_to_sessions(self, event: SessionHeard | SessionOpened | SessionClosed) -> None:
        match event:
            case SessionHeard():
                session = self.sessions[event.session_id]
                session.heard_at = event.at
                session.outbox.acknowledge(event.acknowledged)
            case SessionOpened():
                self.sessions[event.session_id] = Session(heard_at=event.at)
            case SessionClosed():
                del self.sessions[event.session_id]
            case _:
                assert_never(event)

    def _add_task(self, event: TaskSubmitted) -> None:
        self._arrivals += 1
        task = Task(event.submission, event.session_id, self._arrivals, event.at)
        self.tasks[event.submission.task_id] = task
        self.queue.push(task)

    def _lease(self, event: TaskLeased) -> None:
        task, lease = self.tasks[event.task_id], event.lease
        worker = self.workers[lease.worker_id]
        self.queue.pop(task)
        task.status = TaskStatus.RUNNING
        task.attempts = lease.attempt
        task.lease = lease
        worker.leased[event.task_id] = task
        worker.outbox.add(task)
        self.workers.offer(worker)

    def _take_back(self, event: TaskReturned) -> None:
        task = self.tasks[event.task_id]
        self._end_lease(task)
        task.status = TaskStatus.QUEUED
        task.attempts -= 1
        task.lease = None
        self.queue.push(task)

    def _finish(self, event: TaskFinished) -> None:
        task = self.tasks.pop(event.task_id)
        worker = self._end_lease(task)
        worker.finished += 1
        task.status = event.outcome.status
        task.outcome = event.outcome
        task.finished_at = event.at
        self.finished[task.status] += 1
        self.results.put(task, now=event.at)
        self._tell(task, task.session_id)
        for session_id in self.watchers.pop(event.task_id, ()):
            self._tell(task, session_id)

    def _watch(self, event: TaskWatched) -> None:
        if event.task_id in self.tasks:
            self.watchers.setdefault(event.task_id, set()).add(event.session_id)
        else:
            self._tell(self.results[event.task_id], event.session_id)

    def _end_lease(self, task: Task) -> Worker:
        assert task.lease is not None
        worker = self.workers[task.lease.worker_id]
        del worker.leased[task.task_id]
        self.workers.offer(worker)
        return worker

    def _tell(self, task: Task, session_id: str) -> None:
        session = self.sessions.get(session_id)
        if session is None:  # the client has gone; the result waits in the cache
            return
        if len(session.outbox) >= OUTBOX_LIMIT:
            session.outbox.drop_oldest()
        session.outbox.add(task)
