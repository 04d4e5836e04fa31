"""Values for tests. Every part has a default, so that a test names only what matters to it."""

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from typing import Any

from fastworker.adapters.memory import RecordingSink
from fastworker.application.coordinator import Coordinator
from fastworker.application.limits import Limits
from fastworker.application.notes import Note
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import FastWorkerError
from fastworker.domain.journal import Step
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord, Lease, Outcome, Submission, Task
from fastworker.domain.task_span import SpanStatus, TaskSpan
from fastworker.domain.terms import NO_TERMS, Terms
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import LocalExecution, WorkerCard

_numbers = count(1)


def a_submission(
    task_id: str | None = None,
    *,
    name: str = "echo",
    priority: TaskPriority = TaskPriority.NORMAL,
    payload: bytes = b"[]",
    terms: Terms = NO_TERMS,
) -> Submission:
    """A call of `echo` at normal priority, under an id of its own."""
    return Submission(task_id or f"task-{next(_numbers)}", name, priority, payload, terms)


def a_task(
    task_id: str | None = None,
    *,
    name: str = "echo",
    priority: TaskPriority = TaskPriority.NORMAL,
    terms: Terms = NO_TERMS,
    arrival: int | None = None,
    status: TaskStatus = TaskStatus.QUEUED,
    attempts: int = 0,
    lease: Lease | None = None,
    outcome: Outcome | None = None,
) -> Task:
    """A waiting task that arrived after all that were built before."""
    return Task(
        a_submission(task_id, name=name, priority=priority, terms=terms),
        session_id="client",
        arrival=next(_numbers) if arrival is None else arrival,
        submitted_at=1000.0,
        queued_at=1000.0,
        status=status,
        attempts=attempts,
        lease=lease,
        outcome=outcome,
    )


def a_lease(worker_id: str = "worker", *, attempt: int = 1, token: int = 1, leased_at: float = 1000.0) -> Lease:
    """The first attempt of a task, given to `worker`."""
    return Lease(worker_id, attempt, token, leased_at)


def a_card(
    worker_id: str = "worker",
    *,
    slots: int = 1,
    names: Iterable[str] = ("echo",),
    incarnation: str = "first life",
    is_local: bool = False,
    declared: Mapping[str, Terms] | None = None,
    **more: Any,
) -> WorkerCard:
    """A worker with one slot that knows `echo`."""
    asks = tuple((declared or {}).items())
    return WorkerCard(worker_id, incarnation, slots, frozenset(names), is_local=is_local, declared=asks, **more)


def an_outcome(
    status: TaskStatus = TaskStatus.SUCCESS,
    *,
    payload: bytes = b"",
    error: ErrorRecord | None = None,
    run_seconds: float = 0.0,
    is_retryable: bool = False,
    retry_after: float | None = None,
) -> Outcome:
    """A success without a result."""
    return Outcome(status, payload, error, run_seconds, is_retryable, retry_after)


def a_failure(text: str = "no", *, is_retryable: bool = True, retry_after: float | None = None) -> Outcome:
    """A `ValueError` that may be tried again."""
    error = ErrorRecord("ValueError", text)
    return Outcome(TaskStatus.FAILURE, b"", error, 0.5, is_retryable, retry_after)


def a_span(
    name: str = "look up prices",
    *,
    span_id: str = "b7ad6b7169203331",
    parent_id: str = "00f067aa0ba902b7",
    status: SpanStatus = SpanStatus.UNSET,
    message: str = "",
    attributes: tuple[tuple[str, str], ...] = (),
) -> TaskSpan:
    """A span of a quarter of a second, inside a run."""
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    return TaskSpan(trace_id, span_id, parent_id, name, 1_700_000_000.5, 0.25, status, message, attributes)


