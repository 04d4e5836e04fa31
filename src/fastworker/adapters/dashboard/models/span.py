"""Spans of the trace that a task is part of."""

from typing import Literal

from pydantic import Field

from .page import Page
from .record import Moment, Record


class TaskSpan(Record):
    """A span that has ended, as the process that made it says: names, values and times are its own."""

    number: int
    attempt: int
    worker_id: str | None = Field(description="None: it is the control plane's own.")
    trace_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    span_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    parent_id: str | None = Field(
        pattern=r"^[0-9a-f]{16}$", description="Often a span that is not kept here: the submission, or one to come."
    )
    name: str
    started_at: Moment
    seconds: float
    status: Literal["unset", "ok", "error"]
    message: str = Field(description="What was said with the status.")
    attributes: dict[str, str] = Field(description="Those that fit into 1,000 characters, as text.")


class TaskSpanPage(Page[TaskSpan]):
    """Spans of a task in the order in which they came: those inside others first. Gaps in the numbers were let go."""
