"""A naive model of the Coordinator: told of every event, it checks each against all that it has seen before."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import override

from fastworker.adapters.memory import RecordingSink
from fastworker.application.observatory.observatory import Observatory
from fastworker.domain.directive import NO_DIRECTIVE, Directive
from fastworker.domain.errors import FastWorkerError, UnknownWorker, WorkerUnavailable
from fastworker.domain.events import (
    DrainStarted,
    Event,
    FunctionPaused,
    FunctionResumed,
    PauseEvent,
    PriorityChanged,
    PriorityDue,
    PriorityLimited,
    PriorityPaused,
    PriorityResumed,
    StopOrdered,
    TaskDue,
    TaskFinished,
    TaskLeased,
    TaskNoted,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    TaskTraced,
    WorkerAnswered,
    WorkerDirected,
    WorkerDrained,
    WorkerJoined,
    WorkerLeft,
    WorkerObeyed,
    WorkerOccupied,
    WorkerPolled,
    WorkerResumed,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TRANSITIONS, TaskStatus
from fastworker.domain.pause import Pause
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.queue_limit import QueueLimit
from fastworker.domain.task import Lease, Outcome, Submission
from fastworker.domain.terms import Backoff, Terms
from fastworker.domain.worker_registry import LocalExecution, WorkerCard

MAX_LOSSES = 2
ROUNDING = 1e-9


@dataclass
class WitnessedTask:
    """One accepted task, as the model sees it."""

    submission: Submission
    arrival: int
    expires_at: float | None
    due_at: float | None
    status: TaskStatus = TaskStatus.QUEUED
    lease: Lease | None = None  # the latest that was not given back
    starts: int = 0
    losses: int = 0
    ended_as: TaskStatus | None = None  # the latest attempt that ended
    is_cancelling: bool = False

    @property
    def order(self) -> tuple[int, int]:
        return RANKS[self.submission.priority], self.arrival

    @property
    def was_lost(self) -> bool:
        return self.ended_as is TaskStatus.LOST


@dataclass
class WitnessedWorker:
    """One live worker, as the model sees it."""

    card: WorkerCard
    joined: int
    is_open: bool = False
    is_draining: bool = False
    leaves_by_itself: bool = False
    occupied: int = 0
    slots: int = 0  # what it has
    directive: Directive = NO_DIRECTIVE
    obeyed: int = 0
    unheard: Directive = NO_DIRECTIVE  # what this process had not heard of when it was dropped
    held: set[str] = field(default_factory=set)

    @property
    def takes_one_more(self) -> bool:
        return self.is_open and len(self.held) + self.occupied < min(self.slots, self.directive.slots or self.slots)

    def would_leave_by_itself(self, obeyed: int, *, is_leaving: bool) -> bool:
        """Tell whether it is known, by what it asks, that it leaves because its own process was told to end."""
        if self.leaves_by_itself or not is_leaving or obeyed < self.obeyed:
            return self.leaves_by_itself
        return not self.is_draining or (obeyed == self.directive.number and not self.directive.is_to_leave)


class Witness(RecordingSink):
    """Finds everything by plain search over all tasks that have not ended, and all workers."""

    def __init__(self, local_execution: LocalExecution) -> None:
        super().__init__()
        self.local_execution = local_execution
        self.observatory: Observatory | None = None  # hears all that the witness does
        self.tasks: dict[str, WitnessedTask] = {}
        self.live: dict[str, WitnessedTask] = {}
        self.workers: dict[str, WitnessedWorker] = {}
        self.unheard: dict[tuple[str, str], Directive] = {}  # by worker id and incarnation
        self.declared: dict[str, Terms] = {}
        self.tokens: set[int] = set()
        self.paused: dict[str, Pause] = {}  # priorities and names: no name is that of a priority
        self.limits: dict[TaskPriority, QueueLimit] = {}
        self.last_starts: dict[TaskPriority, float] = {}  # under the present rates
        self.is_draining = False
        self.wanted_now = ""  # the task that somebody is just running before its time
        self.arrived = 0
        self.joined = 0

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        if self.observatory is not None:
            self.observatory.emit(event)
        match event:
            case TaskSubmitted():
                self._submitted(event)
            case TaskDue():
                self._due(event)
            case TaskLeased():
                self._leased(event)
            case TaskReturned():
                self._returned(event)
            case TaskRetried():
                self._retried(event)
            case TaskFinished():
                self._finished(event)
            case StopOrdered():
                task = self.live[event.task_id]
                assert task.status is TaskStatus.RUNNING
                task.is_cancelling |= event.is_cancelled
            case PriorityChanged():
                self._reordered(event)
            case TaskNoted() | TaskTraced():
                assert self.live[event.task_id].status is TaskStatus.RUNNING
            case DrainStarted():
                self.is_draining = True
            case PriorityPaused() | FunctionPaused() | PriorityResumed() | FunctionResumed():
                self._paused_or_resumed(event)
            case PriorityLimited():
                self._limited(event)
            case PriorityDue():
                assert self.next_start_at(event.priority) <= event.at, "too soon for its rate"
            case _:
                self._heard_of_a_worker(event)

    def _paused_or_resumed(self, event: PauseEvent) -> None:
        match event:
            case PriorityPaused():
                self.paused[event.priority] = event.pause
            case FunctionPaused():
                self.paused[event.name] = event.pause
            case PriorityResumed():
                del self.paused[event.priority]
            case FunctionResumed():
                del self.paused[event.name]

    def _limited(self, event: PriorityLimited) -> None:
        before, limit = self.limits.pop(event.priority, None), event.limit
        if limit is not None:
            self.limits[event.priority] = limit
        if before is None or limit is None or before.per_second != limit.per_second:
            self.last_starts.pop(event.priority, None)

    def _heard_of_a_worker(self, event: Event) -> None:
        match event:
            case WorkerJoined():
                card = event.card
                assert card.worker_id not in self.workers
                self.joined += 1
                unheard = self.unheard.get((card.worker_id, card.incarnation), NO_DIRECTIVE)
                self.unheard = {who: wanted for who, wanted in self.unheard.items() if who[0] != card.worker_id}
                self.workers[card.worker_id] = WitnessedWorker(card, self.joined, slots=card.slots, unheard=unheard)
                self.declared = {name: terms for name, terms in self.declared.items() if name not in card.names}
                self.declared |= dict(card.declared)
            case WorkerLeft():
                worker = self.workers.pop(event.worker_id)
                assert worker.held == set()
                if worker.obeyed != worker.directive.number:
                    self.unheard[event.worker_id, worker.card.incarnation] = worker.directive
            case WorkerDrained():
                worker = self.workers[event.worker_id]
                worker.is_draining = True
                worker.is_open = False
                worker.leaves_by_itself |= event.by_itself
            case WorkerResumed():
                worker = self.workers[event.worker_id]
                assert worker.is_draining
                assert not worker.directive.is_to_leave
                assert not worker.leaves_by_itself
                worker.is_draining = False
            case WorkerDirected():
                worker = self.workers[event.worker_id]
                assert event.directive.number == worker.directive.number + 1
                worker.slots = min(worker.slots, event.directive.slots or worker.slots)
                worker.directive = event.directive
            case WorkerObeyed():
                worker = self.workers[event.worker_id]
                worker.obeyed = event.number
                if event.number == worker.directive.number:
                    worker.slots = worker.directive.slots or worker.slots
            case WorkerPolled():
                worker = self.workers[event.worker_id]
                worker.is_open = not worker.is_draining
                worker.occupied = event.occupied
            case WorkerAnswered():
                self.workers[event.worker_id].is_open = False
            case WorkerOccupied():
                self.workers[event.worker_id].occupied = event.occupied
            case _:
                pass

    # ---- what should happen ----

    def refusal(self, what: str, worker_id: str) -> type[FastWorkerError] | None:
        """Return with which error somebody who wants something of a worker is refused; None when he is not."""
        worker = self.workers.get(worker_id)
        if worker is None:
            return UnknownWorker
        possible = {"resume": worker.is_draining and not worker.leaves_by_itself, "resize": not worker.is_draining}
        return None if possible.get(what, not worker.card.is_local) else WorkerUnavailable

    def running(self, priority: TaskPriority) -> int:
        """Return how many tasks run that have a priority now."""
        return sum(
            task.status is TaskStatus.RUNNING and task.submission.priority is priority for task in self.live.values()
        )

    def next_start_at(self, priority: TaskPriority) -> float:
        """Return from when on the rate of a priority allows the next start; rates here are so low that bursts are 1."""
        limit, last = self.limits.get(priority), self.last_starts.get(priority)
        if limit is None or limit.per_second is None or last is None:
            return -inf
        return last + 1 / limit.per_second

    def may_start(self, priority: TaskPriority, now: float) -> bool:
        """Tell whether the limit of a priority allows one more."""
        limit = self.limits.get(priority)
        is_full = limit is not None and limit.at_once is not None and self.running(priority) >= limit.at_once
        return not is_full and self.next_start_at(priority) <= now

    def runnable(self, now: float) -> list[WitnessedTask]:
        """Return the waiting tasks that somebody would take now, in the order of service."""
        waiting = [
            task
            for task in self.live.values()
            if task.status is TaskStatus.QUEUED
            and self.paused.keys().isdisjoint((task.submission.name, task.submission.priority))
            and self.may_start(task.submission.priority, now)
        ]
        if not any(worker.takes_one_more for worker in self.workers.values()):
            return []
        return sorted((task for task in waiting if self.takers(task)), key=lambda task: task.order)

    def takers(self, task: WitnessedTask) -> list[str]:
        """Return the workers that would take a task now, the one to choose first."""
        name = task.submission.name
        knowing = [worker for worker in self.workers.values() if name in worker.card.names]
        match self.local_execution:
            case LocalExecution.OVERFLOW:
                is_local_asked = True
            case LocalExecution.AUTO:
                is_local_asked = all(worker.card.is_local or worker.is_draining for worker in knowing)
            case LocalExecution.NEVER:
                is_local_asked = False
        takers = [each for each in knowing if each.takes_one_more and (is_local_asked or not each.card.is_local)]
        takers.sort(key=lambda each: (each.card.is_local, len(each.held), each.joined))
        return [worker.card.worker_id for worker in takers]

    def would_accept(self, task_id: str, token: int, outcome: Outcome) -> bool:
        """Tell whether a report should be used, or at least be taken as one that was sent before."""
        task = self.tasks.get(task_id)
        if task is None or task.lease is None or task.lease.token != token:
            return False
        if task.status is TaskStatus.RUNNING:
            return True
        if task.status.is_final:
            return task.status is outcome.status
        if task.was_lost:
            return outcome.status in (TaskStatus.SUCCESS, TaskStatus.FAILURE)
        return task.ended_as is outcome.status  # the same once more

    def retry_window(self, task: WitnessedTask, outcome: Outcome, at: float) -> tuple[float, float] | None:
        """Return between which moments the next attempt may be due; None when this outcome must be final."""
        terms = task.submission.terms
        if self.is_draining or task.is_cancelling or task.starts > (terms.retries or 0):
            return None
        if outcome.status is TaskStatus.LOST:
            is_over = task.losses + 1 >= MAX_LOSSES
        else:
            is_over = outcome.status is not TaskStatus.FAILURE or not outcome.is_retryable
        if is_over:
            return None
        backoff = terms.backoff or Backoff()
        wait = min(backoff.maximum, backoff.initial * backoff.factor ** (task.starts - 1))
        soonest, latest = at + wait * (1 - backoff.jitter), at + wait
        if outcome.retry_after is not None:
            soonest = latest = at + outcome.retry_after
        if task.expires_at is not None and soonest >= task.expires_at:
            return None
        return soonest, latest

    # ---- what does happen ----

    def _submitted(self, event: TaskSubmitted) -> None:
        submission, at = event.submission, event.at
        terms = submission.terms
        assert submission.task_id not in self.tasks, "accepted twice"
        assert not self.is_draining
        self.arrived += 1
        task = WitnessedTask(
            submission,
            self.arrived,
            expires_at=None if terms.expires_seconds is None else at + terms.expires_seconds,
            due_at=at + terms.delay_seconds if terms.delay_seconds else None,
        )
        task.status = TaskStatus.QUEUED if task.due_at is None else TaskStatus.SCHEDULED
        self.tasks[submission.task_id] = self.live[submission.task_id] = task

    def _due(self, event: TaskDue) -> None:
        task = self.live[event.task_id]
        assert task.due_at is not None
        soonest = min(other.due_at for other in self.live.values() if other.due_at is not None)
        if event.task_id == self.wanted_now:
            assert event.at < soonest, "somebody else was due before"
        else:
            assert task.due_at <= event.at, "due too soon"
            assert task.due_at == soonest
        self._move(task, TaskStatus.QUEUED)
        self.arrived += 1
        task.arrival = self.arrived
        task.due_at = None

    def _reordered(self, event: PriorityChanged) -> None:
        task = self.live[event.task_id]
        assert task.status in (TaskStatus.QUEUED, TaskStatus.SCHEDULED)
        assert task.submission.priority is not event.priority
        task.submission = replace(task.submission, priority=event.priority)
        if task.status is TaskStatus.QUEUED:
            self.arrived += 1
            task.arrival = self.arrived

    def _leased(self, event: TaskLeased) -> None:
        task, lease = self.live[event.task_id], event.lease
        at = lease.leased_at
        assert not self.is_draining
        assert all(other.due_at is None or other.due_at > at for other in self.live.values()), "forgotten"
        assert task is self.runnable(at)[0], "a task that could run was overtaken"
        assert lease.worker_id == self.takers(task)[0], "another worker should have it"
        assert lease.token not in self.tokens, "a token was used twice"
        assert task.expires_at is None or at < task.expires_at, "started too late"
        assert lease.start_by == task.expires_at
        assert lease.attempt == task.starts + 1 <= (task.submission.terms.retries or 0) + 1, "started too often"
        assert all(event.task_id not in worker.held for worker in self.workers.values()), "leased to two at once"
        self._move(task, TaskStatus.RUNNING)
        self.tokens.add(lease.token)
        task.lease = lease
        task.starts += 1
        self.last_starts[task.submission.priority] = at
        self.workers[lease.worker_id].held.add(event.task_id)

    def _returned(self, event: TaskReturned) -> None:
        task = self.live[event.task_id]
        self._let_go(task)
        self._move(task, TaskStatus.QUEUED)
        task.starts -= 1
        task.lease = None

    def _retried(self, event: TaskRetried) -> None:
        task = self.live[event.task_id]
        window = self.retry_window(task, event.outcome, event.at)
        assert window is not None, "no retry was left"
        assert window[0] - ROUNDING <= event.due_at <= window[1] + ROUNDING
        assert task.expires_at is None or event.due_at < task.expires_at
        self._let_go(task)
        self._move(task, TaskStatus.SCHEDULED)
        task.due_at = event.due_at
        task.ended_as = event.outcome.status
        task.losses += task.was_lost

    def _finished(self, event: TaskFinished) -> None:
        task, outcome = self.live.pop(event.task_id), event.outcome
        if task.status is TaskStatus.RUNNING:
            window = self.retry_window(task, outcome, event.at)
            may_be_final = window is None or (task.expires_at is not None and window[1] + ROUNDING >= task.expires_at)
            assert may_be_final, "a retry was left"
            self._let_go(task)
            task.losses += outcome.status is TaskStatus.LOST
            assert task.losses <= MAX_LOSSES
        elif outcome.status in (TaskStatus.SUCCESS, TaskStatus.FAILURE):
            assert task.was_lost, "an outcome without an attempt"
        elif outcome.status is TaskStatus.EXPIRED and self.events[-2] != TaskReturned(event.task_id, event.at):
            assert task.expires_at is not None
            assert task.expires_at <= event.at, "expired too soon"
        self._move(task, outcome.status)
        task.due_at = None

    def _let_go(self, task: WitnessedTask) -> None:
        assert task.lease is not None
        self.workers[task.lease.worker_id].held.remove(task.submission.task_id)

    def _move(self, task: WitnessedTask, status: TaskStatus) -> None:
        assert status in TRANSITIONS[task.status], f"{task.status} -> {status}"
        task.status = status


def check_that_nothing_is_left(ledger: Ledger) -> None:
    """Look through a ledger after the end of everything for what would grow for ever."""
    assert (ledger.tasks, ledger.sessions, ledger.watchers) == ({}, {}, {})
    assert (len(ledger.queue), len(ledger.workers), len(ledger.results)) == (0, 0, 0)
    assert (ledger.scheduled, ledger.running, ledger.payload_bytes) == (0, 0, 0)
    assert (ledger.pauses.priorities, ledger.pauses.functions) == ({}, {})
    assert ledger.queue_limits == {}
    assert ledger.queue._open_ranks == list(RANKS.values())
    assert ledger.timers.holding() == []
    assert ledger.timers.first() is None
    # Memory that cannot be seen from outside: heaps, lines and groups.
    assert ledger.timers._heap == []
    assert all(not line and not line.gaps for lines in ledger.queue._lines.values() for line in lines)
    assert not any(ledger.queue._views_by_name.values())
    assert (dict(ledger.workers.groups), ledger.workers._group_of) == ({}, {})
    assert (len(ledger.results._by_use), len(ledger.results._by_age)) == (0, 0)
