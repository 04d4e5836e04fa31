"""The list of tasks, how many there are, when they were submitted, and which tags they have."""

from math import inf
from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from fastworker.application.observatory.ended_tasks import EndOrder
from fastworker.application.observatory.seen_tags import seen_tags
from fastworker.application.observatory.status_counts import status_counts
from fastworker.application.observatory.task_histogram import histogram
from fastworker.application.observatory.task_walk import Order
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.tags import LONGEST_TAG

from ..models.task import MatchingCounts, SeenTags, TaskHistogram, TaskPage
from ..parts import Given
from ..problems import invalid_parameter
from ..records.tasks import matching_counts, seen_tags_record
from ..task_pages import page_by_end, page_by_submission
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with
from .wanted import WANTED, Wanted

TAGS = ["tasks"]
ORDERS = {"newest": Order.NEWEST_FIRST, "oldest": Order.OLDEST_FIRST}
ENDS = {"latest-end": EndOrder.LATEST_FIRST, "earliest-end": EndOrder.EARLIEST_FIRST}

DEAD = frozenset({TaskStatus.FAILURE, TaskStatus.LOST})

type EndName = Literal["latest-end", "earliest-end"]
type OrderName = Literal["newest", "oldest", "latest-end", "earliest-end"]


@get("/tasks", operation_id="list_tasks", tags=TAGS, dependencies=WANTED, responses=fails_with(), sync_to_thread=False)
def list_tasks(
    parts: Given,
    wanted: Wanted,
    order: Annotated[OrderName, QueryParameter(description="What comes first.")] = "newest",
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> TaskPage:
    """Return tasks that are remembered, by the moment of their submission; or of their end, those that have ended."""
    if order in ENDS:
        return page_by_end(parts, wanted, ENDS[order], cursor, limit)
    return page_by_submission(parts, wanted, ORDERS[order], cursor, limit)


@get(
    "/dead-letters",
    operation_id="list_dead_letters",
    tags=TAGS,
    dependencies=WANTED,
    responses=fails_with(),
    sync_to_thread=False,
)
def list_dead_letters(
    parts: Given,
    wanted: Wanted,
    order: Annotated[EndName, QueryParameter(description="What comes first.")] = "latest-end",
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> TaskPage:
    """Return the tasks whose tries are used up: those in status failure or lost, or one of these."""
    if not DEAD.issuperset(wanted.status):
        raise invalid_parameter("status", "a dead letter is in status failure or lost")
    return page_by_end(parts, wanted, ENDS[order], cursor, limit, among=DEAD)


@get(
    "/tasks/counts",
    operation_id="count_tasks",
    tags=TAGS,
    dependencies=WANTED,
    responses=fails_with(),
    sync_to_thread=False,
)
def count_tasks(parts: Given, wanted: Wanted) -> MatchingCounts:
    """Return how many of the tasks that fit are in each status."""
    found = status_counts(parts.observatory.index, wanted.filter(parts, most_bytes=inf))
    return matching_counts(found, parts)


@get(
    "/tasks/histogram",
    operation_id="get_task_histogram",
    tags=TAGS,
    dependencies=WANTED,
    responses=fails_with(),
    sync_to_thread=False,
)
def get_task_histogram(
    parts: Given,
    wanted: Wanted,
    steps: Annotated[int, QueryParameter(ge=1, le=200, description="Into so many steps the time is parted.")] = 60,
) -> TaskHistogram:
    """Return when the tasks that fit were submitted: in the time that was asked for, or from the first until now."""
    now = parts.clock.now()
    found = histogram(parts.observatory.index, wanted.filter(parts), now=now, steps=steps)
    return TaskHistogram(
        began_at=parts.moments.of(found.began_at),
        step_seconds=found.step_seconds,
        counts=found.counts,
        is_bounded=not found.is_complete,
        as_of=parts.moments.now(),
    )


@get("/tasks/tags", operation_id="list_tags", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def list_tags(
    parts: Given,
    text: Annotated[
        str, QueryParameter(max_length=LONGEST_TAG, description="Only tags in which this stands, in any case.")
    ] = "",
    limit: Limit = PAGE_SIZE,
) -> SeenTags:
    """Return the tags of the tasks that are remembered, and how many have each, the most frequent first."""
    return seen_tags_record(seen_tags(parts.observatory.index, text=text, limit=limit), parts)


HANDLERS = [list_tasks, list_dead_letters, count_tasks, get_task_histogram, list_tags]
