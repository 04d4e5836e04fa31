"""The remembered tasks that have ended, in the order of their ends: those of each status by themselves.

Tasks end one after the other, so each is put behind all others, and what ended first is mostly forgotten first. They
stand in blocks, so that one that comes or goes elsewhere moves few. A task takes 8 bytes here, or a little more; what
is forgotten is taken out at once.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from typing import Final

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from .freshness import Refresh, always_fresh

BLOCK: Final = 512

ENDED: Final = frozenset(status for status in TaskStatus if status.is_final)

type End = tuple[float, int]
"""When a task ended, and its number: no two are equal."""


def end_of(task: Task) -> End:
    """Return the end of a task that has ended."""
    assert task.finished_at is not None
    return task.finished_at, task.number


class TaskEnds:
    """Written by `Observatory`; read by `ended_tasks`."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._by_status = {status: EndsInOrder() for status in ENDED}

    def add(self, tasks: Iterable[Task]) -> None:
        """Take in tasks that have ended; one that was taken for another of the same id may not have, or come twice."""
        for task in tasks:
            if task.finished_at is not None:
                self._by_status[task.status].add(task)

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of tasks that are not remembered any more, if they were taken in at all."""
        for task in tasks:
            self._by_status[task.status].remove(task)

    def between(self, statuses: Collection[TaskStatus], low: End, high: End, *, is_falling: bool) -> Iterator[Task]:
        """Yield the tasks of some final statuses whose end is at least `low` and below `high`, in one order of ends."""
        self._refresh()
        found = (self._by_status[status].between(low, high, is_falling=is_falling) for status in statuses)
        return merge(*found, key=end_of, reverse=is_falling)


class EndsInOrder:
    """Tasks in the order of their ends, in blocks of which none is empty."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: list[list[Task]] = []

    def add(self, task: Task) -> None:
        """Take in a task, mostly behind all others; twice is once."""
        blocks, end = self._blocks, end_of(task)
        if not blocks or end > end_of(blocks[-1][-1]):
            if not blocks or len(blocks[-1]) >= BLOCK:
                blocks.append([])
            blocks[-1].append(task)
            return
        at, slot = self._place(end)
        if blocks[at][slot] is not task:
            blocks[at].insert(slot, task)

    def remove(self, task: Task) -> None:
        """Take out a task, mostly the first; nothing happens when it is not there."""
        blocks = self._blocks
        at, slot = (0, 0) if blocks and blocks[0][0] is task else self._place(end_of(task))
        if at == len(blocks) or blocks[at][slot] is not task:
            return
        del blocks[at][slot]
        if not blocks[at]:
            del blocks[at]

    def between(self, low: End, high: End, *, is_falling: bool) -> Iterator[Task]:
        """Yield the tasks whose end is at least `low` and below `high`."""
        (first, begin), (last, end) = self._place(low), self._place(high)
        step = -1 if is_falling else 1
        for at in range(first, min(last + 1, len(self._blocks)))[::step]:
            block = self._blocks[at]
            yield from block[begin if at == first else 0 : end if at == last else len(block)][::step]

    def _place(self, end: End) -> tuple[int, int]:
        """Return the block, and the slot there, of the first task with this end or a later one."""
        at = bisect_left(self._blocks, end, key=_last_end)
        return at, bisect_left(self._blocks[at], end, key=end_of) if at < len(self._blocks) else 0


def _last_end(block: list[Task]) -> End:
    return end_of(block[-1])
