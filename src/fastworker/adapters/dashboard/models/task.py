"""Tasks: as rows of a list, and in full."""

from typing import Any, Literal

from pydantic import Field

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

from .page import Page
from .record import Moment, Record
from .submission import BulkAction

type TaskActionName = BulkAction | Literal["rerun", "run-now"]


class Progress(Record):
    """How far an attempt has come, in the task's own unit, or in words."""

    done: float
    total: float | None = None
    message: str = ""


class ErrorSummary(Record):
    """An error in one line."""

    type: str
    message: str


class LocalVariable(Record):
    """A local variable of a frame; `value` is the beginning of its `repr`."""

    name: str
    value: str


class Frame(Record):
    """A frame of the application's own code in a traceback, with its locals."""

    file: str
    line: int
    function: str
    locals: list[LocalVariable]


class ErrorDetail(ErrorSummary):
    """An error with the traceback of the worker; empty when there was none."""

    traceback: str
    frames: list[Frame] = Field(
        default=[],
        description="The frames of the traceback whose locals its worker told (--show-locals), in its order.",
    )
    fingerprint: str | None = Field(default=None, description="The group of equal errors that it belongs to.")


class TaskSummary(Record):
    """A row of the list of tasks. Seconds are of the latest attempt."""

    id: str
    name: str
    status: TaskStatus
    priority: TaskPriority
    worker_id: str | None
    attempts: int = Field(description="How many attempts have begun.")
    most_attempts: int = Field(description="How many there may be: one more than the retries.")
    submitted_at: Moment
    queued_at: Moment
    due_at: Moment | None = Field(description="When a scheduled task begins to wait for a worker.")
    expires_at: Moment | None
    started_at: Moment | None = Field(description="When the latest attempt was leased to its worker.")
    finished_at: Moment | None
    wait_seconds: float | None
    run_seconds: float | None = Field(description="None until the attempt has ended.")
    error: ErrorSummary | None
    progress: Progress | None
    is_cancelling: bool
    is_held: bool = Field(description="Its priority or its task function is paused.")
    origin: str | None = Field(description="The task that this one runs again.")
    parent: str | None = Field(description="The running task that submitted this one.")
    tags: list[str] = Field(description="What it can be found by, beside its name.")
    arguments_preview: str = Field(description="The first arguments as in a call, each as JSON.")


class TaskPage(Page[TaskSummary]):
    """A page of tasks."""


class Payload(Record):
    """Arguments or a result as JSON values.

    Beyond the bound for pages, `value` is left out and `is_truncated` says so; `raw` gives all of it. Whole numbers
    that a browser cannot hold (beyond 2**53) are given as {"$int": "…"}.
    """

    value: Any = None
    text: str | None = Field(default=None, description="The beginning of a payload that is too large, or no JSON.")
    size: int = Field(description="Bytes.")
    sha256: str
    is_truncated: bool = False
    is_hidden: bool = Field(default=False, description="Something in it must not be shown, and it cannot be searched.")


class Attempt(Record):
    """One try: how long the task waited before it, how it went, and when it was to be tried again."""

    number: int
    worker_id: str
    wait_seconds: float | None
    started_at: Moment
    finished_at: Moment | None
    run_seconds: float | None
    status: TaskStatus
    error: ErrorDetail | None
    next_due_at: Moment | None


class Transition(Record):
    """A task came to a status; `attempt` is how many attempts had begun by then."""

    at: Moment
    status: TaskStatus
    attempt: int
    worker_id: str | None


class AttemptPage(Page[Attempt]):
    """The attempts of a task, the first kept one first."""


class LogLine(Record):
    """A log record of a task."""

    level: str
    logger: str
    message: str


class TaskStep(Record):
    """One step of a task; exactly one of `status`, `progress` and `line` is there. Numbers grow; gaps were let go."""

    number: int
    at: Moment
    attempt: int
    status: TaskStatus | None = None
    progress: Progress | None = None
    line: LogLine | None = None


class TaskStepPage(Page[TaskStep]):
    """The steps of a task in order. From the oldest on, `next_cursor` also works later, for what comes after."""


class PriorityChange(Record):
    """Somebody gave a waiting task another priority."""

    at: Moment
    before: TaskPriority
    after: TaskPriority
    by: str


