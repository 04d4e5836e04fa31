"""Tasks that somebody looks at one by one: each is told when something about it has changed."""

from collections.abc import Iterator

from fastworker.domain.errors import FastWorkerError
from fastworker.domain.task import Task

from .models.event import TaskEvent
from .models.record import Record
from .parts import Parts
from .records.relatives import standing
from .records.workers import worker_that_runs
from .resources.task import full_task, task_steps

type Mark = tuple[object, ...]
GONE: Mark = ("gone",)
HEARD_SECONDS = 5.0
"""That its worker was heard of is told about so often, not at each beat."""


class FollowedTasks:
    """Remembers of each followed task how it was when it was last told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._marks: dict[str, Mark] = {}

    def forget(self, topic: str) -> None:
        """Forget a task that nobody looks at any more."""
        self._marks.pop(topic, None)

    def begin(self, topic: str, task_id: str, *, now: float) -> None:
        """Remember how a task is now, unless it is followed already."""
        self._marks.setdefault(topic, self._mark(self._find(task_id, now)))

    def news(self, topic: str, task_id: str, *, now: float) -> Iterator[tuple[str, str, Record]]:
        """Yield the task if it has changed, or is not remembered any more."""
        task = self._find(task_id, now)
        mark, before = self._mark(task), self._marks.get(topic)
        self._marks[topic] = mark
        if mark == before:
            return
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

    def _mark(self, task: Task | None) -> Mark:
        if task is None:
            return GONE
        last = task.journal.last if task.journal else 0
        pause = self._parts.ledger.pauses.of(task)
        changes = task.priority_changes
        worker = worker_that_runs(task, self._parts)
        heard = worker and worker.heard_at // HEARD_SECONDS
        terms, acts = task.submission.terms, len(self._parts.observatory.audit.of(task.task_id))
        told = (acts, standing(terms.parent, self._parts), standing(terms.origin, self._parts))
        life = (task.status, task.attempts, task.is_cancelling, last, pause, task.due_at, task.lease, changes)
        return *life, heard, self._parts.observatory.spans.last(task.task_id), *told
