"""How a followed task is, as far as it may change: told again when its mark is another one."""

from dataclasses import dataclass

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause
from fastworker.domain.task import Lease, PriorityChange, Task

from .parts import Parts
from .records.relatives import Standing, standing
from .records.workers import worker_that_runs

HEARD_SECONDS = 5.0
"""That its worker was heard of is told about so often, not at each beat."""


@dataclass(frozen=True, slots=True)
class TaskMark:
    """What of a task may change, by value or by numbers that change with it: never by how many there are.

    `number` tells it from a later one of its id, `steps` and `spans` are the numbers of the latest. `audit` has those
    of the first and of the last action under its id: they come and go in order, so that none does unseen.
    """

    number: int
    status: TaskStatus
    attempts: int
    is_cancelling: bool
    due_at: float | None
    lease: Lease | None
    pause: Pause | None
    priority_changes: tuple[PriorityChange, ...]
    steps: int
    spans: int
    audit: tuple[int, int] | None
    heard: float | None
    parent: Standing | None
    origin: Standing | None


def mark_of(task: Task, parts: Parts) -> TaskMark:
    """Return how a task is now."""
    terms, worker = task.submission.terms, worker_that_runs(task, parts)
    return TaskMark(
        number=task.number,
        status=task.status,
        attempts=task.attempts,
        is_cancelling=task.is_cancelling,
        due_at=task.due_at,
        lease=task.lease,
        pause=parts.ledger.pauses.of(task),
        priority_changes=task.priority_changes,
        steps=task.journal.last if task.journal else 0,
        spans=parts.observatory.spans.last(task),
        audit=parts.observatory.audit.extent_of(task.task_id),
        heard=worker.heard_at // HEARD_SECONDS if worker else None,
        parent=standing(terms.parent, parts),
        origin=standing(terms.origin, parts),
    )
