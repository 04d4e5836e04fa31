"""Which tasks have changed since somebody last looked."""

from typing import NamedTuple

from fastworker.domain.task import Task

from .freshness import Refresh, always_fresh

MOST_KEPT = 200


class Taken(NamedTuple):
    """Tasks that have changed and ids of deleted ones, up to 200 of each, and how many others there were."""

    tasks: list[Task]
    others: int
    deleted: list[str]
    others_deleted: int


class Changes:
    """Filled by `Observatory` while `is_on`; whoever turns it on has to take, again and again."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self.is_on = False
        self._empty()

    def _empty(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._others = 0
        self._deleted: list[str] = []
        self._others_deleted = 0

    def note_deleted(self, task_id: str) -> None:
        """Note that somebody has deleted a task: what else has happened to it matters no more."""
        self._tasks.pop(task_id, None)
        if len(self._deleted) < MOST_KEPT:
            self._deleted.append(task_id)
        else:
            self._others_deleted += 1

    def note(self, task: Task) -> None:
        """Note that a task has changed."""
        if len(self._tasks) < MOST_KEPT or task.task_id in self._tasks:
            self._tasks[task.task_id] = task
        else:
            self._others += 1

    def take(self) -> Taken:
        """Return what has changed since the last time."""
        self._refresh()
        taken = Taken(list(self._tasks.values()), self._others, self._deleted, self._others_deleted)
        self._empty()
        return taken
