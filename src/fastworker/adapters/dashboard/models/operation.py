"""What takes longer than a request: bulk actions."""

from typing import Literal

from pydantic import Field

from fastworker.domain.priority import TaskPriority

from .page import Page
from .record import Moment, Record
from .submission import BulkAction

type OperationAction = BulkAction | Literal["purge"]


class OperationItem(Record):
    """What became of one task; `new_id` is the task that runs it again."""

    id: str
    outcome: str
    new_id: str | None = None


class Operation(Record):
    """A bulk action under way, or done. Item results are kept up to a bound, the failures first."""

    id: str
    action: OperationAction
    name: str = Field(description="The queue that is purged; else empty.")
    priority: TaskPriority | None = Field(description="The one that is set, if one is.")
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
