"""Which tasks have failed and have not ended, and how each failed.

Most tasks never fail. So nothing is asked of a task that ends while no other is in trouble.
"""

from collections.abc import Iterable, Iterator

from fastworker.domain.lifecycle import TaskStatus

MOST_WAYS = 20
"""So many ways in which one task failed are followed to its end: the first."""


class TroubledTasks[Way]:
    """The ways in which each task has failed; there are no more tasks than have not ended."""

    def __init__(self) -> None:
        self._ways: dict[str, list[Way]] = {}

    def add(self, task_id: str, way: Way) -> bool:
        """Note how a task failed; return whether this way of it is new, and followed."""
        ways = self._ways.setdefault(task_id, [])
        if way in ways or len(ways) >= MOST_WAYS:
            return False
        ways.append(way)
        return True

    def end(self, ends: Iterable[tuple[str, TaskStatus]]) -> Iterator[tuple[Way, TaskStatus]]:
        """Forget tasks that have ended; yield each way in which one had failed, and how it ended."""
        ways = self._ways
        for task_id, status in ends if ways else ():
            for way in ways.pop(task_id, ()):
                yield way, status
