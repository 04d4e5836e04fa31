"""The heart: every decision of the control plane, in one synchronous class.

A use case looks at the ledger, decides, and records events; recording applies each event and passes it on.
Nothing here awaits or reads a clock. Whoever waits for something (a held poll) is named by `take_ready` as soon as
there is an answer for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastworker.domain.dispatch import next_assignment
from fastworker.domain.errors import (
    BadFrame,
    Draining,
    FastWorkerError,
    IdConflict,
    QueueFull,
    ResultExpired,
    UnknownSession,
    UnknownWorker,
    WorkerReplaced,
    unknown_task_name,
)
from fastworker.domain.events import (
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
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
    WorkerOccupied,
    WorkerPolled,
)
from fastworker.domain.ledger import Ledger, Session
from fastworker.domain.lifecycle import TRANSITIONS, TaskStatus
from fastworker.domain.task import Lease, Outcome, Submission, Task
from fastworker.domain.worker_registry import Worker, WorkerCard

from .batch_size import outcome_bytes
from .messages import BATCH_BYTES, BATCH_ENTRIES
from .ports.event_sink import EventSink

type NewToken = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the coordinator: waiting tasks, and seconds of silence before a peer counts as gone."""

    max_queued: int = 1_000_000
    worker_silence_seconds: float = 15.0
    session_silence_seconds: float = 60.0


