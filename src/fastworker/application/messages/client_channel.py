"""Messages between clients and the control plane, and the hello, which workers say too."""

from dataclasses import dataclass, field, replace

from fastworker.domain.cancellation import Cancellation
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord
from fastworker.domain.terms import NO_TERMS, Terms, TraceContext
from fastworker.domain.value import value
from fastworker.domain.vitals import Vitals

from .root import Message


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


@value
class SubmitEntry:
    """One task to run; without terms, as its function declares it."""

    task_id: str
    name: str
    priority: TaskPriority
    terms: Terms | None = None

    def traced(self, trace: TraceContext | None) -> "SubmitEntry":
        """Return the same task, as a part of a trace if there is one."""
        return self if trace is None else replace(self, terms=replace(self.terms or NO_TERMS, trace=trace))


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


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell the steps of this task, too: those with numbers after `after`."""

    task_id: str
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitCompletions(Message):
    """Held until tasks of this session end, or steps of those that it follows come, or for some seconds.

    It acknowledges completions up to a number.
    """

    epoch: str
    session_id: str
    acknowledged: int
    follows: list[Follow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AttemptState:
    """An attempt that has ended; `leased_after_seconds` counts from the submission of the task."""

    number: int
    worker_id: str
    leased_after_seconds: float
    run_seconds: float
    status: TaskStatus
    error: ErrorRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """What most tasks have none of: earlier attempts, the task that this one runs again, a time to wait for.

    `queued_after_seconds` counts from the submission to the moment from which its latest attempt waited for a worker.
    """

    history: list[AttemptState] = field(default_factory=list)
    origin: str | None = None
    due_in_seconds: float | None = None
    queued_after_seconds: float = 0.0


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
    details: TaskDetails | None = None


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One entry of a followed task's journal: a status, a progress or a log line.

    With the number 0, none of them: the task is not known (any more), as `is_forgotten` tells apart.
    """

    task_id: str
    number: int
    seconds_ago: float = 0.0
    attempt: int = 0
    status: TaskStatus | None = None
    progress: Progress | None = None
    line: LogLine | None = None
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions(Message):
    """Ended tasks with their results as payloads; the first entry has the number `first`, the others follow.

    `steps` are those of the tasks that are followed; they come again until they are asked for from a later number.
    """

    first: int
    entries: list[TaskState]
    steps: list[StepEntry] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(Message):
    """Ask for tasks by id; with `watch`, the session is also told when those that have not ended do.

    With `arguments`, the payloads are what the tasks were called with, in place of what they returned.
    """

    epoch: str
    session_id: str
    task_ids: list[str]
    watch: bool = False
    arguments: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Message):
    """The first tasks asked for, in order, with results as payloads; ask again for those that did not fit."""

    entries: list[TaskState]
    payloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Message):
    """See that tasks do not start, or end."""

    epoch: str
    deadline: float
    task_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Message):
    """What became of each task of a `Cancel`, in order."""

    answers: list[Cancellation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun(Message):
    """Submit what a finished task was once more, as a new task; answered as a submission of one entry.

    `is_repeated` when the same was sent before, unanswered.
    """

    epoch: str
    session_id: str
    deadline: float
    task_id: str
    new_task_id: str
    is_repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainWorker(Message):
    """Have a worker finish what it runs, take no more, and leave."""

    epoch: str
    deadline: float
    worker_id: str


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
    occupied: int = 0  # slots taken by what was given up and goes on: stuck
    is_draining: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    vitals: Vitals | None = None


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
    scheduled: int
    finished: dict[TaskStatus, int]
    superseded: int
    results_kept: int
