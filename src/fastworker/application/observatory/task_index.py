"""The remembered tasks in the order of submission, with quick ways to those of a status, priority, name or worker.

Tasks stand in blocks of 256 by their numbers. For each task a block has three bytes: its place (status and priority),
and a few bits of the hashes of its name and of its latest worker. To find some tasks, a block's bytes are mapped to
0 and 1 and joined, all at the speed of C: 2 µs per block, and so 1 ms for 100,000 tasks when nothing is found. Hashes
may be equal by chance, so what is found is looked at once more. A task takes 11 bytes and its number here, and nothing
has to be rebuilt when others are forgotten. One old task keeps a block of 3.5 kB alive.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.task import Task

from .freshness import Refresh, always_fresh

BLOCK: Final = 256
_RANKS = len(RANKS)
_FIRST_PLACE = {status: 1 + index * _RANKS for index, status in enumerate(TaskStatus)}
_PLACES = 1 + len(TaskStatus) * _RANKS


class Block:
    """Tasks with following numbers; the place is 0 where there is none any more."""

    __slots__ = ("began_at", "live", "names", "places", "tasks", "workers")

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at  # no task in it was submitted before
        self.tasks: list[Task | None] = [None] * BLOCK
        self.places = bytearray(BLOCK)
        self.names = bytearray(BLOCK)
        self.workers = bytearray(BLOCK)
        self.live = 0


_NO_BLOCK = Block(0.0)


class TaskIndex:
    """Written by `Observatory`; read by `task_pages`."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._blocks: dict[int, Block] = {}  # by number // 256, ascending
        self._counts = [0] * _PLACES

    def __len__(self) -> int:
        self._refresh()
        return sum(self._counts)

    @property
    def blocks(self) -> Mapping[int, Block]:
        """The blocks by their numbers, ascending."""
        self._refresh()
        return self._blocks

    def counts(self) -> dict[TaskStatus, int]:
        """Return how many tasks of each status are remembered."""
        self._refresh()
        return {status: sum(self._counts[first : first + _RANKS]) for status, first in _FIRST_PLACE.items()}

    def counts_of(self, priority: TaskPriority) -> dict[TaskStatus, int]:
        """Return the same for one priority."""
        self._refresh()
        return {status: self._counts[first + RANKS[priority]] for status, first in _FIRST_PLACE.items()}

    def count(self, statuses: Collection[TaskStatus], priorities: Collection[TaskPriority]) -> int:
        """Return how many tasks of these statuses and priorities are remembered; of all, where none is given."""
        self._refresh()
        return sum(self._counts[place] for place in places_of(statuses, priorities))

    # The loops below run for every task. What is the same for one task after the other is looked up once: neighbours
    # stand in one block, and often have one name and one worker.

    def add(self, tasks: Iterable[Task]) -> list[int]:
        """Take in tasks that were submitted, in this order, after all others; return how many of each rank."""
        counts, ranks = self._counts, [0] * _RANKS
        block, began, name, name_key = _NO_BLOCK, -1, "", 0
        for task in tasks:
            submission, number = task.submission, task.number
            if number >> 8 != began:
                began = number >> 8
                block = self._block(began, task)
            if submission.name != name:
                name = submission.name
                name_key = key_of(name)
            offset = number & 255
            rank = RANKS[submission.priority]
            ranks[rank] += 1
            if block.tasks[offset] is not None:  # it was taken for another of the same id, which had gone
                continue
            place = _FIRST_PLACE[task.status] + rank
            block.tasks[offset] = task
            block.places[offset] = place
            block.names[offset] = name_key
            if task.lease is not None:  # events come in late: it may have begun, and ended, by now
                block.workers[offset] = key_of(task.lease.worker_id)
            block.live += 1
            counts[place] += 1
        return ranks

    def move(self, tasks: Iterable[Task]) -> list[int]:
        """Note the present status of tasks, and their latest workers; return how many of each rank."""
        counts, ranks = self._counts, [0] * _RANKS
        block, began, worker_id, worker_key = _NO_BLOCK, -1, "", 0
        for task in tasks:
            number = task.number
            if number >> 8 != began:
                began = number >> 8
                block = self._blocks[began]
            offset = number & 255
            was = block.places[offset]
            rank = was - 1 & 3
            ranks[rank] += 1
            place = _FIRST_PLACE[task.status] + rank
            if place == was:
                continue
            block.places[offset] = place
            counts[was] -= 1
            counts[place] += 1
            if task.lease is not None:
                if task.lease.worker_id is not worker_id:
                    worker_id = task.lease.worker_id
                    worker_key = key_of(worker_id)
                block.workers[offset] = worker_key
        return ranks

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of tasks that are not remembered any more, if they were taken in at all."""
        counts = self._counts
        for task in tasks:
            key, offset = task.number >> 8, task.number & 255
            block = self._blocks.get(key)
            if block is None or block.tasks[offset] is not task:
                continue
            counts[block.places[offset]] -= 1
            block.places[offset] = 0
            block.tasks[offset] = None
            block.live -= 1
            if not block.live:
                del self._blocks[key]

    def _block(self, key: int, first: Task) -> Block:
        """Return a block, begun with its first task if there is none."""
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = Block(first.submitted_at)
        return block


def key_of(text: str) -> int:
    """Return a number from 1 to 255 that is the same for equal texts."""
    return hash(text) % 255 + 1


def places_of(statuses: Collection[TaskStatus], priorities: Collection[TaskPriority]) -> list[int]:
    """Return the bytes for tasks of these statuses and priorities; of all, where none is given."""
    return [
        _FIRST_PLACE[status] + RANKS[priority]
        for status in statuses or TaskStatus
        for priority in priorities or TaskPriority
    ]