class Coordinator:
    """Accepts tasks, leases them to workers, takes reports, keeps results."""

    def __init__(self, ledger: Ledger, *, limits: Limits, new_token: NewToken, sink: EventSink) -> None:
        self.ledger = ledger
        self.limits = limits
        self._new_token = new_token
        self._sink = sink
        self._ready: set[str] = set()

    def take_ready(self) -> set[str]:
        """Return the workers and sessions for which something has come up since the last call."""
        ready, self._ready = self._ready, set()
        return ready

    # ---- clients ----

    def open_session(self, session_id: str, *, now: float) -> None:
        """Begin (or begin anew) to keep completions for a client."""
        self._record(SessionOpened(session_id, now))

    def close_session(self, session_id: str) -> None:
        """Drop a client's completions; closing twice changes nothing."""
        if session_id in self.ledger.sessions:
            self._record(SessionClosed(session_id, "left"))
            self._ready.add(session_id)

    def submit(
        self, session_id: str, submissions: Sequence[Submission], *, now: float, is_repeated: bool = False
    ) -> list[FastWorkerError | None]:
        """Accept tasks and lease what can start; return an error in the place of each task not accepted."""
        self._session(session_id)
        unknown: dict[str, FastWorkerError] = {}  # near names are dear to find: once per name and batch
        answers = [
            self._submit_one(session_id, submission, now, is_repeated=is_repeated, unknown=unknown)
            for submission in submissions
        ]
        self._dispatch(now)
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

    def unread(self, session_id: str) -> tuple[int, list[Task]]:
        """Return a client's next completions, at most a batch, and the number of the first."""
        outbox = self._session(session_id).outbox
        return outbox.acknowledged + 1, a_batch(outbox.first(BATCH_ENTRIES), _result_size)

    def find(self, task_id: str, *, now: float) -> Task | None:
        """Return a task that is remembered, counting this as a use of its result."""
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

    # ---- workers ----

    def join(self, card: WorkerCard, *, now: float) -> None:
        """Register a worker; an older one of the same id is gone, and what it ran is lost."""
        older = self.ledger.workers.get(card.worker_id)
        if older is not None:
            is_same = older.card.incarnation == card.incarnation
            reason = "joined again" if is_same else "replaced by another process of the same worker id"
            self._drop(card.worker_id, reason, now)
        self._record(WorkerJoined(card, now))
        self._dispatch(now)

    def poll(self, worker_id: str, incarnation: str, acknowledged: int, occupied: int, *, now: float) -> None:
        """Take note that a worker asks for work, and lease to it what can start."""
        self._worker(worker_id, incarnation)
        self._record(WorkerPolled(worker_id, acknowledged, occupied, now))
        self._dispatch(now)

    def leases(self, worker_id: str, incarnation: str) -> tuple[int, list[Task]]:
        """Return a worker's next leases, at most a batch, and the number of the first; its question is answered."""
        worker = self._worker(worker_id, incarnation)
        if worker.is_open:
            self._record(WorkerAnswered(worker_id))
        outbox = worker.outbox
        return outbox.acknowledged + 1, a_batch(outbox.first(BATCH_ENTRIES), _arguments_size)

    def has_leases(self, worker_id: str, incarnation: str) -> bool:
        """True when `leases` has something to give."""
        return len(self._worker(worker_id, incarnation).outbox) > 0

    def report(
        self,
        worker_id: str,
        incarnation: str,
        outcomes: Sequence[tuple[str, int, Outcome]],
        occupied: int,
        *,
        now: float,
    ) -> list[str]:
        """Take the outcomes of attempts, as (task id, token, outcome), and lease what can start in their place.

        Returns the ids of the tasks whose lease was not current any more.

        Raises:
            BadFrame: a status is not one in which an attempt can end; nothing was taken.
        """
        worker = self._worker(worker_id, incarnation)
        for task_id, _, outcome in outcomes:
            if outcome.status not in TRANSITIONS[TaskStatus.RUNNING] or not outcome.status.is_final:
                raise BadFrame(f"task {task_id}: an attempt cannot end as {outcome.status.value!r}")
        superseded = [
            task_id for task_id, token, outcome in outcomes if not self._accept(worker_id, task_id, token, outcome, now)
        ]
        self._hear(worker, occupied, now)
        self._dispatch(now)
        return superseded

    def beat(self, worker_id: str, incarnation: str, *, now: float) -> None:
        """Take note that a worker lives."""
        self._worker(worker_id, incarnation)
        self._record(WorkerHeard(worker_id, now))

    def leave(self, worker_id: str, incarnation: str, acknowledged: int, *, now: float) -> None:
        """Let a worker go: leases that never reached it wait again, those that did are lost."""
        worker = self._worker(worker_id, incarnation)
        unread = worker.outbox.first(len(worker.outbox))[max(0, acknowledged - worker.outbox.acknowledged) :]
        for task in unread:
            if task.task_id in worker.leased:
                self._record(TaskReturned(task.task_id))
        self._drop(worker_id, "left", now)
        self._dispatch(now)

    # ---- time ----

    def tick(self, *, now: float) -> None:
        """Do what is due: drop silent workers and clients, forget old results."""
        silent = self.ledger.workers.silent(now=now, silence_seconds=self.limits.worker_silence_seconds)
        for worker in silent:
            self._drop(worker.card.worker_id, f"silent for {now - worker.heard_at:.1f} s", now)
        for session_id, session in list(self.ledger.sessions.items()):
            if now - session.heard_at >= self.limits.session_silence_seconds:
                self._record(SessionClosed(session_id, "silent"))
                self._ready.add(session_id)
        if self.ledger.results.has_expired(now=now):
            self._record(ResultsReaped(now))
        self._dispatch(now)

    def forgive(self, seconds: float) -> None:
        """Do not hold a time in which the control plane itself stood still against those who were silent in it."""
        self._record(SilenceForgiven(seconds))

    def drain(self) -> None:
        """Accept and lease nothing from now on."""
        if not self.ledger.is_draining:
            self._record(DrainStarted())

    def dismiss_workers(self, *, now: float) -> None:
        """Give up what still runs, because the control plane ends: it is lost, and who waits for it is told."""
        for worker in list(self.ledger.workers):
            self._drop(worker.card.worker_id, "the control plane stopped", now)

    # ---- decisions ----

    def _record(self, event: Event) -> None:
        self.ledger.apply(event)
        self._sink.emit(event)

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

    def _submit_one(
        self,
        session_id: str,
        submission: Submission,
        now: float,
        *,
        is_repeated: bool,
        unknown: dict[str, FastWorkerError],
    ) -> FastWorkerError | None:
        ledger = self.ledger
        task_id = submission.task_id
        known = ledger.tasks.get(task_id) or ledger.results.get(task_id, now=now)
        if known is not None:
            return self._submit_again(session_id, known, submission)
        if ledger.is_draining:
            return Draining("the control plane is stopping and takes no new tasks; submit to its successor")
        if submission.name not in ledger.names:
            if submission.name not in unknown:
                unknown[submission.name] = unknown_task_name(submission.name, sorted(ledger.names))
            return unknown[submission.name]
        if is_repeated and ledger.results.may_have_forgotten(task_id):
            return ResultExpired(
                f"task {task_id} may have been accepted and run before, and its result is not kept any more; "
                "it is not run again"
            )
        if len(ledger.queue) >= self.limits.max_queued:
            return QueueFull(
                f"the queue holds {self.limits.max_queued} tasks, its limit (--max-queued); try again later"
            )
        self._record(TaskSubmitted(submission, session_id, now))
        return None

    def _submit_again(self, session_id: str, known: Task, submission: Submission) -> IdConflict | None:
        """Accept the same submission as the one task that it is; whoever sends it is told of its end."""
        if (known.submission.name, known.submission.payload) != (submission.name, submission.payload):
            return IdConflict(
                f"task id {submission.task_id!r} is taken by a call of {known.submission.name!r} with other "
                "arguments; use another id, or none"
            )
        if known.status.is_final or known.session_id != session_id:
            self._record(TaskWatched(known.task_id, session_id))
            self._ready.add(session_id)
        return None

    def _dispatch(self, now: float) -> None:
        if self.ledger.is_draining:
            return
        while (assignment := next_assignment(self.ledger.workers)) is not None:
            task, worker = assignment
            worker_id = worker.card.worker_id
            lease = Lease(worker_id, task.attempts + 1, self._new_token(), now)
            self._record(TaskLeased(task.submission.task_id, lease))
            self._ready.add(worker_id)

    def _accept(self, worker_id: str, task_id: str, token: int, outcome: Outcome, now: float) -> bool:
        task = self.ledger.tasks.get(task_id)
        if task is not None and task.lease is not None and task.lease.token == token:
            self._finish(task, outcome, now)
            return True
        finished = self.ledger.results.get(task_id, now=now)
        if finished is not None and _is_repeated(finished, token, outcome):
            return True
        self._record(ReportSuperseded(worker_id, task_id))
        return False

    def _finish(self, task: Task, outcome: Outcome, now: float) -> None:
        self._ready.add(task.session_id)
        self._ready.update(self.ledger.watchers.get(task.task_id, ()))
        self._record(TaskFinished(task.task_id, outcome, now))

    def _hear(self, worker: Worker, occupied: int, now: float) -> None:
        self._record(WorkerHeard(worker.card.worker_id, now))
        if worker.occupied != occupied:
            self._record(WorkerOccupied(worker.card.worker_id, occupied))

    def _drop(self, worker_id: str, reason: str, now: float) -> None:
        for task in list(self.ledger.workers[worker_id].leased.values()):
            self._finish(task, Outcome(TaskStatus.LOST), now)
        self._record(WorkerLeft(worker_id, reason, now))
        self._ready.add(worker_id)


def a_batch(tasks: Sequence[Task], size: Callable[[Task], int]) -> list[Task]:
    """Return the first tasks whose payloads fit into one batch, and at least one of them."""
    total = 0
    for index, task in enumerate(tasks):
        total += size(task)
        if total > BATCH_BYTES and index:
            return list(tasks[:index])
    return list(tasks)


def _result_size(task: Task) -> int:
    return outcome_bytes(task.outcome.payload, task.outcome.error) if task.outcome else 0


def _arguments_size(task: Task) -> int:
    return len(task.submission.payload)


def _is_repeated(finished: Task, token: int, outcome: Outcome) -> bool:
    """Tell a report that was sent again, because its answer was lost, from one that came too late."""
    has_token = finished.lease is not None and finished.lease.token == token
    return has_token and finished.status is outcome.status