class TakenAction(Record):
    """Somebody did something with the task; `before` and `after` are for people."""

    at: Moment
    action: str
    by: str
    before: str
    after: str


class Relative(Record):
    """A task that this one comes from, as far as it is `remembered`.

    Of one that is `forgotten` its page says that it has ended (410), of one that is `unknown` that no such task was
    ever seen (404).
    """

    id: str
    state: Literal["remembered", "forgotten", "unknown"]
    name: str | None = None
    status: TaskStatus | None = None


class Backoff(Record):
    """The wait before the next attempt: so many seconds first, then `factor` times as long, up to `maximum` seconds.

    The part `jitter` of each wait (0 to 1) is left to chance.
    """

    initial: float
    factor: float
    maximum: float
    jitter: float


class TaskTerms(Record):
    """What is agreed for a task beside its call; None means as by default."""

    retries: int
    backoff: Backoff = Field(description="Of use where there are retries.")
    timeout_seconds: float | None
    delay_seconds: float | None = Field(description="As it was agreed; see `waited_seconds`.")
    waited_seconds: float | None = Field(
        description="How long it was delayed after all, if somebody had it run before its time; None of any other."
    )
    expires_seconds: float | None
    retry_on: list[str] | None
    never_on: list[str] | None


class TaskActionState(Record):
    """What can be done with a task now, and why not if it cannot."""

    action: TaskActionName
    is_possible: bool
    explanation: str


class Task(TaskSummary):
    """Everything about a task."""

    terms: TaskTerms
    arguments: Payload
    result: Payload | None
    error_detail: ErrorDetail | None
    history: list[Attempt]
    transitions: list[Transition]
    priority_changes: list[PriorityChange] = Field(description="The latest, the oldest of them first.")
    taken_actions: list[TakenAction] = Field(
        description="What people did with it, and by which names, as far as that is on record, in order."
    )
    parent_task: Relative | None = Field(description="The running task that submitted this one.")
    origin_task: Relative | None = Field(description="The task that this one runs again.")
    losses: int = Field(description="How many workers were lost with it.")
    actions: list[TaskActionState]
    has_worker: bool = Field(description="A connected worker can run it.")
    trace_id: str | None = Field(
        pattern=r"^[0-9a-f]{32}$",
        description="The trace that it was submitted in, as a `traceparent` names it, else that of its latest span.",
    )
    trace_url: str | None = Field(description="Where that trace can be looked at (--trace-url-template).")
    spans: int = Field(description="How many spans of it have come; `/tasks/{id}/spans` has those that are kept.")
    worker_heard_at: Moment | None = Field(description="When the worker that runs it was heard of last, if it runs.")


class TaskCounts(Record):
    """How many tasks are remembered in each status."""

    scheduled: int
    queued: int
    running: int
    success: int
    failure: int
    cancelled: int
    lost: int
    expired: int


class MatchingCounts(TaskCounts):
    """How many of the tasks that fit are in each status; of those in `at_least` there may be more."""

    at_least: list[TaskStatus] = Field(description="Counting these was given up: they are too many to be looked at.")
    searched: int | None = Field(description="How many tasks were looked at, if not all.")
    as_of: Moment


class TaskHistogram(Record):
    """How many tasks were submitted in each of some equal steps of time, from `began_at` on.

    `is_bounded` says that only the newest were looked at; then the picture begins where they do.
    """

    began_at: Moment
    step_seconds: float
    counts: list[int]
    is_bounded: bool
    as_of: Moment


class SeenTag(Record):
    """A tag, and how many remembered tasks have it."""

    tag: str
    tasks: int


class SeenTags(Record):
    """Tags of remembered tasks, the most frequent first; of the newest tasks only when it `is_bounded`."""

    items: list[SeenTag]
    is_bounded: bool
    searched: int | None = Field(description="How many tasks were looked at, if not all.")
    as_of: Moment


class TaskStack(Record):
    """Where a running task is at this moment; `stack` is as Python writes it, the innermost call last.

    It `is_stuck` when it was given up, and goes on nevertheless.
    """

    id: str
    worker_id: str
    attempt: int
    run_seconds: float
    stack: str
    is_stuck: bool
    as_of: Moment
