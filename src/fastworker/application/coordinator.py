"""The heart: every decision of the control plane, in one synchronous class.

A use case looks at the ledger, decides, and records events; recording applies each event and passes it on.
Nothing here awaits or reads a clock. Whoever waits for something (a held poll) is named by `take_ready` as soon as
there is an answer for it.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    BadFrame,
    FastWorkerError,
    InvalidSetting,
    TooManyPeers,
    UnknownSession,
    UnknownWorker,
    WorkerReplaced,
)
from fastworker.domain.events import (
    JOINED_AGAIN,
    LEFT,
    DrainStarted,
    ResultRead,
    ResultsReaped,
    SessionClosed,
    SessionHeard,
    SessionOpened,
    SilenceForgiven,
    TaskFollowed,
    TaskNoted,
    TaskWatched,
    WorkerAnswered,
    WorkerDrained,
    WorkerHeard,
    WorkerObeyed,
    WorkerOccupied,
    WorkerPolled,
    WorkerResumed,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.session import Session
from fastworker.domain.task import Order, Outcome, Submission, Task
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import Worker, WorkerCard

from .admission import Admission, check_card, once_more, worker_to_drain
from .batch_size import a_batch, arguments_size, result_size
from .decisions import Decisions, NewToken, cancelled
from .limits import LONGEST_ID, Limits
from .messages import BATCH_ENTRIES
from .notes import Note, event_of
from .ports.event_sink import EventSink
from .steering import Steering

REPORTABLE = frozenset({TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.CANCELLED, TaskStatus.EXPIRED})
"""How a worker may say that an attempt ended; `expired` says that it did not start, because it was too late."""


class Coordinator:
    """Accepts tasks, leases them to workers, takes reports, keeps results."""

    def __init__(
        self, ledger: Ledger, *, limits: Limits, new_token: NewToken, jitter: random.Random, sink: EventSink
    ) -> None:
        self.ledger = ledger
        self.limits = limits
        self._decisions = Decisions(ledger, limits=limits, new_token=new_token, jitter=jitter, sink=sink)
        self._record = self._decisions.record
        self.steering = Steering(ledger, self._decisions, limits=limits)

    def take_ready(self) -> set[str]:
        """Return the workers, sessions and followed tasks for which something has come up since the last call."""
        return self._decisions.take_ready()

    # ---- clients ----

    def open_session(self, session_id: str, *, now: float) -> None:
        """Begin (or begin anew) to keep completions for a client; raises `TooManyPeers`."""
        if len(session_id) > LONGEST_ID:
            raise InvalidSetting(f"a session id has at most {LONGEST_ID} characters")
        if len(self.ledger.sessions) >= self.limits.max_clients and session_id not in self.ledger.sessions:
            raise TooManyPeers(f"{self.limits.max_clients} clients are connected, the limit (--max-clients)")
        self._record(SessionOpened(session_id, now))

    def close_session(self, session_id: str) -> None:
        """Drop a client's completions; closing twice changes nothing."""
        if session_id in self.ledger.sessions:
            self._record(SessionClosed(session_id, LEFT))
            self._decisions.tell(session_id)

    def submit(
        self, session_id: str, submissions: Sequence[Submission], *, now: float, is_repeated: bool = False
    ) -> list[FastWorkerError | None]:
        """Accept tasks and lease what can start; return an error in the place of each task not accepted."""
        admission = Admission(self.ledger, self.limits, self._session(session_id), is_repeated=is_repeated)
        accept = self._decisions.accept_submission
        answers = [accept(session_id, submission, now, admission) for submission in submissions]
        self._decisions.dispatch(now)
        return answers

    def rerun(
        self, session_id: str, task_id: str, new_task_id: str, *, now: float, is_repeated: bool = False
    ) -> FastWorkerError | None:
        """Submit what a finished task was as a new task, at once, that names its origin; return why not, if not.

        Raises:
            UnknownTaskId, ResultExpired: the task is not known (any more).
            IdConflict: the new id is the old one.
            NotFinished: it has not ended.
        """
        again = once_more(self.find(task_id, now=now), task_id, new_task_id, self.ledger)
        return self.submit(session_id, [again], now=now, is_repeated=is_repeated)[0]

    def cancel(self, task_ids: Sequence[str], *, now: float) -> list[Cancellation]:
        """See that tasks do not start, or are ended by their workers; return what became of each."""
        answers = [self._decisions.cancel(task_id, now) for task_id in task_ids]
        self._decisions.dispatch(now)
        return answers

    def names_without_worker(self, names: set[str]) -> list[str]:
        """Return which of the names no live worker runs now, sorted."""
        for group in self.ledger.workers.groups:
            names = names - group
        return sorted(names & self.ledger.names)

    def completions(self, session_id: str, acknowledged: int, *, now: float) -> None:
        """Take note that a client waits for completions and has those up to a number."""
        self._session(session_id)
        self._record(SessionHeard(session_id, acknowledged, now))

    def has_unread(self, session_id: str) -> bool:
        """True when `unread` has something to give."""
        return len(self._session(session_id).outbox) > 0

    def unread(self, session_id: str) -> tuple[int, list[Task]]:
        """Return a client's next completions, at most a batch, and the number of the first."""
        outbox = self._session(session_id).outbox
        return outbox.acknowledged + 1, a_batch(outbox.first(BATCH_ENTRIES), result_size)

    def find(self, task_id: str, *, now: float) -> Task | None:
        """Return a task that is remembered, counting this as a use of its result; None for any other."""
        task = self.ledger.tasks.get(task_id)
        if task is None:
            task = self.ledger.results.get(task_id, now=now)
            if task is not None:
                self._record(ResultRead(task_id))
        return task

    def watch(self, session_id: str, task_id: str) -> None:
        """Tell this session, too, when a task ends."""
        self._session(session_id)
        task = self.ledger.tasks[task_id]
        if task.session_id != session_id:
            self._record(TaskWatched(task_id, session_id))

    def follow(self, task_id: str) -> None:
        """Keep a journal of a task that has not ended, from now on if it has none."""
        task = self.ledger.tasks.get(task_id)
        if task is not None and task.journal is None:
            self._record(TaskFollowed(task_id))

    # ---- workers ----

    def join(self, card: WorkerCard, *, now: float) -> None:
        """Register a worker; an older one of the same id is gone, and what it ran is lost.

        Raises:
            TooManyPeers: there are as many workers as there may be.
            InvalidSetting: it offers more slots than one worker may.
        """
        older = self.ledger.workers.get(card.worker_id)
        check_card(card, self.ledger, self.limits)
        if older is not None:
            is_same = older.card.incarnation == card.incarnation
            reason = JOINED_AGAIN if is_same else "replaced by another process of the same worker id"
            self._decisions.drop_worker(card.worker_id, reason, now)
        self._decisions.join_worker(card, now)
        self._decisions.dispatch(now)

    def poll(
        self,
        worker_id: str,
        incarnation: str,
        acknowledged: int,
        occupied: int,
        *,
        now: float,
        is_leaving: bool = False,
        obeyed: int = 0,
    ) -> None:
        """Take note that a worker asks for work, and lease to it what can start: nothing, if it is leaving."""
        worker = self._worker(worker_id, incarnation)
        is_leaving = is_leaving and obeyed >= worker.obeyed  # else it is late: the worker has stayed since
        self._take_obedience(worker, obeyed, is_leaving=is_leaving)
        self._let_leave(worker, is_leaving=is_leaving)
        self._record(WorkerPolled(worker_id, acknowledged, max(0, occupied), now))
        if is_leaving:
            self._take_back_unread(worker, acknowledged, now)
        self._decisions.dispatch(now)

    def orders(self, worker_id: str, incarnation: str) -> tuple[int, list[Order]]:
        """Return a worker's next orders, at most a batch, and the number of the first; its question is answered.

        A lease that has ended while it waited here is given as an order to stop: it must not start.
        """
        worker = self._worker(worker_id, incarnation)
        if worker.is_open:
            self._record(WorkerAnswered(worker_id))
        orders = [_still_good(worker, order) for order in worker.outbox.first(BATCH_ENTRIES)]
        return worker.outbox.acknowledged + 1, a_batch(orders, arguments_size)

    def has_orders(self, worker_id: str, incarnation: str) -> bool:
        """True when `orders` has something to give, or the worker is to be told what people want of it."""
        worker = self._worker(worker_id, incarnation)
        return len(worker.outbox) > 0 or not worker.has_obeyed

    def note(
        self,
        worker_id: str,
        incarnation: str,
        notes: Sequence[tuple[str, int, Note]],
        *,
        now: float,
    ) -> None:
        """Take what running attempts say, as (task id, token, note); those of leases that are over are dropped."""
        self._worker(worker_id, incarnation)
        for task_id, token, note in notes:
            task = self.ledger.tasks.get(task_id)
            if task is None or task.status is not TaskStatus.RUNNING or not _has_token(task, token):
                continue
            event = event_of(note, task, worker_id, now=now)
            self._record(event)
            if isinstance(event, TaskNoted):  # all else is for people
                self._decisions.tell(task_id)

    def report(
        self,
        worker_id: str,
        incarnation: str,
        outcomes: Sequence[tuple[str, int, Outcome]],
        occupied: int,
        *,
        now: float,
        is_leaving: bool = False,
        obeyed: int = 0,
    ) -> list[str]:
        """Take the outcomes of attempts, as (task id, token, outcome), and lease what can start in their place.

        Returns the ids of the tasks whose lease was not current any more.

        Raises:
            BadFrame: a status is not one in which an attempt can end; nothing was taken.
        """
        worker = self._worker(worker_id, incarnation)
        for task_id, _, outcome in outcomes:
            if outcome.status not in REPORTABLE:
                raise BadFrame(f"task {task_id}: an attempt cannot end as {outcome.status.value!r}")
        accept = self._decisions.accept
        superseded = [
            task_id for task_id, token, outcome in outcomes if not accept(worker_id, task_id, token, outcome, now)
        ]
        self._let_leave(worker, is_leaving=is_leaving and obeyed >= worker.obeyed)
        self._hear(worker, max(0, occupied), now)
        self._decisions.dispatch(now)
        return superseded

    def beat(self, worker_id: str, incarnation: str, vitals: Vitals | None = None, *, now: float) -> None:
        """Take note that a worker lives, and how its process does."""
        self._worker(worker_id, incarnation)
        self._record(WorkerHeard(worker_id, now, vitals))

    def drain_worker(self, worker_id: str, *, now: float) -> None:
        """Have a worker take no more, finish what it runs, and leave; raises `UnknownWorker`, `WorkerUnavailable`."""
        self._decisions.drain_worker(worker_to_drain(worker_id, self.ledger), now)

    def leave(self, worker_id: str, incarnation: str, acknowledged: int, *, now: float) -> None:
        """Let a worker go: leases that never reached it wait again, those that did are lost."""
        worker = self._worker(worker_id, incarnation)
        self._take_back_unread(worker, acknowledged, now)
        seconds = worker.directive.drain_seconds
        patience = "its --drain-timeout was" if seconds is None else f"the {seconds:g} s that it was given were"
        self._decisions.lose_tasks(worker, f"left, {patience} over", now)
        self._decisions.drop_worker(worker_id, LEFT, now)
        self._decisions.dispatch(now)

    # ---- time ----

    def tick(self, *, now: float) -> None:
        """Do what is due: drop silent workers and clients, forget old results."""
        silent = self.ledger.workers.silent(now=now, silence_seconds=self.limits.worker_silence_seconds)
        for worker in silent:
            self._decisions.drop_worker(worker.card.worker_id, f"silent for {now - worker.heard_at:.1f} s", now)
        for session_id, session in list(self.ledger.sessions.items()):
            if now - session.heard_at >= self.limits.session_silence_seconds:
                self._record(SessionClosed(session_id, "silent"))
                self._decisions.tell(session_id)
        if self.ledger.results.has_expired(now=now):
            self._record(ResultsReaped(now))
        self.steering.resume_what_is_over(now=now)
        self._decisions.dispatch(now)

    def give_up_overtime(self, *, now: float) -> None:
        """End the attempts that their workers should have ended long ago; `forgive` comes first."""
        self._decisions.give_up_overtime(now)
        self._decisions.dispatch(now)

    def fire(self, *, now: float) -> None:
        """Do what the timers of tasks and the rates of priorities ask for by now, and lease what can start."""
        self._decisions.dispatch(now)

    def next_timer_at(self) -> float | None:
        """Return when `fire` has something to do next; None when nothing waits for a time."""
        return self._decisions.next_due_at()

    def forgive(self, seconds: float, *, now: float) -> None:
        """Do not hold a time in which the control plane itself stood still against those who were silent in it."""
        self._record(SilenceForgiven(seconds, now))

    def drain(self) -> None:
        """Accept and lease nothing from now on."""
        if not self.ledger.is_draining:
            self._record(DrainStarted())

    def dismiss_workers(self, *, now: float) -> None:
        """Give up what still runs, because the control plane ends: it is lost, and who waits for it is told."""
        for worker in self.ledger.workers:
            self._decisions.lose_tasks(worker, "the control plane stopped", now)

    # ---- what each use case begins with ----

    def _session(self, session_id: str) -> Session:
        session = self.ledger.sessions.get(session_id)
        if session is None:
            raise UnknownSession("the control plane dropped this session; say hello again")
        return session

    def _worker(self, worker_id: str, incarnation: str) -> Worker:
        worker = self.ledger.workers.get(worker_id)
        if worker is None:
            raise UnknownWorker(f"worker {worker_id!r} is not registered (any more): it must join again")
        if worker.card.incarnation != incarnation:
            raise WorkerReplaced(
                f"another process joined as worker {worker_id!r}; give each worker an id of its own (--worker-id)"
            )
        return worker

    def _take_back_unread(self, worker: Worker, acknowledged: int, now: float) -> None:
        """Have those tasks wait again whose leases never reached a worker that leaves."""
        unread = worker.outbox.first(len(worker.outbox))[max(0, acknowledged - worker.outbox.acknowledged) :]
        for order in unread:
            task = worker.leased.get(order.submission.task_id)
            if task is None or task.lease is not order.lease or order.is_stop:
                continue
            if task.is_cancelling:
                self._decisions.finish(task, cancelled("before it started"), now)
            else:
                self._decisions.give_back(task, now)

    def _take_obedience(self, worker: Worker, number: int, *, is_leaving: bool) -> None:
        """Take note of the directive that a worker took last; one that was to stay says whether it could."""
        if not worker.obeyed < number <= worker.directive.number:
            return
        self._record(WorkerObeyed(worker.card.worker_id, number))
        has_a_choice = worker.is_draining and not worker.leaves_by_itself and not worker.directive.is_to_leave
        if has_a_choice and worker.has_obeyed:
            worker_id = worker.card.worker_id
            self._record(WorkerDrained(worker_id, by_itself=True) if is_leaving else WorkerResumed(worker_id))

    def _let_leave(self, worker: Worker, *, is_leaving: bool) -> None:
        """Have a worker drain that leaves although nobody has told it to."""
        if is_leaving and not worker.is_draining:
            self._record(WorkerDrained(worker.card.worker_id, by_itself=True))

    def _hear(self, worker: Worker, occupied: int, now: float) -> None:
        self._record(WorkerHeard(worker.card.worker_id, now))
        if worker.occupied != occupied:
            self._record(WorkerOccupied(worker.card.worker_id, occupied))


def _still_good(worker: Worker, order: Order) -> Order:
    """Return an order as it is to be sent: a lease that is over is none any more, only its number is left."""
    task = worker.leased.get(order.submission.task_id)
    is_over = task is None or task.lease is not order.lease
    return replace(order, is_stop=True) if is_over and not order.is_stop else order


def _has_token(task: Task, token: int) -> bool:
    return task.lease is not None and task.lease.token == token
