"""The four priorities as queues."""

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


class Queue(Record):
    """One priority: what waits, how fast it comes and goes over the last minute, and when it will be empty."""

    priority: TaskPriority
    depth: int
    running: int
    scheduled: int
    oldest_queued_at: Moment | None
    in_per_second: float
    out_per_second: float
    drained_in_seconds: float | None = Field(description="None when it grows, or does not move.")
    depth_history: list[int] = Field(description="The depth over the last five minutes, oldest first.")
    pause: Pause | None
    version: str = Field(description="Of the pause: what is sent as If-Match, so that nobody's pause is overwritten.")


class QueuePage(Page[Queue]):
    """The queues, the most urgent first."""
