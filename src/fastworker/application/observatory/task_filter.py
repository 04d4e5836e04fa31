"""Which tasks somebody wants to see."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from .fingerprints import fingerprint_of, latest_error


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Tasks that fit each of these; an empty set, text or None fits all.

    `since` and `until` bound the moment of the submission. `text` stands in the id, the name or the error, in any case.
    `also` is asked last, of the few that fit so far.
    """

    statuses: frozenset[TaskStatus] = frozenset()
    priorities: frozenset[TaskPriority] = frozenset()
    names: frozenset[str] = frozenset()
    workers: frozenset[str] = frozenset()
    fingerprint: str | None = None
    since: float = -inf
    until: float = inf
    text: str = ""
    also: Callable[[Task], bool] | None = None

    @property
    def is_plain(self) -> bool:
        """True when statuses and priorities say all."""
        return not (self.names or self.workers or self.text or self.also or self.fingerprint) and (
            self.since == -inf and self.until == inf
        )

    def fits(self, task: Task) -> bool:
        """Tell whether a task is wanted."""
        submission = task.submission
        return (
            (not self.statuses or task.status in self.statuses)
            and (not self.priorities or submission.priority in self.priorities)
            and (not self.names or submission.name in self.names)
            and (not self.workers or (task.lease is not None and task.lease.worker_id in self.workers))
            and self.since <= task.submitted_at <= self.until
            and (not self.text or _says(task, self.text.casefold()))
            and (self.fingerprint is None or fingerprint_of(task) == self.fingerprint)
            and (self.also is None or self.also(task))
        )


EVERY_TASK = TaskFilter()


def _says(task: Task, text: str) -> bool:
    error = latest_error(task)
    said = [task.submission.task_id, task.submission.name]
    if error is not None:
        said += [error.error_type, error.message]
    return any(text in each.casefold() for each in said)
