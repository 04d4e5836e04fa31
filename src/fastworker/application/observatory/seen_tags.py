"""Which tags the remembered tasks have, and how many of them each: for people who look for one."""

from collections import Counter
from dataclasses import dataclass

from .task_index import TaskIndex
from .task_walk import MOST_WORK

WORK_PER_BLOCK = 4
WORK_PER_TAG = 2
"""What passing them costs, in quarters of a microsecond; sorting what was found costs no more than that again."""


@dataclass(frozen=True, slots=True)
class SeenTags:
    """Tags with the number of tasks that have them, the most frequent first.

    `is_complete` is False when looking was given up after `looked` tasks, the newest.
    """

    counts: list[tuple[str, int]]
    is_complete: bool
    looked: int


def seen_tags(index: TaskIndex, *, text: str = "", limit: int, most_work: int = MOST_WORK // 2) -> SeenTags:
    """Return up to `limit` tags in which the text stands, in any case; equally frequent ones by the alphabet."""
    wanted = text.casefold()
    found: Counter[str] = Counter()
    work = looked = 0
    is_complete = True
    for block in reversed(list(index.blocks.values())):
        if work >= most_work:
            is_complete = False
            break
        looked += block.live
        tags = block.tags or {}
        taken = block.taken() if tags else 0
        for tag, bits in tags.items():
            if wanted in tag.casefold():
                found[tag] += (bits & taken).bit_count()
        work += WORK_PER_BLOCK + WORK_PER_TAG * len(tags)
    counts = sorted(((tag, count) for tag, count in found.items() if count), key=lambda item: (-item[1], item[0]))
    return SeenTags(counts[:limit], is_complete, looked)
