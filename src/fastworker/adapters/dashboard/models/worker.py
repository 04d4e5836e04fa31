"""Workers."""

from typing import Literal

from pydantic import Field

from .page import Page
from .record import Moment, Record
from .task import TaskSummary


class Worker(Record):
    """A live worker. `stuck` slots are taken by work that was given up and goes on."""

    id: str
    kind: Literal["subworker", "control-plane"]
    state: Literal["active", "draining"]
    is_standing_by: bool = Field(description="It is given nothing: other workers know all of its functions.")
    slots: int
    running: int
    stuck: int
    finished: int
    failed: int
    heard_at: Moment
    joined_at: Moment | None
    address: str | None = Field(description="Where `fastworker inspect` finds it.")
    version: str
    has_other_version: bool = Field(description="It runs another version of FastWorker than the control plane.")
    functions: list[str]
    missing_functions: list[str] = Field(description="Task functions that others know and it does not.")


class WorkerDetail(Worker):
    """A live worker with what it runs now."""

    tasks: list[TaskSummary]


class WorkerMove(Record):
    """A worker came, or went: `reason` says why."""

    number: int
    worker_id: str
    is_coming: bool
    at: Moment
    reason: str
    is_loss: bool = Field(description="It went against its will, and did not join again at once.")


class WorkerMovePage(Page[WorkerMove]):
    """The latest comings and goings, the newest first."""


class WorkerPage(Page[Worker]):
    """The live workers in the order in which they joined."""
