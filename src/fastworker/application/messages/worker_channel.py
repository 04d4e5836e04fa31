"""Messages between workers and the control plane."""

from dataclasses import dataclass, field

from fastworker.domain.directive import Directive
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord
from fastworker.domain.task_span import TaskSpan
from fastworker.domain.terms import NO_TERMS, Terms, TraceContext
from fastworker.domain.value import value
from fastworker.domain.vitals import Vitals

from .broadcast import RunningTask
from .root import PAYLOAD_BYTES, Message


@dataclass(frozen=True, slots=True)
class Declared:
    """What the task function of a name asks for."""

    name: str
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Message):
    """A worker registers; `incarnation` is one life of its process.

    `labels` are what its operators call it. `digests` tell by the name of a task function what code it is of.
    """

    epoch: str
    deadline: float
    worker_id: str
    incarnation: str
    slots: int
    names: list[str]
    declared: list[Declared] = field(default_factory=list)
    is_local: bool = False
    address: str = ""
    version: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Message):
    """The worker is registered: it beats every `beat_seconds`, and is dropped after `lease_seconds` of silence.

    A result may have `max_result_bytes`. Of the spans of one attempt, `max_spans` are wanted.
    """

    beat_seconds: float
    lease_seconds: float
    max_result_bytes: int = PAYLOAD_BYTES
    max_spans: int = 0


@dataclass(frozen=True, slots=True)
class RetryWish:
    """The attempt may be tried again; `after` so many seconds, if the task asked for that. `trace` is that of it."""

    after: float | None = None
    trace: TraceContext | None = None


@value
class ReportEntry:
    """How one attempt ended."""

    task_id: str
    token: int
    status: TaskStatus
    run_seconds: float
    error: ErrorRecord | None = None
    retry: RetryWish | None = None


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A running attempt said something: how far it has come, a log line, or a span of its trace that has ended; or it
    fails, and these are the `locals` of its frames."""

    task_id: str
    token: int
    progress: Progress | None = None
    line: LogLine | None = None
    span: TaskSpan | None = None
    locals: FailureLocals | None = None


@dataclass(frozen=True, slots=True)
class StackEntry:
    """How the attempt of a token runs, with its stack; without `running` it does not, any more."""

    token: int
    running: RunningTask | None = None


STACK_CHARACTERS = 100_000
"""What is sent of one Python stack: its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll(Message):
    """Held until there is work for this worker, or for some seconds; acknowledges leases up to a number.

    It takes along the attempts that have ended, with results as payloads. `occupied` is the number of slots taken
    by work that the worker holds no lease for any more. The `notes` came before the ends of the same
    attempts. A worker that `is_leaving` takes no more leases, and asks only for what to stop. `obeyed` is the
    number of the directive that it took last. The `stacks` are those that the reply before has asked for.
    """

    epoch: str
    deadline: float
    worker_id: str
    incarnation: str
    acknowledged: int
    occupied: int = 0
    is_leaving: bool = False
    obeyed: int = 0
    stacks: list[StackEntry] = field(default_factory=list)
    notes: list[NoteEntry] = field(default_factory=list)
    entries: list[ReportEntry] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseDetails:
    """What most leases have nothing of. `start_by` is the moment after which the attempt may not start any more,
    `previous_trace` belongs to the attempt before.

    With `is_stop`, the attempt is to be ended, not started.
    """

    priority: TaskPriority = TaskPriority.NORMAL
    terms: Terms = NO_TERMS
    start_by: float | None = None
    is_stop: bool = False
    previous_trace: TraceContext | None = None


PLAIN = LeaseDetails()
"""Of a lease that has nothing of them."""


@value
class LeaseEntry:
    """One attempt to run."""

    task_id: str
    name: str
    attempt: int
    token: int
    details: LeaseDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases(Message):
    """Attempts to start, with arguments as payloads; the first entry has the number `first`, the others follow.

    `superseded` are the tasks whose outcome in the poll came too late. The `directive` is one that the worker has not
    obeyed yet. With the next poll it tells the `stacks` of the attempts of these tokens.
    """

    first: int
    entries: list[LeaseEntry]
    superseded: list[str] = field(default_factory=list)
    directive: Directive | None = None
    stacks: list[int] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Message):
    """Ended attempts, with results as payloads, while a poll is held."""

    epoch: str
    worker_id: str
    incarnation: str
    entries: list[ReportEntry]
    occupied: int = 0
    is_leaving: bool = False
    obeyed: int = 0
    notes: list[NoteEntry] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Message):
    """Every entry was accepted but those of the superseded tasks."""

    superseded: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat(Message):
    """A sign of life of a worker, and how its process does."""

    epoch: str
    worker_id: str
    incarnation: str
    vitals: Vitals | None = None


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
