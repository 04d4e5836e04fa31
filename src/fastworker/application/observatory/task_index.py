"""The remembered tasks in the order of submission, found quickly by status, priority, name, worker, tag or relative.

Tasks stand in blocks of 256 by their numbers. For each task a block has three bytes: its place (status and priority),
and a few bits of the hashes of its name and of its latest worker. A block in which a task has a parent, or an origin,
has one byte more for the hash of that, for each of its tasks. Which of them have a tag, a block knows by a number with
one bit per slot. To find some tasks, a block's bytes are mapped to 0 and 1 and joined, all at the speed of C: 2 µs per
block, and so 1 ms for 100,000 tasks when nothing is found. Hashes may be equal by chance, so what is found is looked at
once more. A task without tags takes 11 bytes and its number here, and nothing has to be rebuilt when others are
forgotten. A block of which few tasks are left is made narrow: it has slots for these
only, and so one old task keeps half a kilobyte alive, not the 3.5 kB of a block.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Set
from typing import Final

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import RANKS, TaskPriority
from fastworker.domain.tags import Tags
from fastworker.domain.task import Task
from fastworker.domain.terms import NO_TERMS, Terms

from .freshness import Refresh, always_fresh

BLOCK: Final = 256
NARROW: Final = 32
"""A block of which no more tasks than this are left is made narrow, unless it is the latest; then at each quarter."""

NO_RELATIVES: Final = bytes(BLOCK)
"""The bytes of all blocks in which no task has a parent, or an origin: most have none."""

_RANKS = len(RANKS)
_FIRST_PLACE = {status: 1 + index * _RANKS for index, status in enumerate(TaskStatus)}
_PLACES = 1 + len(TaskStatus) * _RANKS
_DIGIT_OF_PLACE = b"0" + b"1" * 255
_NUMBER_OF_DIGIT = bytes(byte & 1 for byte in range(256))


class Block:
    """Tasks with following numbers, each in a slot; the place is 0 where there is none any more.

    `offsets` tells of a narrow block which number each slot is for; it is empty while there is a slot for each. `tags`
    has a bit for each slot, the highest for the first; it may speak of tasks that are not there any more.
    """

    __slots__ = ("began_at", "live", "names", "offsets", "origins", "parents", "places", "tags", "tasks", "workers")

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at  # no task in it was submitted before
        self.tasks: list[Task | None] = [None] * BLOCK
        self.places = bytearray(BLOCK)
        self.names = bytearray(BLOCK)
        self.workers = bytearray(BLOCK)
        self.parents: bytes | bytearray = NO_RELATIVES
        self.origins: bytes | bytearray = NO_RELATIVES
        self.tags: dict[str, int] | None = None
        self.offsets = b""
        self.live = 0

    def slots_before(self, offset: int) -> int:
        """Return how many slots are for lower numbers."""
        return bisect_left(self.offsets, offset) if self.offsets else max(0, offset)

    def slot_of(self, offset: int) -> int:
        """Return the slot for a number; -1 when there is none."""
        return self.offsets.find(offset) if self.offsets else offset

    def narrow(self) -> None:
        """Keep slots for the present tasks only."""
        slots = [slot for slot, task in enumerate(self.tasks) if task is not None]
        self.offsets = bytes(self.offsets[slot] for slot in slots) if self.offsets else bytes(slots)
        self.tasks = [self.tasks[slot] for slot in slots]
        self.places, self.names, self.workers = (
            bytearray(each[slot] for slot in slots) for each in (self.places, self.names, self.workers)
        )
        self.parents, self.origins = (_narrowed(each, slots) for each in (self.parents, self.origins))
        self._note_tags_again()

    def widen(self) -> None:
        """Have a slot for each number again."""
        wide = Block(self.began_at)
        for slot, offset in enumerate(self.offsets):
            wide.tasks[offset] = self.tasks[slot]
            wide.places[offset] = self.places[slot]
            wide.names[offset] = self.names[slot]
            wide.workers[offset] = self.workers[slot]
        self.tasks, self.places, self.names, self.workers = wide.tasks, wide.places, wide.names, wide.workers
        self.parents, self.origins = (_widened(each, self.offsets) for each in (self.parents, self.origins))
        self.offsets = b""
        self._note_tags_again()

    def note_relatives(self, slot: int, terms: Terms) -> None:
        """Note whose child task this is, and which task it runs again."""
        if terms.parent is not None:
            self.parents = _with(self.parents, slot, terms.parent, len(self.tasks))
        if terms.origin is not None:
            self.origins = _with(self.origins, slot, terms.origin, len(self.tasks))

    def note_tags(self, slot: int, tags: Tags) -> None:
        """Note what this task is called beside its name."""
        noted = self.tags = {} if self.tags is None else self.tags
        bit = 1 << (len(self.tasks) - 1 - slot)
        for tag in tags:
            noted[tag] = noted.get(tag, 0) | bit

    def _note_tags_again(self) -> None:
        """Have a bit for each of the present slots."""
        if self.tags is not None:
            self.tags = None
            for slot, task in enumerate(self.tasks):
                if task is not None and task.submission.terms.tags:
                    self.note_tags(slot, task.submission.terms.tags)

    def tagged(self, tags: Set[str]) -> bytes:
        """Return 1 for each slot of which the task has, or had, one of these tags, else 0."""
        if self.tags is None:
            return bytes(len(self.tasks))
        bits = 0
        for tag in self.tags.keys() & tags:
            bits |= self.tags[tag]
        return f"{bits:0{len(self.tasks)}b}".encode().translate(_NUMBER_OF_DIGIT)

    def taken(self) -> int:
        """Return a bit for each slot in which there is a task, in the order of those of `tags`."""
        return int(bytes(self.places).translate(_DIGIT_OF_PLACE), 2)


def _with(keys: bytes | bytearray, slot: int, task_id: str, slots: int) -> bytearray:
    if not isinstance(keys, bytearray):
        keys = bytearray(slots)
    keys[slot] = key_of(task_id)
    return keys


def _narrowed(keys: bytes | bytearray, slots: list[int]) -> bytes | bytearray:
    return keys if keys is NO_RELATIVES else bytearray(keys[slot] for slot in slots)


def _widened(keys: bytes | bytearray, offsets: bytes) -> bytes | bytearray:
    if keys is NO_RELATIVES:
        return keys
    wide = bytearray(BLOCK)
    for slot, offset in enumerate(offsets):
        wide[offset] = keys[slot]
    return wide


_NO_BLOCK = Block(0.0)


class TaskIndex:
    """Written by `Observatory`; read by `task_pages`."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._blocks: dict[int, Block] = {}  # by number // 256, ascending
        self._counts = [0] * _PLACES
        self._latest = Block(0.0)
        self.named_origins: list[str] = []  # by tasks that were taken in; whoever reads them empties this

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
            if submission.terms is not NO_TERMS:
                block.note_relatives(offset, submission.terms)
                if submission.terms.origin is not None:
                    self.named_origins.append(submission.terms.origin)
                if submission.terms.tags:
                    block.note_tags(offset, submission.terms.tags)
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
            offset = block.slot_of(number & 255) if block.offsets else number & 255
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

    def set_rank(self, task: Task) -> None:
        """Note the present priority of a task that was taken in."""
        block = self._blocks[task.number >> 8]
        slot = block.slot_of(task.number & 255)
        place = _FIRST_PLACE[task.status] + RANKS[task.submission.priority]
        self._counts[block.places[slot]] -= 1
        self._counts[place] += 1
        block.places[slot] = place

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of tasks that are not remembered any more, if they were taken in at all."""
        counts = self._counts
        for task in tasks:
            key, offset = task.number >> 8, task.number & 255
            block = self._blocks.get(key)
            if block is None:
                continue
            slot = block.slot_of(offset) if block.offsets else offset
            if slot < 0 or block.tasks[slot] is not task:
                continue
            counts[block.places[slot]] -= 1
            block.places[slot] = 0
            block.tasks[slot] = None
            block.live -= 1
            if not block.live:
                del self._blocks[key]
            elif block is not self._latest and block.live <= NARROW and 4 * block.live <= len(block.tasks):
                block.narrow()

    def _block(self, key: int, first: Task) -> Block:
        """Return a block with a slot for each number, begun with its first task if there is none."""
        block = self._blocks.get(key)
        if block is None:
            block = self._begin(key, first)
        elif block.offsets:
            block.widen()
        return block

    def _begin(self, key: int, first: Task) -> Block:
        is_late = bool(self._blocks) and key < next(reversed(self._blocks))
        block = self._blocks[key] = Block(first.submitted_at)
        if is_late:  # behind a task that was taken for an earlier one of the same id
            self._blocks = dict(sorted(self._blocks.items()))
            return block
        if self._latest.live <= NARROW:  # perhaps nothing of it will ever be forgotten
            self._latest.narrow()
        self._latest = block
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
