"""A task as the control plane holds it, from its submission until its result is forgotten.

Arguments and results are opaque bytes here: only the worker and the client read them.
"""

from dataclasses import dataclass

from .lifecycle import TaskStatus
from .priority import TaskPriority
from .value import value


@value
class Submission:
    """What a client asks for: one run of the task function `name` with the encoded arguments `payload`."""

    task_id: str
    name: str
    priority: TaskPriority
    payload: bytes


@value
class Lease:
    """Permission for one worker to run one attempt of one task; `token` fences out everybody else."""

    worker_id: str
    attempt: int
    token: int
    leased_at: float


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An exception as text: its type's name, its message, and the traceback on the worker."""

    error_type: str
    message: str
    traceback: str = ""


@value
class Outcome:
    """How an attempt ended: a final status with either an encoded result or an error."""

    status: TaskStatus
    payload: bytes = b""
    error: ErrorRecord | None = None
    run_seconds: float = 0.0


@dataclass(slots=True)
class Task:
    """One submission and what became of it. Only `Ledger.apply` changes it."""

    submission: Submission
    session_id: str
    arrival: int
    submitted_at: float
    status: TaskStatus = TaskStatus.QUEUED
    attempts: int = 0
    lease: Lease | None = None
    outcome: Outcome | None = None
    finished_at: float | None = None

    @property
    def task_id(self) -> str:
        """The id that the client made."""
        return self.submission.task_id

    @property
    def wait_seconds(self) -> float:
        """How long the task waited for its latest lease; 0 while it still waits for its first."""
        return self.lease.leased_at - self.submitted_at if self.lease else 0.0


def created_at_milliseconds(task_id: str) -> int | None:
    """Return the creation time inside a UUIDv7, in Unix milliseconds; None for any other id."""
    if len(task_id) != 36 or task_id[14] != "7":
        return None
    try:
        return int(task_id[:8] + task_id[9:13], 16)
    except ValueError:
        return None
