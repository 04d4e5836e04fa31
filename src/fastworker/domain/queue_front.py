"""The tasks that stand first in a priority: in which order they are to start.

The lines of a priority are merged only as far as is asked, so that looking costs O(names), however much waits.
"""

from collections.abc import Container
from heapq import merge
from itertools import islice

from .priority import RANKS, TaskPriority
from .task import Task
from .task_queue import TaskQueue

MOST_LOOKED_AT = 10_000
"""So many places are looked at: those of tasks that have left the line are places, too."""


def front(queue: TaskQueue, priority: TaskPriority, *, most: int, held: Container[str] = ()) -> list[Task]:
    """Return the first tasks of a priority in the order of service, without those of the names that are held back."""
    rank = RANKS[priority]
    lines = (lines[rank] for name, lines in queue._lines.items() if name not in held)
    places = islice(merge(*lines, key=lambda task: task.arrival), MOST_LOOKED_AT)
    return list(islice((task for task in places if not task.status.is_final), most))
