"""Workers."""

from typing import Literal

from pydantic import Field

from fastworker.domain.directive import LONGEST_DRAIN_SECONDS

from .page import Page
from .record import Body, Moment, Record
from .task import LogLine, TaskSummary


class WorkerVitals(Record):
    """How the process of a worker does, as its last beat told; None where it has not measured yet."""

    processor_share: float | None = Field(description="1 is one processor, all the time; child processes do not count.")
    memory_bytes: int | None
    loop_lag_seconds: float | None = Field(description="How late the event loop of its tasks came, at most.")
    round_trip_seconds: float | None = Field(description="From a beat to its answer.")


class Worker(Record):
    """A live worker. `stuck` slots are taken by work that was given up and goes on."""

    id: str
    kind: Literal["subworker", "control-plane"]
    state: Literal["active", "draining", "resuming", "leaving"] = Field(
        description="`resuming` was draining and is asked to stay, if it still can; `leaving` drains by itself: its "
        "process was told to end."
    )
    drain_seconds: float | None = Field(
        description="If it drains: what still runs after so many seconds is lost. None: after its own --drain-timeout."
    )
    is_standing_by: bool = Field(description="It is given nothing: other workers know all of its functions.")
    slots: int
    ordered_slots: int | None = Field(description="What it was told to have, and has not said yet that it has.")
    running: int
    stuck: int
    finished: int
    failed: int
    heard_at: Moment
    joined_at: Moment
    address: str | None = Field(description="Where `fastworker inspect` finds it.")
    version: str
    has_other_version: bool = Field(description="It runs another version of FastWorker than the control plane.")
    functions: list[str]
    missing_functions: list[str] = Field(description="Task functions that others know and it does not.")
    differing_functions: list[str] = Field(description="Task functions of which another worker has other code.")
    labels: dict[str, str]
    vitals: WorkerVitals


class ResizeRequest(Body):
    """How many tasks the worker is to run at once, for as long as its process lives."""

    slots: int = Field(ge=1, le=10_000, description="At most --max-slots of the control plane.")


class ShutdownRequest(Body):
    """How long the worker waits for what it runs."""

    drain_seconds: float = Field(ge=0, le=LONGEST_DRAIN_SECONDS, description="What still runs then is lost.")


class WorkerDetail(Worker):
    """A live worker with what it runs now."""

    tasks: list[TaskSummary]


class WorkerSeries(Record):
    """The last hour of a live worker in columns, with one value per moment of `at`; None where nothing was told.

    The columns are those of its vitals (the mean of a step, its last, its worst, its worst), `busy_slots` (the most of
    a step) and `slots` (how many it had at that moment).
    """

    step_seconds: int
    at: list[float] = Field(description="Unix seconds, ends of the steps, oldest first.")
    columns: dict[str, list[float | None]]
    is_kept: bool = Field(description="False of a worker beyond those of which series are kept, and before its first.")
    as_of: Moment


class WorkerLogLine(Record):
    """A log record of a task, while it ran on this worker."""

    task_id: str
    name: str
    attempt: int
    at: Moment
    line: LogLine


class WorkerLog(Record):
    """The latest log records of the tasks that this worker runs, or has run, the oldest first."""

    lines: list[WorkerLogLine]
    as_of: Moment


class WorkerMove(Record):
    """A worker came, or went: `reason` says why."""

    number: int
    worker_id: str
    is_coming: bool
    at: Moment
    reason: str
    is_loss: bool = Field(description="It went against its will, and did not join again at once.")
    has_new_code: bool = Field(
        description="It came with another source file of a task function than the worker before it: a deployment."
    )


class WorkerMovePage(Page[WorkerMove]):
    """The latest comings and goings, the newest first."""


class WorkerPage(Page[Worker]):
    """The live workers in the order in which they joined."""
