"""When tasks were submitted, for a picture: how many in each of some equal steps of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from .task_filter import EVERY_TASK, TaskFilter
from .task_index import TaskIndex
from .task_walk import MOST_WORK, Order, Walk

PART = 64
"""Where tasks are too many to be looked at, so many neighbours are told with the moment of the first."""

WORK_PER_PART = 3
SHORTEST_STEP_SECONDS = 1e-3

type Moment = tuple[float, int]
"""When tasks were submitted, and how many."""


@dataclass(frozen=True, slots=True)
class TaskHistogram:
    """So many tasks in each step from `began_at` on; not `is_complete` when only the newest were looked at."""

    began_at: float
    step_seconds: float
    counts: list[int]
    is_complete: bool


def histogram(
    index: TaskIndex, wanted: TaskFilter = EVERY_TASK, *, now: float, steps: int = 60, most_work: int = MOST_WORK
) -> TaskHistogram:
    """Return how the wanted tasks lie in the time that was asked for, or that they take until now.

    Each task is looked at; of a filter by status, priority and time alone they are counted by parts where they are
    many.
    """
    walk = Walk(index, wanted, Order.NEWEST_FIRST, None)
    moments = [(task.submitted_at, 1) for task in walk.tasks(most_work // 2)]
    is_complete = walk.given_up_at is None
    if not is_complete and wanted.is_by_time:
        moments, is_complete = _by_parts(index, wanted, most_work // 2)
    return _spread(moments, wanted, now, steps, is_complete=is_complete)


def _by_parts(index: TaskIndex, wanted: TaskFilter, most_work: int) -> tuple[list[Moment], bool]:
    walk = Walk(index, wanted, Order.NEWEST_FIRST, None)
    moments: list[Moment] = []
    work = 0
    for key in walk.block_keys():
        if work >= most_work:
            return moments, False
        block = index.blocks[key]
        mask = walk.mask(block)
        for first in range(0, len(mask), PART):
            slot = mask.find(1, first, first + PART)
            work += WORK_PER_PART
            task = block.tasks[slot] if slot >= 0 else None
            if task is not None and wanted.since <= task.submitted_at <= wanted.until:
                moments.append((task.submitted_at, mask.count(1, first, first + PART)))
    return moments, True


def _spread(
    moments: Sequence[Moment], wanted: TaskFilter, now: float, steps: int, *, is_complete: bool
) -> TaskHistogram:
    end = now if wanted.until == inf else wanted.until
    earliest = min((at for at, _ in moments), default=end)
    began_at = wanted.since if is_complete and wanted.since > -inf else earliest
    step = max(SHORTEST_STEP_SECONDS, (end - began_at) / steps)
    counts = [0] * steps
    for at, number in moments:
        counts[max(0, min(steps - 1, int((at - began_at) / step)))] += number
    return TaskHistogram(began_at, step, counts, is_complete)
