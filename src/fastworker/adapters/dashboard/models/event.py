"""What the event stream carries. Each event names its topic; ids are `<epoch>-<number>`."""

from typing import Literal

from pydantic import Field

from .audit import AuditEntry
from .error_group import ErrorGroup
from .operation import Operation
from .overview import Overview
from .queue import Queue
from .record import Record
from .task import Task, TaskCounts, TaskStep, TaskSummary
from .worker import Worker


class HelloEvent(Record):
    """`hello`, the first of each stream. `seq` is the number of the latest event."""

    boot: str
    seq: int
    version: str
    is_read_only: bool
    topics: list[str]


class ResetEvent(Record):
    """`reset`: what was shown is too old to be brought up to date by events; ask for everything again."""

    boot: str
    seq: int
    reason: Literal["other-boot", "gap", "overflow"]


class OverviewEvent(Record):
    """`overview`: the numbers of now, once per second, and the newest row of the series of 15 minutes, also of those of
    each priority."""

    topic: Literal["overview"]
    overview: Overview
    at: float | None = Field(description="Unix seconds, the end of the newest step of the series.")
    row: dict[str, float | None]


class TasksEvent(Record):
    """`tasks`: tasks that have changed, each as it is now; `more` others have changed, too, and are not told."""

    topic: Literal["tasks"]
    changed: list[TaskSummary]
    more: int = Field(description="How many more have changed: ask for the page again.")
    deleted: list[str] = Field(description="The ids of tasks that somebody has deleted.")
    more_deleted: int = Field(description="How many more were deleted: ask for the page again.")
    counts: TaskCounts


class TaskEvent(Record):
    """`task`: a followed task as it is now, and its new steps; `topic` is `task:<id>`.

    `task` is None when it is not remembered any more.
    """

    topic: str
    task: Task | None
    steps: list[TaskStep]


class WorkersEvent(Record):
    """`workers`: the live workers, at most a page; `more` others live, too."""

    topic: Literal["workers"]
    workers: list[Worker]
    more: int


class QueuesEvent(Record):
    """`queues`: the four priorities."""

    topic: Literal["queues"]
    queues: list[Queue]


class ErrorsEvent(Record):
    """`errors`: groups in which something new has failed, or of which somebody has said something."""

    topic: Literal["errors"]
    changed: list[ErrorGroup]


class OperationsEvent(Record):
    """`operations`: bulk actions that have come further."""

    topic: Literal["operations"]
    changed: list[Operation]


class AuditEvent(Record):
    """`audit`: what was just done."""

    topic: Literal["audit"]
    entries: list[AuditEntry]


class ByeEvent(Record):
    """`bye`, the last of a stream: the control plane stops, or the session has ended."""

    reason: Literal["stopping", "logged-out"]


class Event(Record):
    """An event as JSON, for those who do not stream."""

    id: str
    event: str
    data: dict[str, object]


class EventList(Record):
    """Events after the one that was asked from; `is_reset` says that some are missing."""

    items: list[Event]
    last_id: str
    is_reset: bool
