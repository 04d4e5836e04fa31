"""Which tasks somebody wants to see."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from .fingerprints import LONGEST_TRACEBACK, fingerprint_of, latest_error


@dataclass(frozen=True, slots=True)
class Look:
    """A question about one task, and what asking it costs, in quarters of a microsecond.

    `more` tells what asking it costs on top of that where a task has much to read; None where none has.
    """

    cost: int
    fits: Callable[[Task], bool]
    more: Callable[[Task], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Tasks that fit each of these; an empty set, text or None fits all.

    Of `tags` it has one at least. `parents` and `origins` are ids: of the task that submitted it, of the one that it
    runs again. `since` and `until` bound the moment of the submission. `text` stands in the id, the name or the error,
    in any case. `also` is asked last, of the few that fit so far; it reads the payload.
    """

    statuses: frozenset[TaskStatus] = frozenset()
    priorities: frozenset[TaskPriority] = frozenset()
    names: frozenset[str] = frozenset()
    workers: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    fingerprint: str | None = None
    since: float = -inf
    until: float = inf
    text: str = ""
    also: Callable[[Task], bool] | None = None

    @property
    def is_plain(self) -> bool:
        """True when statuses and priorities say all."""
        return not self.looks()

    @property
    def is_by_time(self) -> bool:
        """True when statuses, priorities and the moment of the submission say all."""
        is_by_more = self.names or self.workers or self.tags or self.parents or self.origins or self.text
        return not is_by_more and self.fingerprint is None and self.also is None

    def looks(self) -> list[Look]:
        """Return what has to be asked of a task whose status and priority fit, the cheapest first."""
        looks: list[Look] = []
        if self.names:
            looks.append(Look(1, lambda task: task.submission.name in self.names))
        if self.workers:
            looks.append(Look(1, lambda task: task.lease is not None and task.lease.worker_id in self.workers))
        if self.tags:
            looks.append(Look(1, lambda task: not self.tags.isdisjoint(task.submission.terms.tags or ())))
        if self.parents:
            looks.append(Look(1, lambda task: task.submission.terms.parent in self.parents))
        if self.origins:
            looks.append(Look(1, lambda task: task.submission.terms.origin in self.origins))
        if self.since > -inf or self.until < inf:
            looks.append(Look(1, lambda task: self.since <= task.submitted_at <= self.until))
        if self.text:
            text = self.text.casefold()
            looks.append(Look(4, lambda task: text in _said(task), _cost_of_text))
        if self.fingerprint is not None:
            looks.append(Look(10, lambda task: fingerprint_of(task) == self.fingerprint, _cost_of_fingerprint))
        if self.also is not None:
            looks.append(Look(20, self.also, _cost_of_payload))
        return looks

    def fits(self, task: Task) -> bool:
        """Tell whether a task is wanted."""
        return (
            (not self.statuses or task.status in self.statuses)
            and (not self.priorities or task.submission.priority in self.priorities)
            and all(look.fits(task) for look in self.looks())
        )


EVERY_TASK = TaskFilter()


def _said(task: Task) -> str:
    error = latest_error(task)
    said = f"{error.error_type}\0{error.message}" if error is not None else ""
    return f"{task.submission.task_id}\0{task.submission.name}\0{said}".casefold()


# What the looks cost was measured with long texts, where they are slowest: all of it is frames, or needs folding.


def _cost_of_text(task: Task) -> int:
    error = latest_error(task)
    return 0 if error is None else len(error.message) // 50


def _cost_of_fingerprint(task: Task) -> int:
    error = latest_error(task)
    return 0 if error is None else min(LONGEST_TRACEBACK, len(error.traceback)) // 15


def _cost_of_payload(task: Task) -> int:
    return len(task.submission.payload) // 100