def a_uuid7(milliseconds: int, *, rest: int = 0) -> str:
    """An id that carries its creation time, as clients make them."""
    digits = f"{milliseconds:012x}7{rest:03x}8{rest:015x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class ManualCoordinator:
    """A Coordinator whose time stands still until a test moves it, with the other ends of its sessions.

    It knows `echo`, and the client `client` is connected. Workers remember what they have received, as real ones do.
    """

    def __init__(
        self,
        *,
        names: Collection[str] = ("echo",),
        limits: Limits | None = None,
        result_capacity: int = 10_000,
        result_ttl_seconds: float = 3600,
        local_execution: LocalExecution = LocalExecution.AUTO,
        sink: RecordingSink | None = None,
        now: float = 1000.0,
        new_token: Callable[[], int] | None = None,
        attempts_kept: int = 10,
        lines_kept: int = 100,
    ) -> None:
        self.now = now
        self.sink = sink or RecordingSink()
        self._names = names
        self._result_capacity = result_capacity
        self._result_ttl_seconds = result_ttl_seconds
        self._local_execution = local_execution
        self._attempts_kept = attempts_kept
        self._lines_kept = lines_kept
        self.ledger = self.new_ledger()
        self.coordinator = Coordinator(
            self.ledger,
            limits=limits or Limits(),
            new_token=new_token or count(1).__next__,
            jitter=random.Random(1),
            sink=self.sink,
        )
        self._incarnations: dict[str, str] = {}
        self.received: dict[str, int] = {}
        self.stops: list[Lease] = []  # what workers were told to end
        self.open_session("client")

    def new_ledger(self) -> Ledger:
        """Return a ledger as it was before the first event."""
        return Ledger(
            names=self._names,
            result_capacity=self._result_capacity,
            result_ttl_seconds=self._result_ttl_seconds,
            local_execution=self._local_execution,
            attempts_kept=self._attempts_kept,
            lines_kept=self._lines_kept,
        )

    def rebuilt(self) -> Ledger:
        """Return a new ledger to which every recorded event was applied."""
        ledger = self.new_ledger()
        for event in self.sink.events:
            ledger.apply(event)
        return ledger

    # ---- a client's side ----

    def open_session(self, session_id: str) -> None:
        self.coordinator.open_session(session_id, now=self.now)

    def submit(
        self, *submissions: Submission, session_id: str = "client", is_repeated: bool = False
    ) -> list[FastWorkerError | None]:
        """Return an error, or None for accepted, per submission."""
        return self.coordinator.submit(session_id, submissions, is_repeated=is_repeated, now=self.now)

    def accepted(self, *submissions: Submission, session_id: str = "client") -> None:
        """Submit what must be accepted."""
        assert self.submit(*submissions, session_id=session_id) == [None] * len(submissions)

    def rerun(self, task_id: str, new_task_id: str, *, session_id: str = "client") -> FastWorkerError | None:
        return self.coordinator.rerun(session_id, task_id, new_task_id, now=self.now)

    def cancel(self, task_id: str) -> Cancellation:
        """Return what became of one request to cancel."""
        (answer,) = self.coordinator.cancel([task_id], now=self.now)
        return answer

    def follow(self, task_id: str) -> None:
        self.coordinator.follow(task_id)

    def steps(self, task_id: str, *, after: int = 0) -> list[Step]:
        """Return what the journal of a task that is remembered holds; nothing when it has none."""
        task = self.find(task_id)
        return task.journal.after(after) if task and task.journal else []

    def unread(self, session_id: str = "client") -> list[str]:
        """Return the ids of a client's next completions."""
        _, tasks = self.coordinator.unread(session_id)
        return [task.task_id for task in tasks]

    def find(self, task_id: str) -> Task | None:
        return self.coordinator.find(task_id, now=self.now)

    def status(self, task_id: str) -> TaskStatus | None:
        """Return where a task is; None when it is not remembered."""
        task = self.find(task_id)
        return task.status if task else None

    # ---- a worker's side ----

    def join(
        self,
        worker_id: str = "worker",
        *,
        slots: int = 1,
        names: Iterable[str] = ("echo",),
        incarnation: str = "first life",
        is_local: bool = False,
        declared: Mapping[str, Terms] | None = None,
    ) -> None:
        card = a_card(
            worker_id, slots=slots, names=names, incarnation=incarnation, is_local=is_local, declared=declared
        )
        self.coordinator.join(card, now=self.now)
        self._incarnations[worker_id] = incarnation
        self.received[worker_id] = 0

    def poll(
        self, worker_id: str = "worker", *, occupied: int = 0, is_leaving: bool = False, obeyed: int = 0
    ) -> list[Task]:
        """Ask for work; return the new leases. While there are none, the question stays open."""
        incarnation, received = self._incarnations[worker_id], self.received[worker_id]
        self.coordinator.poll(
            worker_id, incarnation, received, occupied, is_leaving=is_leaving, obeyed=obeyed, now=self.now
        )
        return self.read_leases(worker_id)

    def read_leases(self, worker_id: str = "worker") -> list[Task]:
        """Return the answer to an open question, if there is one."""
        incarnation = self._incarnations[worker_id]
        if not self.coordinator.has_orders(worker_id, incarnation):
            return []
        first, orders = self.coordinator.orders(worker_id, incarnation)
        fresh = orders[self.received[worker_id] - first + 1 :]
        self.received[worker_id] = first + len(orders) - 1
        self.stops += [order.lease for order in fresh if order.is_stop]
        return [self.ledger.tasks[order.submission.task_id] for order in fresh if not order.is_stop]

    def report(self, task: Task, outcome: Outcome | None = None, *, occupied: int = 0) -> list[str]:
        """Report the end of a leased task; return the ids that were superseded."""
        assert task.lease is not None
        return self.report_lease(task.task_id, task.lease, outcome, occupied=occupied)

    def report_lease(
        self, task_id: str, lease: Lease, outcome: Outcome | None = None, *, occupied: int = 0
    ) -> list[str]:
        """Report under a lease that may be over."""
        return self.coordinator.report(
            lease.worker_id,
            self._incarnations[lease.worker_id],
            [(task_id, lease.token, outcome or an_outcome())],
            occupied,
            now=self.now,
        )

    def note(self, task_id: str, lease: Lease, *notes: Note) -> None:
        """Say something as the attempt that runs, or ran, under a lease."""
        said = [(task_id, lease.token, note) for note in notes]
        self.coordinator.note(lease.worker_id, self._incarnations[lease.worker_id], said, now=self.now)

    def beat(self, worker_id: str = "worker", vitals: Vitals | None = None) -> None:
        self.coordinator.beat(worker_id, self._incarnations[worker_id], vitals, now=self.now)

    def leave(self, worker_id: str = "worker") -> None:
        self.coordinator.leave(worker_id, self._incarnations[worker_id], self.received[worker_id], now=self.now)

    # ---- time ----

    def tick_after(self, seconds: float) -> None:
        """Let time pass, then tick."""
        self.now += seconds
        self.coordinator.give_up_overtime(now=self.now)
        self.coordinator.tick(now=self.now)

    def fire_after(self, seconds: float) -> None:
        """Let time pass, then do what the timers ask for; nobody is dropped for his silence."""
        self.now += seconds
        self.coordinator.give_up_overtime(now=self.now)
        self.coordinator.fire(now=self.now)

    def fire_next(self) -> float:
        """Let time pass until the next timer, fire it, and return how long that was."""
        at = self.coordinator.next_timer_at()
        assert at is not None, "no timer is set"
        seconds = at - self.now
        self.now = max(self.now, at)
        self.coordinator.give_up_overtime(now=self.now)
        self.coordinator.fire(now=self.now)
        return seconds
