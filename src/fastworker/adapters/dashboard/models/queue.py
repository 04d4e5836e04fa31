"""The four priorities as queues."""

from typing import Literal

from pydantic import Field

from fastworker.domain.priority import TaskPriority

from .page import Page
from .record import Moment, Record


class Pause(Record):
    """Who holds back tasks, why, and until when (None: until somebody resumes)."""

    paused_at: Moment
    paused_by: str
    reason: str
    until: Moment | None


class QueueLimits(Record):
    """How much of a priority may run, and who says so since when."""

    at_once: int | None = Field(description="None: any number.")
    per_second: float | None = Field(description="How many start per second. None: any number.")
    set_at: Moment
    set_by: str


class Queue(Record):
    """One priority: what waits, how fast it comes and goes over the last minute, and when it will be empty."""

    priority: TaskPriority
    depth: int
    running: int = Field(description="Leased to workers: what counts for the limit of how many run at once.")
    scheduled: int
    oldest_queued_at: Moment | None
    in_per_second: float
    out_per_second: float
    drained_in_seconds: float | None = Field(
        description="None when it grows, does not move, is paused, or was paused or under other limits meanwhile."
    )
    depth_history: list[int] = Field(description="The depth over the last five minutes, oldest first.")
    pause: Pause | None
    limits: QueueLimits | None
    limited_by: Literal["at_once", "per_second"] | None = Field(
        description="Which of its limits its waiting tasks wait for now. None when none wait, or something else holds "
        "back all: a pause, of their functions too, or the end of a control plane that is stopping."
    )
    version: str = Field(
        description="Of the pause: what is sent as If-Match with a pause or its end, so that nobody's is overwritten."
    )
    limits_version: str = Field(description="Of the limits: what is sent as If-Match with others.")


class QueuePage(Page[Queue]):
    """The queues, the most urgent first."""
