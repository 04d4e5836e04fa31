"""What people did with one task, among what else happened to it: whether anybody followed it or not.

A change of its priority the task itself remembers, whoever made it. The rest is on record for as long as the audit has
it, and where it was done to this task alone: of an action on many the record tells as a whole. Whoever may see a task
may see this, so it has names, and nothing else of who they were: no roles, no addresses, no refusals.
"""

from typing import NamedTuple

from fastworker.domain.result_cache import ResultCache
from fastworker.domain.task import Task

from .audit_log import AuditLog

SET_PRIORITY = "set priority"
DELETE = "delete"
ON_RECORD = frozenset({"submit", "rerun", "cancel", "run now"})
"""By which names `Steering` notes them; others have another target than a task, or leave no task to look at."""


class TakenAction(NamedTuple):
    """Somebody did something; `before` and `after` are for people."""

    at: float
    what: str
    by: str
    before: str
    after: str


def actions_on(task: Task, audit: AuditLog) -> list[TakenAction]:
    """Return what people did with a task, in order."""
    changes = [
        TakenAction(change.at, SET_PRIORITY, change.by, change.before.value, change.after.value)
        for change in task.priority_changes
    ]
    return sorted([*changes, *_on_record(task, audit)], key=lambda action: action.at)


def deleted_by(task_id: str, audit: AuditLog, results: ResultCache) -> str | None:
    """Return who deleted a task that is not remembered; None when nobody did, or it is not on record (any more).

    Nobody is named for a task that was submitted after they had deleted another of this id.
    """
    submitted_at = results.deleted_submitted_at(task_id)
    if submitted_at is None:
        return None
    deleters = [
        entry.action.actor.name
        for entry in audit.of(task_id)
        if entry.action.what == DELETE and entry.at >= submitted_at
    ]
    return deleters[-1] if deleters else None


def _on_record(task: Task, audit: AuditLog) -> list[TakenAction]:
    return [
        TakenAction(entry.at, entry.action.what, entry.action.actor.name, entry.action.before, entry.action.after)
        for entry in audit.of(task.task_id)
        if entry.action.what in ON_RECORD and entry.at >= task.submitted_at  # else of another, whose id it has
    ]
