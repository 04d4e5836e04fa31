"""Everything that can change the ledger. The events are complete: applying them again rebuilds the same ledger."""

from dataclasses import dataclass

from .action import Action
from .directive import Directive
from .frame_locals import FailureLocals
from .journal import LogLine, Progress
from .pause import Pause
from .priority import TaskPriority
from .queue_limit import QueueLimit
from .task import Lease, Outcome, Submission
from .task_span import TaskSpan
from .value import value
from .vitals import Vitals
from .worker_registry import WorkerCard

LEFT = "left"
"""The reason of a worker or client that went of its own will."""

JOINED_AGAIN = "joined again"
"""The reason of a worker that is back at once, in the same process; what it ran before is lost."""


@value
class TaskSubmitted:
    """A task was accepted from a session and waits."""

    submission: Submission
    session_id: str
    at: float


@value
class TaskLeased:
    """A waiting task was given to a worker."""

    task_id: str
    lease: Lease


@value
class TaskFinished:
    """A task reached a final status: while it ran, or while it waited (cancelled, expired, a late report)."""

    task_id: str
    outcome: Outcome
    at: float


@dataclass(frozen=True, slots=True)
class TaskReturned:
    """A lease came back unused: the task waits again at its old place, and no attempt is counted."""

    task_id: str
    at: float


@dataclass(frozen=True, slots=True)
class TaskRetried:
    """An attempt ended without success, and the task is tried again at `due_at`."""

    task_id: str
    outcome: Outcome
    due_at: float
    at: float


@dataclass(frozen=True, slots=True)
class TaskDue:
    """The time of a scheduled task has come, or somebody wants it now: it waits for a worker."""

    task_id: str
    at: float


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """Somebody gave a waiting task another priority: it now arrives among those that have it already."""

    task_id: str
    priority: TaskPriority
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class StopOrdered:
    """The worker that runs a task was told to end it: somebody cancelled it, or it is long over time."""

    task_id: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class TaskFollowed:
    """Somebody wants to know of each step of a task: from now on it has a journal."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskNoted:
    """A running attempt said something: its progress, or a log line."""

    task_id: str
    note: Progress | LogLine
    at: float


@dataclass(frozen=True, slots=True)
class TaskTraced:
    """A span of a running attempt has ended: something for people to see, of no effect on the task."""

    task_id: str
    attempt: int
    worker_id: str
    span: TaskSpan


@dataclass(frozen=True, slots=True)
class LocalsTold:
    """A running attempt fails, and its worker told the locals of its frames: for people, of no effect on the task."""

    task_id: str
    attempt: int
    locals: FailureLocals


@dataclass(frozen=True, slots=True)
class TaskWatched:
    """Another session wants to hear of a task's end; it hears at once if the task has ended."""

    task_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class ReportSuperseded:
    """A report came for a lease that is not current any more; it changed nothing."""

    worker_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class WorkerPolled:
    """A worker asked for work and acknowledged its leases up to a number."""

    worker_id: str
    acknowledged: int
    occupied: int
    at: float


@dataclass(frozen=True, slots=True)
class WorkerOccupied:
    """A worker said how many of its slots are taken by work that it holds no lease for any more."""

    worker_id: str
    occupied: int


@dataclass(frozen=True, slots=True)
class WorkerAnswered:
    """A worker's question for work was answered: it takes no more until it asks again."""

    worker_id: str


@dataclass(frozen=True, slots=True)
class WorkerHeard:
    """A worker gave a sign of life, and may have said how its process does."""

    worker_id: str
    at: float
    vitals: Vitals | None = None


@dataclass(frozen=True, slots=True)
class WorkerJoined:
    """A worker registered."""

    card: WorkerCard
    at: float


@dataclass(frozen=True, slots=True)
class WorkerLeft:
    """A worker is gone: it said so, fell silent or was replaced."""

    worker_id: str
    reason: str
    at: float

    @property
    def is_loss(self) -> bool:
        """True when it did not go of its own will, and has not come back at once."""
        return self.reason not in (LEFT, JOINED_AGAIN)


@dataclass(frozen=True, slots=True)
class WorkerDrained:
    """A worker takes no more, finishes what it runs, and leaves: it was told to, or does so by itself, and said so."""

    worker_id: str
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class WorkerDirected:
    """Somebody wants something of a worker: it is told with the next answer to its question for work."""

    worker_id: str
    directive: Directive


@dataclass(frozen=True, slots=True)
class WorkerObeyed:
    """A worker has taken the directive of a number, perhaps not the latest."""

    worker_id: str
    number: int


@dataclass(frozen=True, slots=True)
class WorkerResumed:
    """A worker that drained had not left yet, and stays: it takes tasks again."""

    worker_id: str


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A client connected."""

    session_id: str
    at: float


@dataclass(frozen=True, slots=True)
class SessionHeard:
    """A client asked for completions and acknowledged them up to a number."""

    session_id: str
    acknowledged: int
    at: float


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A client left or fell silent; its unread completions are dropped, results stay in the cache."""

    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResultRead:
    """Somebody looked at a kept result."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskDeleted:
    """Somebody had a task that has ended forgotten before its time."""

    task_id: str


@dataclass(frozen=True, slots=True)
class ResultsReaped:
    """Results whose time was over were forgotten."""

    at: float


@dataclass(frozen=True, slots=True)
class SilenceForgiven:
    """The control plane stood still for some seconds: nobody's silence in them counts."""

    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class DrainStarted:
    """The control plane is stopping: no submission and no lease from now on."""


@dataclass(frozen=True, slots=True)
class PriorityPaused:
    """The waiting tasks of a priority are not to start for now; another pause takes the place of the one before."""

    priority: TaskPriority
    pause: Pause


@dataclass(frozen=True, slots=True)
class PriorityResumed:
    """The tasks of a priority may start again."""

    priority: TaskPriority
    at: float


@dataclass(frozen=True, slots=True)
class FunctionPaused:
    """The waiting tasks of a task function are not to start for now."""

    name: str
    pause: Pause


@dataclass(frozen=True, slots=True)
class FunctionResumed:
    """The tasks of a task function may start again."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class PriorityLimited:
    """So much of a priority may run from now on, in place of any limit before; None: as much as there is room for."""

    priority: TaskPriority
    limit: QueueLimit | None
    at: float


@dataclass(frozen=True, slots=True)
class PriorityDue:
    """The rate of a priority allows a start again."""

    priority: TaskPriority
    at: float


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """Somebody did something. For the record only: what it led to are events of their own."""

    action: Action
    at: float


type PauseEvent = PriorityPaused | PriorityResumed | FunctionPaused | FunctionResumed
type LimitEvent = PriorityLimited | PriorityDue
type WorkerEvent = (
    WorkerPolled
    | WorkerAnswered
    | WorkerHeard
    | WorkerOccupied
    | WorkerJoined
    | WorkerLeft
    | WorkerDrained
    | WorkerDirected
    | WorkerObeyed
    | WorkerResumed
)
type Event = (
    TaskSubmitted
    | TaskLeased
    | TaskFinished
    | TaskReturned
    | TaskRetried
    | TaskDue
    | PriorityChanged
    | StopOrdered
    | TaskFollowed
    | TaskNoted
    | TaskTraced
    | LocalsTold
    | TaskWatched
    | ReportSuperseded
    | WorkerEvent
    | SessionOpened
    | SessionHeard
    | SessionClosed
    | ResultRead
    | TaskDeleted
    | ResultsReaped
    | SilenceForgiven
    | DrainStarted
    | PauseEvent
    | LimitEvent
    | ActionTaken
)
