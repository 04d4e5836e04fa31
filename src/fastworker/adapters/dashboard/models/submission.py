"""Bodies that submit tasks or act on them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.queue_limit import MOST_AT_ONCE, MOST_PER_SECOND
from fastworker.domain.tags import LONGEST_TAG, MOST_TAGS, fault_of_tag
from fastworker.domain.terms import LONGEST_NAME, LONGEST_SECONDS, MOST_RETRIES

from ..argument_paths import LONGEST_ARGUMENT, MOST_ARGUMENTS, path_of
from .record import Body, Moment, Record

MOST_BULK_IDS = 1_000
LONGEST_ID = 200

type TaskId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
type BulkAction = Literal["cancel", "retry", "priority", "delete"]


def _tag(text: str) -> str:
    fault = fault_of_tag(text)
    if fault is not None:
        raise ValueError(fault)
    return text


type Tag = Annotated[str, Field(min_length=1, max_length=LONGEST_TAG), AfterValidator(_tag)]


class TaskSubmission(Body):
    """A task to run: positional `args`, `kwargs` by name, and what is left open is as the function declares it.

    Where it runs a task again, what is left out stays as it was there, and null is as the function declares it.
    """

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    args: list[Any] = Field(default=[])
    kwargs: dict[str, Any] = Field(default={})
    priority: TaskPriority | None = None
    retries: Annotated[int, Field(ge=0, le=MOST_RETRIES)] | None = None
    timeout_seconds: Annotated[float, Field(ge=0.001, le=LONGEST_SECONDS)] | None = None
    delay_seconds: Annotated[float, Field(ge=0, le=LONGEST_SECONDS)] | None = None
    expires_seconds: Annotated[float, Field(ge=0, le=LONGEST_SECONDS)] | None = None
    tags: Annotated[list[Tag], Field(max_length=MOST_TAGS)] | None = Field(
        default=None,
        description="To find it by: printable texts without blanks around them.",
    )
    origin: TaskId | None = Field(default=None, description="The task that this one runs again, edited.")

    @field_validator("kwargs")
    @classmethod
    def _have_names(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "" in kwargs:
            raise ValueError("an argument has no name: such ones stand in args")
        return kwargs


class Submitted(Record):
    """The task that was accepted."""

    id: str
    is_waiting_for_worker: bool = Field(description="No connected worker can run it now.")


class Cancelled(Record):
    """What became of a request to cancel: `stopping` says that its worker was told to end it."""

    id: str
    outcome: Literal["cancelled", "stopping", "finished"]


class PriorityRequest(Body):
    """The priority that a waiting task is to have."""

    priority: TaskPriority


class PrioritySet(Record):
    """The priority that a task has now, and the one that it had."""

    id: str
    before: TaskPriority
    priority: TaskPriority


class MadeDue(Record):
    """A task that was scheduled, and what it is since somebody wants it now."""

    id: str
    status: TaskStatus


class Deleted(Record):
    """The task that is not remembered any more, and how it had ended."""

    id: str
    status: TaskStatus


PathText = Annotated[str, Field(min_length=1, max_length=LONGEST_ARGUMENT)]
ArgumentText = Annotated[str, Field(max_length=LONGEST_ARGUMENT)]


class BulkFilter(Body):
    """Tasks by what they are; several values of one kind are alternatives."""

    status: Annotated[list[TaskStatus], Field(max_length=8)] = Field(default=[])
    priority: Annotated[list[TaskPriority], Field(max_length=4)] = Field(default=[])
    name: Annotated[list[str], Field(max_length=50)] = Field(default=[])
    worker: Annotated[list[str], Field(max_length=50)] = Field(default=[])
    tag: Annotated[list[str], Field(max_length=50)] = Field(default=[])
    fingerprint: Annotated[str, Field(max_length=100)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    q: Annotated[str, Field(max_length=500)] = ""
    parent: Annotated[list[str], Field(max_length=50)] = Field(default=[])
    origin: Annotated[list[str], Field(max_length=50)] = Field(default=[])
    args: Annotated[dict[PathText, ArgumentText], Field(max_length=MOST_ARGUMENTS)] = Field(
        default={}, description='Arguments by their paths, compared as text: `{"user.id": "7"}`.'
    )

    @field_validator("args")
    @classmethod
    def _are_paths(cls, args: dict[str, str]) -> dict[str, str]:
        for path in args:
            path_of(path)
        return args


class BulkRequest(Body):
    """One action on many tasks: either `ids` or `filter`.

    With `dry_run` nothing is done but counting. `expected_count` is the count that a person has agreed to: when it
    is another by now, nothing is done (409).
    """

    action: BulkAction
    ids: Annotated[list[TaskId], Field(max_length=MOST_BULK_IDS)] | None = None
    filter: BulkFilter | None = None
    priority: TaskPriority | None = Field(default=None, description="The one to set; for `priority` only.")
    expected_count: Annotated[int, Field(ge=0)] | None = None
    dry_run: bool = False


class BulkCount(Record):
    """What a bulk request would do: the tasks it is for, and those of them that the action is possible for now."""

    matching: int
    possible: int


class PauseRequest(Body):
    """Hold back tasks; those that run go on. `seconds` says when to resume by itself."""

    reason: Annotated[str, Field(max_length=300)] = ""
    seconds: Annotated[float, Field(gt=0, le=LONGEST_SECONDS)] | None = None


class LimitsRequest(Body):
    """How much of a queue may run: both are said, and take the place of what was; null: any number."""

    at_once: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] | None
    per_second: Annotated[float, Field(gt=0, le=MOST_PER_SECOND)] | None


class PurgeRequest(Body):
    """Cancel everything that waits in a queue: to be said with the count of a dry run, and the name of the queue."""

    dry_run: bool = False
    expected_count: Annotated[int, Field(ge=0)] | None = None
    name: Annotated[str, Field(max_length=50)] | None = Field(default=None, description="The queue, once more.")
