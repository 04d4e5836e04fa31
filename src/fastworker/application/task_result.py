"""What a task came to, as its submitter sees it."""

from dataclasses import dataclass
from typing import Any

from fastworker.domain.errors import (
    TaskCancelled,
    TaskError,
    TaskExpired,
    TaskFailed,
    TaskLost,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord

from .messages import AttemptState, TaskState


@dataclass(frozen=True, slots=True)
class TaskResult[R]:
    """A finished task. `result` is None unless `status` is success; `error` says why it is not, where there is more.

    `attempts` is their number, `history` those before the last one; `origin` is the task that this one ran again.
    """

    task_id: str
    name: str
    status: TaskStatus
    result: R | None
    error: ErrorRecord | None
    priority: TaskPriority
    attempts: int
    worker_id: str
    wait_seconds: float
    run_seconds: float
    origin: str | None = None
    history: tuple[AttemptState, ...] = ()


def task_result[R](state: TaskState, result: R | None) -> TaskResult[R]:
    """Return the result that a final state stands for."""
    assert state.status is not None
    return TaskResult(
        task_id=state.task_id,
        name=state.name,
        status=state.status,
        result=result,
        error=state.error,
        priority=state.priority,
        attempts=state.attempts,
        worker_id=state.worker_id,
        wait_seconds=state.wait_seconds,
        run_seconds=state.run_seconds,
        origin=state.details.origin if state.details else None,
        history=tuple(state.details.history) if state.details else (),
    )


def task_error(state: TaskState | TaskResult[Any]) -> TaskError:
    """Return the error that a final state other than success stands for."""
    what = f"task {state.task_id} ({state.name})"
    match state.status:
        case TaskStatus.LOST:
            where = state.error.message if state.error else f"attempt {state.attempts} on worker {state.worker_id!r}"
            return TaskLost(f"{what} was lost with its worker ({where}); whether it had an effect is unknown")
        case TaskStatus.CANCELLED:
            return TaskCancelled(f"{what} was {state.error.message if state.error else 'cancelled'}")
        case TaskStatus.EXPIRED:
            return TaskExpired(f"{what} was not started before its deadline")
        case _:
            error = state.error or ErrorRecord("Exception", "no details were reported")
            return TaskFailed(error.error_type, error.message, error.traceback)
