"""The tasks that a task comes from, as far as they are remembered: a link to one that is not says so."""

from fastworker.domain.errors import ResultExpired, UnknownTaskId
from fastworker.domain.lifecycle import TaskStatus

from ..models.task import Relative
from ..parts import Parts

type Standing = tuple[str, TaskStatus | None]


def relative(task_id: str | None, parts: Parts) -> Relative | None:
    """Return the task of an id as another one refers to it; None when it refers to none."""
    if task_id is None:
        return None
    try:
        task = parts.observatory.task(task_id, now=parts.clock.now())
    except ResultExpired:
        return Relative(id=task_id, state="forgotten")
    except UnknownTaskId:
        return Relative(id=task_id, state="unknown")
    return Relative(id=task_id, state="remembered", name=task.submission.name, status=task.status)


def standing(task_id: str | None, parts: Parts) -> Standing | None:
    """Return what of a relative may change."""
    found = relative(task_id, parts)
    return None if found is None else (found.state, found.status)
