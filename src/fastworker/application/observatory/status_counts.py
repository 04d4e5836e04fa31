"""How many of the wanted tasks there are in each status.

By status and priority alone, tasks are counted without a look at any. By the time, too, whole blocks are counted by
their bytes, the newest first, until that has cost what it may: of up to 150,000 tasks, all are counted. Else tasks are
looked at, the newest first, with half of the work; the other half is parted among the statuses that have not been
counted to the end: of few failures among many successes, all are found.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from fastworker.domain.lifecycle import TaskStatus

from .task_filter import TaskFilter
from .task_index import TaskIndex, places_of
from .task_walk import MOST_WORK, Order, Walk

WORK_PER_WHOLE_BLOCK = 10
"""What counting a block by its bytes costs, as `MOST_WORK` measures it; most where statuses are mixed at random."""

WORK_PER_TASK = 4


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many there are; of the statuses in `at_least` there may be more, for looking was given up after `looked`."""

    by_status: Mapping[TaskStatus, int]
    at_least: frozenset[TaskStatus]
    looked: int


def status_counts(index: TaskIndex, wanted: TaskFilter, *, most_work: int = MOST_WORK) -> StatusCounts:
    """Return how many tasks of each status are wanted."""
    most = {status: index.count({status}, wanted.priorities) for status in wanted.statuses or TaskStatus}
    if wanted.is_plain:
        return StatusCounts(most, frozenset(), len(index))
    if wanted.is_by_time:
        return _by_blocks(index, wanted, most, most_work)
    return _by_looks(index, wanted, most, most_work // 2)


def _unsure(found: Counter[TaskStatus], most: Mapping[TaskStatus, int]) -> list[TaskStatus]:
    """Return the statuses of which there may be more than were found."""
    return [status for status in most if found[status] < most[status]]


def _by_looks(index: TaskIndex, wanted: TaskFilter, most: Mapping[TaskStatus, int], half: int) -> StatusCounts:
    """Look at tasks with half of the work, and with the other half for those of each status that is not sure then."""
    walk = Walk(index, wanted, Order.NEWEST_FIRST, None)
    found = Counter(task.status for task in walk.tasks(half))
    unsure = [] if walk.given_up_at is None else _unsure(found, most)
    share = half // max(1, len(unsure))
    at_least = [status for status in unsure if not _count_alone(index, wanted, status, found, share)]
    return StatusCounts(found, frozenset(at_least), walk.looked)


def _by_blocks(index: TaskIndex, wanted: TaskFilter, most: Mapping[TaskStatus, int], most_work: int) -> StatusCounts:
    """Count by the bytes of blocks; only in those at the ends of the time, each task is looked at."""
    blocks = index.blocks
    began = [block.began_at for block in blocks.values()]
    found: Counter[TaskStatus] = Counter()
    whole: list[bytearray] = []
    work = looked = 0
    is_complete = True
    for key in Walk(index, wanted, Order.NEWEST_FIRST, None).block_keys():
        block = blocks[key]
        later = bisect_right(began, block.began_at)
        ends_by = began[later] if later < len(began) else inf
        is_whole = wanted.since <= block.began_at and ends_by <= wanted.until
        work += WORK_PER_WHOLE_BLOCK if is_whole else WORK_PER_TASK * block.live
        if work > most_work:
            is_complete = False
            break
        if is_whole:
            whole.append(block.places)
        else:
            found.update(task.status for task in block.tasks if task is not None and wanted.fits(task))
        looked += block.live
    found.update(_counted(b"".join(whole), wanted, [status for status, number in most.items() if number]))
    return StatusCounts(found, frozenset([] if is_complete else _unsure(found, most)), looked)


def _counted(places: bytes, wanted: TaskFilter, statuses: Sequence[TaskStatus]) -> dict[TaskStatus, int]:
    """Return how many of some places are those of wanted tasks, by status."""
    kinds = places.translate(_table(statuses, wanted))
    return {status: kinds.count(kind) for kind, status in enumerate(statuses, start=1)}


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
    """Count one status as if it alone were wanted; tell whether all of it was counted."""
    walk = Walk(index, replace(wanted, statuses=frozenset({status})), Order.NEWEST_FIRST, None)
    number = sum(1 for _ in walk.tasks(most_work))
    found[status] = max(found[status], number)
    return walk.given_up_at is None
