"""The messages of the protocol, as values. docs/protocol.md gives their bytes.

A message that carries payloads (encoded arguments or results) holds them in `payloads`, one per entry and in the
order of the entries: they travel beside the envelope and nobody but the client and the worker reads them.
Times in messages are the control plane's monotonic seconds; durations are seconds.
"""

from dataclasses import dataclass, field

from fastworker.domain.errors import FastWorkerError, error_from_code
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord
from fastworker.domain.text import bounded, text_of
from fastworker.domain.value import value

PROTOCOL = 1
"""The version of everything in this file. Peers of another version are refused by name."""

BATCH_ENTRIES = 512
BATCH_BYTES = 1 << 20
"""A batch closes at so many entries or payload bytes; one entry alone may be larger."""

FRAME_BYTES = 16 << 20
PAYLOAD_BYTES = 8 << 20
"""The largest frame that a socket takes, and the largest arguments or result of one task."""

MESSAGE_CHARACTERS = 4_096
"""Longer texts of errors lose their middle."""


@dataclass(frozen=True, slots=True)
class Message:
    """Root of all messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Message):
    """The answer to any request that could not be carried out: an error by its code."""

    code: str
    message: str

    @classmethod
    def because(cls, error: FastWorkerError) -> "Refused":
        """Return the refusal that tells the peer of `error`."""
        return cls(code=error.code, message=bounded(text_of(error), MESSAGE_CHARACTERS))

    def error(self) -> FastWorkerError:
        """Return the error that the peer met."""
        return error_from_code(self.code, self.message)


# ---- hello: client channel, asked by clients and by workers ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Message):
    """First message on a connection; a client opens its session with it, a worker sends an empty `session_id`."""

    session_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Message):
    """Who the control plane is: `epoch` names its one life, `now` is its clock, for deadlines."""

    epoch: str
    version: str
    now: float
    worker_address: str
    task_modules: list[str]


# ---- client channel ----


@value
class SubmitEntry:
    """One task to run."""

    task_id: str
    name: str
    priority: TaskPriority


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Message):
    """Tasks to accept, with their arguments as payloads; `is_repeated` when the same was sent before, unanswered."""

    epoch: str
    session_id: str
    deadline: float
    entries: list[SubmitEntry]
    is_repeated: bool = False
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """The entry at `index` of a batch was not accepted, and why."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Message):
    """Every entry was accepted but the refused ones; `waiting_for_worker` are names that no live worker runs now."""

    refused: list[RefusedEntry]
    waiting_for_worker: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitCompletions(Message):
    """Held until tasks of this session end, or for some seconds; acknowledges completions up to a number."""

    epoch: str
    session_id: str
    acknowledged: int


@value
class TaskState:
    """What the control plane knows of a task; `wait_seconds` and `run_seconds` are of its latest attempt.

    `status` is None when it knows nothing: then `is_forgotten` tells a result that has expired from an id never seen.
    """

    task_id: str
    status: TaskStatus | None
    name: str = ""
    priority: TaskPriority = TaskPriority.NORMAL
    attempts: int = 0
    worker_id: str = ""
    wait_seconds: float = 0.0
    run_seconds: float = 0.0
    error: ErrorRecord | None = None
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions(Message):
    """Ended tasks with their results as payloads; the first entry has the number `first`, the others follow."""

    first: int
    entries: list[TaskState]
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(Message):
    """Ask for tasks by id; with `watch`, the session is also told when those that have not ended do."""

    epoch: str
    session_id: str
    task_ids: list[str]
    watch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Message):
    """The first tasks asked for, in order, with results as payloads; ask again for those that did not fit."""

    entries: list[TaskState]
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodbye(Message):
    """A client leaves; its unread completions may be dropped."""

    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspect(Message):
    """Ask for the present state in numbers."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One live worker."""

    worker_id: str
    slots: int
    running: int
    finished: int
    heard_seconds_ago: float
    is_local: bool
    address: str
    names: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected(Message):
    """Known task names, live workers, waiting tasks by priority, and counts of ended tasks by status."""

    epoch: str
    version: str
    up_seconds: float
    names: list[str]
    workers: list[WorkerState]
    queued: dict[TaskPriority, int]
    running: int
    finished: dict[TaskStatus, int]
    superseded: int
    results_kept: int


# ---- worker channel ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Message):
    """A worker registers; `incarnation` is one life of its process."""

    epoch: str
    deadline: float
    worker_id: str
    incarnation: str
    slots: int
    names: list[str]
    is_local: bool = False
    address: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Message):
    """The worker is registered: it beats every `beat_seconds`, and is dropped after `lease_seconds` of silence."""

    beat_seconds: float
    lease_seconds: float


@value
class ReportEntry:
    """How one attempt ended."""

    task_id: str
    token: int
    status: TaskStatus
    run_seconds: float
    error: ErrorRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll(Message):
    """Held until there is work for this worker, or for some seconds; acknowledges leases up to a number.

    It takes along the attempts that have ended, with results as payloads. `occupied` is the number of slots taken
    by work that the worker holds no lease for any more.
    """

    epoch: str
    deadline: float
    worker_id: str
    incarnation: str
    acknowledged: int
    occupied: int = 0
    entries: list[ReportEntry] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@value
class LeaseEntry:
    """One attempt to run."""

    task_id: str
    name: str
    attempt: int
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases(Message):
    """Attempts to start, with arguments as payloads; the first entry has the number `first`, the others follow.

    `superseded` are the tasks whose outcome in the poll came too late.
    """

    first: int
    entries: list[LeaseEntry]
    superseded: list[str] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Message):
    """Ended attempts, with results as payloads, while a poll is held."""

    epoch: str
    worker_id: str
    incarnation: str
    entries: list[ReportEntry]
    occupied: int = 0
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Message):
    """Every entry was accepted but those of the superseded tasks."""

    superseded: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat(Message):
    """A sign of life of a worker."""

    epoch: str
    worker_id: str
    incarnation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Message):
    """A worker stops; leases after `acknowledged` never reached it and go back to the queue."""

    epoch: str
    worker_id: str
    incarnation: str
    acknowledged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Message):
    """The answer to a request that needs none but this."""


# ---- beacon, and a worker's own address ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon(Message):
    """Published every second: where a control plane is. A hint only."""

    epoch: str
    client_address: str
    worker_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectWorker(Message):
    """Ask a worker at its own address what it runs now."""


@dataclass(frozen=True, slots=True)
class RunningTask:
    """One attempt that a worker runs; `stack` is its Python stack, innermost call last."""

    task_id: str
    name: str
    attempt: int
    run_seconds: float
    stack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInspected(Message):
    """What a worker runs now."""

    worker_id: str
    slots: int
    running: list[RunningTask]


MESSAGES: tuple[type[Message], ...] = (
    Refused,
    Hello,
    Welcome,
    Submit,
    Submitted,
    AwaitCompletions,
    Completions,
    Fetch,
    Fetched,
    Goodbye,
    Inspect,
    Inspected,
    Join,
    Joined,
    Poll,
    Leases,
    Report,
    Reported,
    Beat,
    Leave,
    Noted,
    Beacon,
    InspectWorker,
    WorkerInspected,
)
"""Every message; its place in this list is its kind on the wire, so new ones go to the end."""
