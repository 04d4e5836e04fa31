"""A task as the control plane holds it, from its submission until its result is forgotten.

Arguments and results are opaque bytes here: only the worker and the client read them.
"""

from dataclasses import dataclass

from .journal import Journal
from .lifecycle import TaskStatus
from .priority import TaskPriority
from .terms import NO_TERMS, Terms, TraceContext
from .value import value


@value
class Submission:
    """What a client asks for: one run of the task function `name` with the encoded arguments `payload`."""

    task_id: str
    name: str
    priority: TaskPriority
    payload: bytes
    terms: Terms = NO_TERMS


@value
class Lease:
    """Permission for one worker to run one attempt of one task; `token` fences out everybody else."""

    worker_id: str
    attempt: int
    token: int
    leased_at: float
    start_by: float | None = None  # the attempt may not start after this moment
    previous_trace: TraceContext | None = None  # of the attempt before, if that was traced


@value
class Order:
    """What a worker is told: to run the attempt that it is leased, or, with `is_stop`, to make it end."""

    submission: Submission
    lease: Lease
    is_stop: bool = False


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An exception as text: its type's name, its message, and the traceback on the worker."""

    error_type: str
    message: str
    traceback: str = ""


@value
class Outcome:
    """How an attempt ended: a final status with either an encoded result or an error.

    `is_retryable` says that the failure is one that may be tried again, `retry_after` that the task itself asked for
    a wait of so many seconds. `trace` is that of an attempt that may be tried again.
    """

    status: TaskStatus
    payload: bytes = b""
    error: ErrorRecord | None = None
    run_seconds: float = 0.0
    is_retryable: bool = False
    retry_after: float | None = None
    trace: TraceContext | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that has ended: where it ran, when it was leased (monotonic seconds), for how long, and its end."""

    number: int
    worker_id: str
    leased_at: float
    run_seconds: float
    status: TaskStatus
    error: ErrorRecord | None = None
    trace: TraceContext | None = None


@dataclass(frozen=True, slots=True)
class PriorityChange:
    """Somebody gave a task another priority at a moment (monotonic seconds)."""

    at: float
    before: TaskPriority
    after: TaskPriority
    by: str


@dataclass(slots=True)
class Task:
    """One submission and what became of it. Only `Ledger.apply` changes it."""

    submission: Submission
    session_id: str
    arrival: int
    submitted_at: float
    queued_at: float
    status: TaskStatus = TaskStatus.QUEUED
    attempts: int = 0
    lease: Lease | None = None  # the latest one; it is current while the task runs
    outcome: Outcome | None = None
    finished_at: float | None = None
    due_at: float | None = None  # when a scheduled task begins to wait for a worker
    expires_at: float | None = None
    history: tuple[Attempt, ...] = ()  # the attempts before the latest
    losses: int = 0
    is_cancelling: bool = False
    journal: Journal | None = None
    priority_changes: tuple[PriorityChange, ...] = ()  # the latest; before them it had that of the submission
    number: int = 0  # its first arrival; mostly one object with the present one, which saves 32 bytes

    @property
    def task_id(self) -> str:
        """The id that the client made."""
        return self.submission.task_id

    @property
    def wait_seconds(self) -> float:
        """How long the task waited for its latest lease; 0 while it waits for its first, or for its next."""
        return max(0.0, self.lease.leased_at - self.queued_at) if self.lease else 0.0


def latest_attempt(task: Task, outcome: Outcome) -> Attempt:
    """Return the attempt of a task that this outcome ended."""
    assert task.lease is not None
    lease = task.lease
    return Attempt(
        lease.attempt,
        lease.worker_id,
        lease.leased_at,
        outcome.run_seconds,
        outcome.status,
        outcome.error,
        outcome.trace,
    )


def created_at_milliseconds(task_id: str) -> int | None:
    """Return the creation time inside a UUIDv7, in Unix milliseconds; None for any other id."""
    if len(task_id) != 36 or task_id[14] != "7":
        return None
    try:
        return int(task_id[:8] + task_id[9:13], 16)
    except ValueError:
        return None
