"""What takes longer than a request: bulk actions."""

from typing import Literal

from pydantic import Field

from .page import Page
from .record import Moment, Record


class OperationItem(Record):
    """What became of one task; `new_id` is the task that runs it again."""

    id: str
    outcome: str
    new_id: str | None = None


class Operation(Record):
    """A bulk action under way, or done. Item results are kept up to a bound, the failures first."""

    id: str
    action: Literal["cancel", "retry", "purge", "set_priority", "delete"]
    name: str = Field(description="What of: the queue that is purged, the priority that is set; else empty.")
    state: Literal["waiting", "running", "done", "cancelled", "failed"]
    total: int
    done: int
    succeeded: int
    refused: int
    answers: dict[str, int] = Field(description="How many tasks got each answer.")
    created_at: Moment
    finished_at: Moment | None
    created_by: str
    items: list[OperationItem]


class OperationPage(Page[Operation]):
    """Bulk actions, the newest first."""
