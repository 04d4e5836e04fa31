"""Tasks that somebody looks at one by one: each is told when something about it has changed."""

from collections.abc import Iterator

from fastworker.domain.errors import FastWorkerError
from fastworker.domain.task import Task

from .models.event import TaskEvent
from .models.record import Record
from .parts import Parts
from .resources.task import full_task, task_steps
from .task_mark import TaskMark, mark_of


class FollowedTasks:
    """Remembers of each followed task how it was when it was last told; None of one that is not remembered."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._marks: dict[str, TaskMark | None] = {}

    def forget(self, topic: str) -> None:
        """Forget a task that nobody looks at any more."""
        self._marks.pop(topic, None)

    def begin(self, topic: str, task_id: str, *, now: float) -> None:
        """Remember how a task is now, unless it is followed already."""
        self._marks.setdefault(topic, self._mark(self._find(task_id, now)))

    def news(self, topic: str, task_id: str, *, now: float) -> Iterator[tuple[str, str, Record]]:
        """Yield the task if it has changed, or is not remembered any more."""
        task = self._find(task_id, now)
        mark = self._mark(task)
        if topic in self._marks and mark == self._marks[topic]:
            return
        self._marks[topic] = mark
        if task is None:
            yield topic, "task", TaskEvent(topic=topic, task=None, steps=[])
        else:
            steps = task_steps(self._parts, task)
            yield topic, "task", TaskEvent(topic=topic, task=full_task(self._parts, task), steps=steps)

    def _find(self, task_id: str, now: float) -> Task | None:
        try:
            return self._parts.observatory.task(task_id, now=now)
        except FastWorkerError:
            return None

    def _mark(self, task: Task | None) -> TaskMark | None:
        return None if task is None else mark_of(task, self._parts)
