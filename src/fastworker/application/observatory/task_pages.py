"""Pages, counts and scans of remembered tasks. Whatever is asked, one call costs no more than a few milliseconds."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from fastworker.domain.task import Task

from .task_filter import EVERY_TASK, TaskFilter
from .task_index import TaskIndex
from .task_walk import MOST_WORK, Order, Walk


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind the task of this number, going on in an order."""

    number: int
    order: Order


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks in the order that was asked for, and where the pages before and after begin.

    `is_complete` is False when looking was given up after `looked` tasks: the next page goes on there.
    """

    tasks: list[Task]
    previous: Place | None
    next: Place | None
    is_complete: bool
    looked: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks are wanted; at least so many, when counting was given up after `looked` tasks."""

    value: int
    is_exact: bool
    looked: int


def page(
    index: TaskIndex,
    wanted: TaskFilter = EVERY_TASK,
    *,
    order: Order = Order.NEWEST_FIRST,
    at: Place | None = None,
    limit: int = 50,
    most_work: int = MOST_WORK,
) -> TaskPage:
    """Return up to `limit` tasks, from a place that an earlier page named, or from the beginning."""
    walk = _begin(index, wanted, order, at)
    found = list(islice(walk.tasks(most_work), limit + 1))
    return _page(walk, found, order, at, limit)


def counted_page(
    index: TaskIndex,
    wanted: TaskFilter = EVERY_TASK,
    *,
    order: Order = Order.NEWEST_FIRST,
    at: Place | None = None,
    limit: int = 50,
    most_work: int = MOST_WORK,
) -> tuple[TaskPage, Count]:
    """Return a page, and how many tasks are wanted in all: behind the first page, counting goes on where it ends."""
    if at is not None or wanted.is_plain:
        shown = page(index, wanted, order=order, at=at, limit=limit, most_work=most_work)
        return shown, count(index, wanted, most_work=most_work)
    walk = _begin(index, wanted, order, at)
    tasks = walk.tasks(most_work)
    found = list(islice(tasks, limit + 1))
    shown = _page(walk, found, order, at, limit)
    value = len(found) + sum(1 for _ in tasks)
    return shown, Count(value, walk.given_up_at is None, walk.looked)


def count(index: TaskIndex, wanted: TaskFilter = EVERY_TASK, *, most_work: int = MOST_WORK) -> Count:
    """Return how many tasks are wanted; by status and priority alone without looking at any."""
    if wanted.is_plain:
        return Count(index.count(wanted.statuses, wanted.priorities), is_exact=True, looked=len(index))
    walk = Walk(index, wanted, Order.NEWEST_FIRST, None)
    value = sum(1 for _ in walk.tasks(most_work))
    return Count(value, walk.given_up_at is None, walk.looked)


def scan(index: TaskIndex, wanted: TaskFilter = EVERY_TASK, *, work: int = MOST_WORK) -> Iterator[list[Task]]:
    """Yield all wanted tasks, oldest first, some at a time: between the lists, others may run.

    A task that ceases to be wanted, or is forgotten, before its list is made is left out.
    """
    number: int | None = 0
    while number is not None:
        walk = Walk(index, wanted, Order.OLDEST_FIRST, number)
        yield list(walk.tasks(work))
        number = walk.given_up_at


def _begin(index: TaskIndex, wanted: TaskFilter, order: Order, at: Place | None) -> Walk:
    return Walk(index, wanted, order, None) if at is None else Walk(index, wanted, at.order, at.number)


def _page(walk: Walk, found: list[Task], order: Order, at: Place | None, limit: int) -> TaskPage:
    """Return what a walk has found as a page; one more than fits says that there is another page."""
    tasks = found[:limit]
    onward = None
    if len(found) > limit:
        onward = Place(tasks[-1].number, walk.order)
    elif walk.given_up_at is not None:
        onward = Place(walk.given_up_at, walk.order)
    back = None if at is None else Place(tasks[0].number if tasks else at.number, walk.order.reverse)
    is_complete = walk.given_up_at is None
    if walk.order is order:
        return TaskPage(tasks, back, onward, is_complete, walk.looked)
    return TaskPage(tasks[::-1], onward, back, is_complete, walk.looked)
