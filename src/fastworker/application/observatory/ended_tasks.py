"""Pages of tasks by the moment of their end. Whatever is asked, one call costs no more than a few milliseconds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from math import inf

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from .task_ends import ENDED, End, TaskEnds, end_of
from .task_filter import Look, TaskFilter
from .task_index import TaskIndex
from .task_pages import Count, count
from .task_walk import MOST_WORK

WORK_PER_END = 4
"""What coming to the next task costs, in quarters of a microsecond (measured, of several statuses)."""


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
    """Some tasks in the order of their ends, where the pages before and after begin, and how many are wanted in all.

    `is_complete` is False when looking was given up after `looked` tasks: the next page goes on there.
    """

    tasks: list[Task]
    previous: Edge | None
    next: Edge | None
    total: Count
    is_complete: bool
    looked: int


def ended_page(
    index: TaskIndex,
    ends: TaskEnds,
    wanted: TaskFilter,
    *,
    order: EndOrder,
    at: Edge | None = None,
    limit: int,
    among: frozenset[TaskStatus] = ENDED,
    most_work: int = MOST_WORK,
) -> EndedPage:
    """Return up to `limit` of the wanted tasks that have ended so, from a place that an earlier page named.

    Half of the work goes to the page, the other half to the count.
    """
    statuses = (wanted.statuses or among) & among
    if not statuses:
        return EndedPage([], None, None, Count(0, is_exact=True, looked=0), is_complete=True, looked=0)
    wanted = replace(wanted, statuses=statuses)
    is_backward = at is not None and at.is_backward
    walk = _Walk(ends, wanted, at, is_falling=(order is EndOrder.LATEST_FIRST) is not is_backward)
    found = list(islice(walk.tasks(most_work // 2), limit + 1))
    return _page(walk, found, count(index, wanted, most_work=most_work // 2), at, limit)


class _Walk:
    """One way along the ends, behind an edge or from the beginning. `given_up_at` is where it was given up."""

    def __init__(self, ends: TaskEnds, wanted: TaskFilter, at: Edge | None, *, is_falling: bool) -> None:
        low, high = _range(wanted, at, is_falling=is_falling)
        self._ends = ends.between(wanted.statuses, low, high, is_falling=is_falling)
        self._looks = list(_looks(wanted))
        self.looked = 0
        self.given_up_at: End | None = None

    def tasks(self, most_work: int) -> Iterator[Task]:
        """Yield the wanted tasks; give up when so much was done."""
        work = 0
        for task in self._ends:
            self.looked += 1
            work += WORK_PER_END
            for look in self._looks:
                work += look.cost if look.more is None else look.cost + look.more(task)
                if not look.fits(task):
                    break
            else:
                yield task
            if work >= most_work:
                self.given_up_at = end_of(task)
                return


def _range(wanted: TaskFilter, at: Edge | None, *, is_falling: bool) -> tuple[End, End]:
    """Return between which ends the tasks stand that may be on a page: none ends before it was submitted."""
    low, high = (wanted.since, 0), (inf, 0)
    if at is None:
        return low, high
    if is_falling:
        return low, at.end
    moment, number = at.end
    return max(low, (moment, number + 1)), high


def _looks(wanted: TaskFilter) -> Iterator[Look]:
    """Yield what has to be asked of a task whose status fits."""
    if wanted.priorities:
        yield Look(1, lambda task: task.submission.priority in wanted.priorities)
    yield from wanted.looks()


def _page(walk: _Walk, found: list[Task], total: Count, at: Edge | None, limit: int) -> EndedPage:
    """Return what a walk has found as a page; one more than fits says that there is another page."""
    tasks = found[:limit]
    is_backward = at is not None and at.is_backward
    onward = None
    if len(found) > limit:
        onward = Edge(end_of(tasks[-1]), is_backward)
    elif walk.given_up_at is not None:
        onward = Edge(walk.given_up_at, is_backward)
    back = None if at is None else Edge(end_of(tasks[0]) if tasks else at.end, not is_backward)
    is_complete = walk.given_up_at is None
    if is_backward:
        return EndedPage(tasks[::-1], onward, back, total, is_complete, walk.looked)
    return EndedPage(tasks, back, onward, total, is_complete, walk.looked)
