"""The state in numbers, and its history."""

from typing import Literal

from pydantic import Field

from fastworker.domain.priority import TaskPriority

from .function import Percentiles
from .record import Moment, Record
from .task import TaskCounts

type Range = Literal["15m", "1h", "2h", "6h", "24h"]


class Attention(Record):
    """Something that a person should look at; `target` is an id of the kind's resource, if there is one."""

    kind: Literal[
        "failing",
        "paused",
        "stuck",
        "no-worker",
        "queue-full",
        "worker-lost",
        "draining",
        "loop-blocked",
        "blind",
        "unseen",
    ]
    message: str
    target: str | None = None
    count: int = 1


class Depth(Record):
    """How many tasks wait in a priority."""

    priority: TaskPriority
    depth: int


class Overview(Record):
    """What the control plane does now. Rates and percentiles are of the last minute."""

    epoch: str
    version: str
    started_at: Moment
    counts: TaskCounts = Field(description="Of the tasks that are remembered.")
    finished_in_all: dict[str, int] = Field(description="Ends since the start, by status.")
    depths: list[Depth]
    slots: int
    standby_slots: int = Field(description="Of the slots, the free ones of workers that are given nothing now.")
    busy_slots: int
    stuck_slots: int
    workers: int
    workers_lost: int = Field(description="That were lost in the last 5 minutes, and whose ids have not come back.")
    last_worker_move: int = Field(description="The number of the latest move of a worker; 0 before the first.")
    submitted_per_second: float
    finished_per_second: float
    failed_per_second: float
    failure_ratio: float | None
    oldest_queued_at: Moment | None
    wait_seconds: Percentiles
    run_seconds: Percentiles
    loop_lag_seconds: float | None
    memory_bytes: int
    new_errors: int = Field(description="Groups of failures that nobody has seen, and nobody has muted.")
    is_draining: bool
    attention: list[Attention]
    as_of: Moment


class Series(Record):
    """History in columns: each has one value per moment of `at`, None where nothing was seen."""

    range: Range
    priority: TaskPriority | None = Field(description="Of which queue it is; None: of all together.")
    step_seconds: int
    at: list[float] = Field(description="Unix seconds, ends of the steps, oldest first.")
    columns: dict[str, list[float | None]]
    as_of: Moment
