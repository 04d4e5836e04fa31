"""Pages of tasks by the moment of their end. No index is kept in that order: those that fit are looked through."""

from dataclasses import dataclass, replace
from enum import Enum
from heapq import nlargest, nsmallest

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from .task_filter import TaskFilter
from .task_index import TaskIndex
from .task_walk import MOST_WORK, Order, Walk

ENDED = frozenset(status for status in TaskStatus if status.is_final)

MOST_WORK_HERE = 2 * MOST_WORK // 3
"""Sorting comes on top of looking: all in all 2 ms, or a little more (measured)."""

type End = tuple[float, int]
"""When a task ended, and its number."""


class EndOrder(Enum):
    """By the moment of the end."""

    LATEST_FIRST = "latest first"
    EARLIEST_FIRST = "earliest first"


@dataclass(frozen=True, slots=True)
class Edge:
    """The end next to which a page begins, and whether it goes on backward from there."""

    end: End
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class EndedPage:
    """Some tasks in the order of their ends, where the pages before and after begin, and how many are wanted.

    With `is_complete` False, only the newest `looked` tasks were looked through.
    """

    tasks: list[Task]
    previous: Edge | None
    next: Edge | None
    matching: int
    is_complete: bool
    looked: int


def ended_page(
    index: TaskIndex,
    wanted: TaskFilter,
    *,
    order: EndOrder,
    at: Edge | None = None,
    limit: int,
    most_work: int = MOST_WORK_HERE,
) -> EndedPage:
    """Return up to `limit` of the wanted tasks that have ended, from a place that an earlier page named."""
    statuses = (wanted.statuses or ENDED) & ENDED
    if not statuses:
        return EndedPage([], None, None, 0, is_complete=True, looked=0)
    walk = Walk(index, replace(wanted, statuses=statuses), Order.NEWEST_FIRST, None)
    found = {(task.finished_at or 0.0, task.number): task for task in walk.tasks(most_work)}
    ends, back, onward = _turn(list(found), order, at, limit)
    return EndedPage([found[end] for end in ends], back, onward, len(found), walk.given_up_at is None, walk.looked)


def _turn(ends: list[End], order: EndOrder, at: Edge | None, limit: int) -> tuple[list[End], Edge | None, Edge | None]:
    """Return the ends on a page, and the edges at which the pages before and after begin."""
    is_backward = at is not None and at.is_backward
    is_falling = (order is EndOrder.LATEST_FIRST) is not is_backward
    if at is not None:
        ends = [end for end in ends if (end < at.end if is_falling else end > at.end)]
    near = (nlargest if is_falling else nsmallest)(limit + 1, ends)
    shown = near[:limit]
    onward = Edge(shown[-1], is_backward) if len(near) > limit else None
    back = None if at is None else Edge(shown[0] if shown else at.end, not is_backward)
    return (shown[::-1], onward, back) if is_backward else (shown, back, onward)
