"""The list of tasks, how many there are, and when they were submitted."""

from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from fastworker.application.observatory.task_histogram import histogram
from fastworker.application.observatory.task_pages import Place, counted_page
from fastworker.application.observatory.task_walk import Order

from ..cursors import Cursor, decode_cursor, encode_cursor, foreign_cursor, list_hash
from ..models.page import Total
from ..models.task import TaskCounts, TaskHistogram, TaskPage
from ..parts import Given
from ..records.tasks import task_counts, task_summary
from .arguments import PAGE_SIZE, CursorText, Limit, fails_with
from .wanted import WANTED, Wanted

TAGS = ["tasks"]
ORDERS = {"newest": Order.NEWEST_FIRST, "oldest": Order.OLDEST_FIRST}


@get("/tasks", operation_id="list_tasks", tags=TAGS, dependencies=WANTED, responses=fails_with(), sync_to_thread=False)
def list_tasks(
    parts: Given,
    wanted: Wanted,
    order: Annotated[Literal["newest", "oldest"], QueryParameter(description="What comes first.")] = "newest",
    cursor: CursorText = None,
    limit: Limit = PAGE_SIZE,
) -> TaskPage:
    """Return tasks that are remembered, by the moment of their submission."""
    of = list_hash("tasks", order, wanted)
    found, counted = counted_page(
        parts.observatory.index, wanted.filter(parts), order=ORDERS[order], at=_place(cursor, of), limit=limit
    )
    return TaskPage(
        items=[task_summary(task, parts) for task in found.tasks],
        next_cursor=_cursor(found.next, of),
        prev_cursor=_cursor(found.previous, of),
        total=Total(value=counted.value, relation="eq" if counted.is_exact else "gte"),
        is_bounded=not found.is_complete,
        searched=None if found.is_complete else found.looked,
        as_of=parts.moments.now(),
    )


def _place(cursor: str | None, of: str) -> Place | None:
    if cursor is None:
        return None
    found = decode_cursor(cursor, of=of)
    number = found.key[0]
    if len(found.key) != 1 or not isinstance(number, int) or number < 0:
        raise foreign_cursor()
    return Place(number, Order.OLDEST_FIRST if found.is_backward else Order.NEWEST_FIRST)


def _cursor(place: Place | None, of: str) -> str | None:
    if place is None:
        return None
    return encode_cursor(Cursor((place.number,), is_backward=place.order is Order.OLDEST_FIRST), of=of)


@get("/tasks/counts", operation_id="count_tasks", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def count_tasks(parts: Given) -> TaskCounts:
    """Return how many tasks are remembered in each status."""
    return task_counts(parts.observatory.index.counts())


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


HANDLERS = [list_tasks, count_tasks, get_task_histogram]
