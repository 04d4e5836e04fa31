"""Which tasks have changed since somebody last looked."""

from fastworker.domain.task import Task

from .freshness import Refresh, always_fresh

MOST_KEPT = 200


class Changes:
    """Filled by `Observatory` while `is_on`; whoever turns it on has to take, again and again."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self.is_on = False
        self._tasks: dict[int, Task] = {}
        self._others = 0
        self._deleted = 0

    def note_deleted(self) -> None:
        """Note that somebody has deleted a task."""
        self._deleted += self.is_on

    def note(self, task: Task) -> None:
        """Note that a task has changed."""
        if len(self._tasks) < MOST_KEPT or task.number in self._tasks:
            self._tasks[task.number] = task
        else:
            self._others += 1

    def take(self) -> tuple[list[Task], int, int]:
        """Return up to 200 tasks that have changed, how many changes of others there were, and how many deletions."""
        self._refresh()
        tasks, others, deleted = list(self._tasks.values()), self._others, self._deleted
        self._tasks, self._others, self._deleted = {}, 0, 0
        return tasks, others, deleted
