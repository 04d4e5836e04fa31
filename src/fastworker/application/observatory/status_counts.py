"""How many of the wanted tasks there are in each status.

By status and priority alone, and by the time as far as whole blocks lie in it, tasks are counted without a look at any.
Else they are looked at, the newest first, until that has cost half of what it may; the other half goes to the statuses
that have not been counted to the end: of few failures among many successes, all are found.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from fastworker.domain.lifecycle import TaskStatus

from .task_filter import TaskFilter
from .task_index import TaskIndex, places_of
from .task_walk import MOST_WORK, Order, Walk

WORK_PER_WHOLE_BLOCK = 8
"""What counting a block by its bytes costs, as `MOST_WORK` measures it."""

WORK_PER_TASK = 4


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many there are; of the statuses in `at_least` there may be more, for looking was given up after `looked`."""

    by_status: Mapping[TaskStatus, int]
    at_least: frozenset[TaskStatus]
    looked: int


def status_counts(index: TaskIndex, wanted: TaskFilter, *, most_work: int = MOST_WORK) -> StatusCounts:
    """Return how many tasks of each status are wanted."""
    if wanted.is_plain:
        return StatusCounts(_at_most(index, wanted), frozenset(), len(index))
    most = _at_most(index, wanted)
    if wanted.is_by_time:
        found, looked, is_complete = _by_blocks(index, wanted, most, most_work)
    else:
        found, looked, is_complete = _by_looks(index, wanted, most_work // 2)
    if is_complete:
        return StatusCounts(found, frozenset(), looked)
    unsure = [status for status in most if found[status] < most[status]]
    at_least = [status for status in unsure if not _count_alone(index, wanted, status, found, most_work // 2)]
    return StatusCounts(found, frozenset(at_least), looked)


def _at_most(index: TaskIndex, wanted: TaskFilter) -> dict[TaskStatus, int]:
    return {status: index.count({status}, wanted.priorities) for status in wanted.statuses or TaskStatus}


def _by_looks(index: TaskIndex, wanted: TaskFilter, most_work: int) -> tuple[Counter[TaskStatus], int, bool]:
    walk = Walk(index, wanted, Order.NEWEST_FIRST, None)
    found = Counter(task.status for task in walk.tasks(most_work))
    return found, walk.looked, walk.given_up_at is None


def _by_blocks(
    index: TaskIndex, wanted: TaskFilter, most: Mapping[TaskStatus, int], most_work: int
) -> tuple[Counter[TaskStatus], int, bool]:
    """Count by the bytes of blocks; only in those at the ends of the time, each task is looked at."""
    blocks = index.blocks
    began = [block.began_at for block in blocks.values()]
    statuses = [status for status, number in most.items() if number]
    table = _table(statuses, wanted)
    found: Counter[TaskStatus] = Counter()
    work = looked = 0
    for key in Walk(index, wanted, Order.NEWEST_FIRST, None).block_keys():
        if work >= most_work:
            return found, looked, False
        block = blocks[key]
        later = bisect_right(began, block.began_at)
        ends_by = began[later] if later < len(began) else inf
        if wanted.since <= block.began_at and ends_by <= wanted.until:
            kinds = block.places.translate(table)
            for kind, status in enumerate(statuses, start=1):
                found[status] += kinds.count(kind)
            work += WORK_PER_WHOLE_BLOCK
        else:
            found.update(task.status for task in block.tasks if task is not None and wanted.fits(task))
            work += WORK_PER_TASK * block.live
        looked += block.live
    return found, looked, True


def _table(statuses: Iterable[TaskStatus], wanted: TaskFilter) -> bytes:
    """Return what makes of the place of a wanted task the number of its status, from 1 on, and 0 of any other."""
    table = bytearray(256)
    for kind, status in enumerate(statuses, start=1):
        for place in places_of({status}, wanted.priorities):
            table[place] = kind
    return bytes(table)


def _count_alone(
    index: TaskIndex, wanted: TaskFilter, status: TaskStatus, found: Counter[TaskStatus], most_work: int
) -> bool:
    """Count one status with its share of the work, as if it alone were wanted; tell whether all of it was counted."""
    walk = Walk(index, replace(wanted, statuses=frozenset({status})), Order.NEWEST_FIRST, None)
    number = sum(1 for _ in walk.tasks(most_work // len(TaskStatus)))
    found[status] = max(found[status], number)
    return walk.given_up_at is None
