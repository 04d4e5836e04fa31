"""What is decided about tasks: who starts when, how each ends, and what is tried again.

The use cases of the Coordinator end here. Each decision is recorded as an event, which the ledger applies and the
sink is told of.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.dispatch import next_assignment
from fastworker.domain.errors import FastWorkerError, TaskTimeout
from fastworker.domain.events import (
    Event,
    PriorityChanged,
    PriorityDue,
    ReportSuperseded,
    StopOrdered,
    TaskDue,
    TaskFinished,
    TaskLeased,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    TaskWatched,
    WorkerDirected,
    WorkerDrained,
    WorkerJoined,
    WorkerLeft,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.retry import may_retry, next_attempt_at
from fastworker.domain.task import ErrorRecord, Lease, Outcome, Submission, Task
from fastworker.domain.text import bounded
from fastworker.domain.timers import TimerKind
from fastworker.domain.worker_registry import Worker, WorkerCard

from .admission import Admission, conflict
from .limits import Limits
from .messages import MESSAGE_CHARACTERS
from .ports.event_sink import Ear, EventSink

type NewToken = Callable[[], int]


class Decisions:
    """Leads each task from its acceptance to its one end."""

    def __init__(
        self, ledger: Ledger, *, limits: Limits, new_token: NewToken, jitter: random.Random, sink: EventSink
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._new_token = new_token
        self._jitter = jitter
        self._ears = _Ears(sink)
        self._ready: set[str] = set()

    def record(self, event: Event) -> None:
        """Make a change, and pass it on."""
        self._ledger.apply(event)
        ear = self._ears[type(event)]
        if ear is not None:
            ear(event)

    def tell(self, key: str) -> None:
        """Note that there is something new for a worker, for a session, or of a task that may be followed."""
        self._ready.add(key)

    def take_ready(self) -> set[str]:
        """Return for whom there is something new since the last call."""
        ready, self._ready = self._ready, set()
        return ready

    # ---- accepting ----

    def accept_submission(
        self, session_id: str, submission: Submission, now: float, admission: Admission
    ) -> FastWorkerError | None:
        """Have a task wait, with the terms that its function declares; return why not, if not."""
        ledger = self._ledger
        task_id = submission.task_id
        known = ledger.tasks.get(task_id) or ledger.results.get(task_id, now=now)
        if known is not None:
            error = conflict(known, submission)
            if error is None:
                self._tell_of(known, session_id)
            return error
        refusal = admission.refusal(submission)
        if refusal is not None:
            return refusal
        if ledger.declared and (declared := ledger.declared.get(submission.name)) is not None:
            submission = replace(submission, terms=submission.terms.over(declared))
        self.record(TaskSubmitted(submission, session_id, now))
        return None

    def _tell_of(self, known: Task, session_id: str) -> None:
        """Take the same submission again as the one task that it is; whoever sends it is told of its end."""
        if session_id and (known.status.is_final or known.session_id != session_id):
            self.record(TaskWatched(known.task_id, session_id))
            self.tell(session_id)

    # ---- starting ----

    def dispatch(self, now: float) -> None:
        """Do what is due by now, then lease what can start."""
        self._fire(now)
        if self._ledger.is_draining:
            return
        while (assignment := next_assignment(self._ledger.workers)) is not None:
            task, worker = assignment
            worker_id = worker.card.worker_id
            previous_trace = task.history[-1].trace if task.history else None
            lease = Lease(worker_id, task.attempts + 1, self._new_token(), now, task.expires_at, previous_trace)
            self.record(TaskLeased(task.submission.task_id, lease))
            self._ready.add(worker_id)
            if task.journal is not None:
                self._ready.add(task.submission.task_id)

    def next_due_at(self) -> float | None:
        """Return when `dispatch` has something to do next that only time brings; None when there is no such thing."""
        timer, limits = self._ledger.timers.first(), self._ledger.queue_limits
        at = None if timer is None else timer[0]
        if limits and (due := limits.first_due()) is not None:
            return due[0] if at is None else min(at, due[0])
        return at

    def _fire(self, now: float) -> None:
        timers, limits = self._ledger.timers, self._ledger.queue_limits
        while limits and (due := limits.first_due()) is not None and due[0] <= now:
            self.record(PriorityDue(due[1], now))
        while (timer := timers.first()) is not None and timer[0] <= now:
            _, _, kind, task, _ = timer
            if kind is TimerKind.DUE:
                self.make_due(task, now)
            else:
                self.finish(task, Outcome(TaskStatus.EXPIRED), now)

    def give_up_overtime(self, now: float) -> None:
        """End the attempts that their workers should have ended long ago, not counting time in which we stood still."""
        ledger = self._ledger
        while (timer := ledger.overtimes.first()) is not None and timer[0] <= now - ledger.forgiven_seconds:
            self._give_up(timer[3], now)

    # ---- ending ----

    def accept(self, worker_id: str, task_id: str, token: int, outcome: Outcome, now: float) -> bool:
        """Take the outcome of an attempt; False when its lease is over, and the outcome is not used."""
        if len(outcome.payload) > self._limits.max_result_bytes:  # workers of ours have checked it
            outcome = Outcome(TaskStatus.FAILURE, b"", _too_large(outcome, self._limits))
        task = self._ledger.tasks.get(task_id)
        if task is not None and task.lease is not None and task.lease.token == token:
            if task.status is TaskStatus.RUNNING:
                if outcome.status is TaskStatus.SUCCESS:
                    self.finish(task, outcome, now)
                else:
                    self._end_attempt(task, outcome, now)
                return True
            if self._accept_late(task, outcome, now):
                return True
        finished = self._ledger.results.get(task_id, now=now)
        if finished is not None and _is_repeated(finished, token, outcome):
            return True
        self.record(ReportSuperseded(worker_id, task_id))
        return False

    def _accept_late(self, task: Task, outcome: Outcome, now: float) -> bool:
        """Use an outcome of a worker that was thought lost, while the task waits for its next attempt, or know it."""
        latest = task.history[-1].status if task.history else None
        if latest is not TaskStatus.LOST:
            return latest is outcome.status  # the same report once more, because its answer was lost
        if outcome.status is TaskStatus.SUCCESS or (outcome.status is TaskStatus.FAILURE and not outcome.is_retryable):
            self.finish(task, outcome, now)
            return True
        return outcome.status is TaskStatus.FAILURE  # it is tried again already

    def _end_attempt(self, task: Task, outcome: Outcome, now: float) -> None:
        """Finish a running task that did not succeed, or have it tried again."""
        if outcome.status is TaskStatus.EXPIRED:  # the lease came too late to be used
            self.give_back(task, now)
            self.finish(task, outcome, now)
            return
        due_at = None
        if not self._ledger.is_draining:
            chance, max_losses = self._jitter.random(), self._limits.max_losses
            due_at = next_attempt_at(task, outcome, now=now, chance=chance, max_losses=max_losses)
        if due_at is None:
            self.finish(task, outcome, now)
            return
        self.record(TaskRetried(task.task_id, outcome, due_at, now))
        self._ready.add(task.task_id)

    def give_back(self, task: Task, now: float) -> None:
        """Have a task wait again whose lease was not used."""
        self.record(TaskReturned(task.task_id, now))
        self._ready.add(task.task_id)

    def finish(self, task: Task, outcome: Outcome, now: float) -> None:
        """Bring a task to its end, and tell whoever waits for it."""
        task_id, watchers = task.submission.task_id, self._ledger.watchers
        self._ready.add(task.session_id)
        if watchers:
            self._ready.update(watchers.get(task_id, ()))
        if task.journal is not None:
            self._ready.add(task_id)
        self.record(TaskFinished(task_id, outcome, now))

    def cancel(self, task_id: str, now: float) -> Cancellation:
        """End a task that waits; have the worker of one that runs end it."""
        task = self._ledger.tasks.get(task_id)
        if task is None:
            return self._too_late_to_cancel(task_id, now)
        if task.status is not TaskStatus.RUNNING:
            self.finish(task, cancelled("while it waited"), now)
            return Cancellation.CANCELLED
        if not task.is_cancelling:
            self._order_stop(task, is_cancelled=True)
        return Cancellation.STOPPING

    def _too_late_to_cancel(self, task_id: str, now: float) -> Cancellation:
        results = self._ledger.results
        finished = results.get(task_id, now=now)
        if finished is not None:  # a cancel is sent again when its answer was lost
            return Cancellation.CANCELLED if finished.status is TaskStatus.CANCELLED else Cancellation.FINISHED
        return Cancellation.FORGOTTEN if results.may_have_forgotten(task_id) else Cancellation.UNKNOWN

    def _give_up(self, task: Task, now: float) -> None:
        """End an attempt whose worker lives, and has not ended it although its timeout is long over."""
        assert task.lease is not None
        seconds = now - task.lease.leased_at
        text = f"not done within its timeout, and given up after {seconds:.0f} s: its worker is too busy to end it"
        is_retryable = may_retry(TaskTimeout, task.submission.terms)
        self._order_stop(task, is_cancelled=False)
        if task.is_cancelling:
            outcome = Outcome(TaskStatus.CANCELLED, b"", ErrorRecord("TaskCancelled", f"cancelled, {text}"), seconds)
        else:
            outcome = Outcome(TaskStatus.FAILURE, b"", ErrorRecord("TaskTimeout", text), seconds, is_retryable)
        self._end_attempt(task, outcome, now)

    def _order_stop(self, task: Task, *, is_cancelled: bool) -> None:
        assert task.lease is not None
        self.record(StopOrdered(task.task_id, is_cancelled))
        self._ready.add(task.lease.worker_id)

    def lose_tasks(self, worker: Worker, reason: str, now: float) -> None:
        """End the attempts of a worker that are not going to be reported."""
        for task in list(worker.leased.values()):
            self._end_attempt(task, _lost(task, reason, now), now)

    def change_priority(self, task: Task, priority: TaskPriority, by: str, now: float) -> None:
        """Give a task that waits another priority; one that has it already keeps its place."""
        if task.submission.priority is not priority:
            self.record(PriorityChanged(task.task_id, priority, by, now))

    def make_due(self, task: Task, now: float) -> None:
        """Have a scheduled task wait for a worker from now on; the timer that it had is void."""
        self.record(TaskDue(task.task_id, now))
        self._ready.add(task.task_id)

    def drain_worker(self, worker: Worker, now: float, drain_seconds: float | None = None) -> None:
        """Have a worker take no more, finish what it runs, and leave; twice is once, unless the seconds are others."""
        directive = worker.directive
        is_known = worker.is_draining and directive.is_to_leave
        if not is_known or drain_seconds not in (None, directive.drain_seconds):
            self.direct(worker, is_to_leave=True, drain_seconds=drain_seconds)
        if not worker.is_draining:
            self.record(WorkerDrained(worker.card.worker_id))
            self.dispatch(now)

    def join_worker(self, card: WorkerCard, now: float) -> None:
        """Take a worker on. What this process had not heard of when it was dropped is wanted of it still."""
        unheard = self._ledger.workers.unheard.find(card.worker_id, card.incarnation)
        self.record(WorkerJoined(card, now))
        worker = self._ledger.workers[card.worker_id]
        if unheard.slots is not None:
            self.direct(worker, slots=unheard.slots)
        if unheard.is_to_leave:
            self.drain_worker(worker, now, unheard.drain_seconds)

    def direct(self, worker: Worker, **wanted: Any) -> None:
        """Want something else of a worker, beside what was wanted of it already."""
        directive = replace(worker.directive, number=worker.directive.number + 1, **wanted)
        self.record(WorkerDirected(worker.card.worker_id, directive))
        self.tell(worker.card.worker_id)

    def drop_worker(self, worker_id: str, reason: str, now: float) -> None:
        """Let go of a worker; what it runs is lost, and tried again if it may be."""
        self.lose_tasks(self._ledger.workers[worker_id], reason, now)
        self.record(WorkerLeft(worker_id, reason, now))
        self._ready.add(worker_id)


class _Ears(dict[type[Event], Ear | None]):
    """What a sink has for each kind of event, asked for when the first of a kind comes."""

    def __init__(self, sink: EventSink) -> None:
        super().__init__()
        self._sink = sink

    def __missing__(self, kind: type[Event]) -> Ear | None:
        ear = self[kind] = self._sink.ear(kind)
        return ear


def cancelled(when: str) -> Outcome:
    """Return the outcome of a task that was cancelled, and did not run then."""
    return Outcome(TaskStatus.CANCELLED, b"", ErrorRecord("TaskCancelled", f"cancelled {when}"))


def _too_large(outcome: Outcome, limits: Limits) -> ErrorRecord:
    size, limit = len(outcome.payload), limits.max_result_bytes
    text = f"the result takes {size:,} bytes, the limit is {limit:,} (--max-result-bytes)"
    return ErrorRecord("PayloadTooLarge", text)


def _lost(task: Task, reason: str, now: float) -> Outcome:
    """Return the outcome of an attempt whose worker is gone; its text names every worker that the task has lost."""
    assert task.lease is not None
    lost = [attempt.error.message for attempt in task.history if attempt.status is TaskStatus.LOST and attempt.error]
    here = f"attempt {task.attempts} on worker {task.lease.worker_id!r}: {reason}"
    text = bounded("; ".join([*lost[-1:], here]), MESSAGE_CHARACTERS)
    return Outcome(TaskStatus.LOST, b"", ErrorRecord("WorkerLost", text), now - task.lease.leased_at)


def _is_repeated(finished: Task, token: int, outcome: Outcome) -> bool:
    """Tell a report that was sent again, because its answer was lost, from one that came too late."""
    has_token = finished.lease is not None and finished.lease.token == token
    return has_token and finished.status is outcome.status
