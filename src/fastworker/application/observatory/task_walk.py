"""One way along the remembered tasks: some blocks are passed at the speed of C, in others tasks are looked at."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

from fastworker.domain.task import Task

from .task_filter import TaskFilter
from .task_index import BLOCK, Block, TaskIndex, key_of, places_of

MOST_WORK = 6_000
"""What one call may cost, in quarters of a microsecond or a little more: about 2 ms (measured)."""

WORK_PER_BLOCK = 4
"""What passing a block costs, for each condition that its bytes have to meet."""

WORK_PER_TAG = 1
"""What each tag that is wanted costs there on top of that."""


class Order(Enum):
    """By the moment of the submission."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"

    @property
    def reverse(self) -> "Order":
        """The other one."""
        return Order.OLDEST_FIRST if self is Order.NEWEST_FIRST else Order.NEWEST_FIRST


class Walk:
    """One way along the index, behind a number or from the beginning. `given_up_at` is where it was given up."""

    def __init__(self, index: TaskIndex, wanted: TaskFilter, order: Order, behind: int | None) -> None:
        self._blocks = index.blocks
        self._wanted = wanted
        self._behind = behind
        self._masks = list(_masks(wanted))
        self.order = order
        self.looked = 0
        self.given_up_at: int | None = None

    def tasks(self, most_work: int) -> Iterator[Task]:
        """Yield the wanted tasks; give up when so much was done."""
        asks = [(look.cost, look.fits, look.more) for look in self._wanted.looks()]
        work_per_block = WORK_PER_BLOCK * len(self._masks) + WORK_PER_TAG * len(self._wanted.tags)
        work = 0
        for key in self.block_keys():
            if work >= most_work:  # blocks in which nothing fits are passed, too, at a cost
                self.given_up_at = self._before(key)
                return
            block = self._blocks[key]
            for slot in self._slots(key, block):
                task = block.tasks[slot]
                assert task is not None
                work += 1
                for cost, fits, more in asks:
                    work += cost if more is None else cost + more(task)
                    if not fits(task):
                        break
                else:
                    yield task
                if work >= most_work:
                    self.given_up_at = task.number
                    return
            work += work_per_block
            self.looked += block.live

    def _before(self, key: int) -> int:
        """Return the number behind which a walk begins with this block."""
        return key * BLOCK - 1 if self.order is Order.OLDEST_FIRST else (key + 1) * BLOCK

    def block_keys(self) -> list[int]:
        """Return the blocks in which something may be found, in order."""
        blocks = self._blocks
        keys = list(blocks)
        first = max(0, bisect_left(keys, self._wanted.since, key=lambda key: blocks[key].began_at) - 1)
        last = bisect_right(keys, self._wanted.until, key=lambda key: blocks[key].began_at)
        if self._behind is None:
            pass
        elif self.order is Order.OLDEST_FIRST:
            first = max(first, bisect_left(keys, (self._behind + 1) // BLOCK))
        else:
            last = min(last, bisect_right(keys, (self._behind - 1) // BLOCK))
        return keys[first:last] if self.order is Order.OLDEST_FIRST else keys[first:last][::-1]

    def _slots(self, key: int, block: Block) -> Iterator[int]:
        """Yield where in a block tasks stand that may be wanted, in order."""
        mask = self.mask(block)
        here = None if self._behind is None else self._behind - key * BLOCK
        if self.order is Order.OLDEST_FIRST:
            slot = mask.find(1, 0 if here is None else block.slots_before(here + 1))
            while slot >= 0:
                yield slot
                slot = mask.find(1, slot + 1)
        else:
            slot = mask.rfind(1, 0, BLOCK if here is None else block.slots_before(here))
            while slot >= 0:
                yield slot
                slot = mask.rfind(1, 0, slot)

    def mask(self, block: Block) -> bytes:
        """Return 1 for each task of a block that may be wanted, else 0."""
        first, *others = self._masks
        mask = bytes(first(block))
        for of in others:
            both = int.from_bytes(mask) & int.from_bytes(of(block))
            mask = both.to_bytes(len(mask))
        return mask


def _masks(wanted: TaskFilter) -> Iterator[Callable[[Block], bytes | bytearray]]:
    """Yield what tells, by one condition, which tasks of a block may be wanted."""
    yield _translated(lambda block: block.places, places_of(wanted.statuses, wanted.priorities))
    if wanted.names:
        yield _translated(lambda block: block.names, map(key_of, wanted.names))
    if wanted.workers:
        yield _translated(lambda block: block.workers, map(key_of, wanted.workers))
    if wanted.tags:
        yield lambda block: block.tagged(wanted.tags)
    if wanted.parents:
        yield _translated(lambda block: block.parents, map(key_of, wanted.parents))
    if wanted.origins:
        yield _translated(lambda block: block.origins, map(key_of, wanted.origins))


def _translated(
    of: Callable[[Block], bytes | bytearray], wanted: Iterable[int]
) -> Callable[[Block], bytes | bytearray]:
    table = _table(wanted)
    return lambda block: of(block).translate(table)


def _table(wanted: Iterable[int]) -> bytes:
    table = bytearray(256)
    for byte in wanted:
        table[byte] = 1
    return bytes(table)
