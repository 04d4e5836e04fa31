"""A Django task result from what the control plane knows of a task.

The moments are reckoned from the time inside the task's id and the seconds that the control plane counted.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.base import TaskError

import fastworker
from fastworker.application.messages import TaskState
from fastworker.application.task_result import task_error
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, created_at_milliseconds

STATUSES = {
    TaskStatus.SCHEDULED: TaskResultStatus.READY,
    TaskStatus.QUEUED: TaskResultStatus.READY,
    TaskStatus.RUNNING: TaskResultStatus.RUNNING,
    TaskStatus.SUCCESS: TaskResultStatus.SUCCESSFUL,
}
"""Every other status is a failure."""


def told_result(state: TaskState, task: Task, call: dict[str, Any], value: Any, *, alias: str) -> TaskResult:
    """Return the result of a task that was looked up: what it was called with, by name, and what it returned."""
    assert state.status is not None
    starts = _starts(state)
    status = STATUSES.get(state.status, TaskResultStatus.FAILED)
    is_over = state.status.is_final and starts
    result = TaskResult(
        task=task,
        id=state.task_id,
        status=status,
        enqueued_at=enqueued_at(state.task_id),
        started_at=starts[0] if starts else None,
        last_attempted_at=starts[-1] if starts else None,
        finished_at=starts[-1] + timedelta(seconds=state.run_seconds) if is_over else None,
        args=call.get("", []),
        kwargs={name: given for name, given in call.items() if name},
        backend=alias,
        errors=_errors(state),
        worker_ids=_worker_ids(state),
    )
    if status is TaskResultStatus.SUCCESSFUL:
        object.__setattr__(result, "_return_value", value)  # frozen, and no argument: Django's own backends do so
    return result


def enqueued_at(task_id: str) -> datetime | None:
    """Return the moment inside a task's id."""
    milliseconds = created_at_milliseconds(task_id)
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _starts(state: TaskState) -> list[datetime]:
    """Return when the attempts that are remembered began."""
    submitted_at = enqueued_at(state.task_id)
    if submitted_at is None:
        return []
    seconds = [attempt.leased_after_seconds for attempt in state.details.history] if state.details else []
    if _has_latest(state):
        seconds.append((state.details.queued_after_seconds if state.details else 0.0) + state.wait_seconds)
    return [submitted_at + timedelta(seconds=each) for each in seconds]


def _has_latest(state: TaskState) -> bool:
    """Tell whether there is an attempt that is not history yet."""
    history = state.details.history if state.details else []
    return state.attempts > (history[-1].number if history else 0)


def _worker_ids(state: TaskState) -> list[str]:
    """Return one worker per attempt: Django counts attempts by them."""
    earlier = [attempt.worker_id for attempt in state.details.history] if state.details else []
    return [*earlier, state.worker_id] if _has_latest(state) else earlier


def _errors(state: TaskState) -> list[TaskError]:
    errors = [_error(attempt.error) for attempt in state.details.history if attempt.error] if state.details else []
    if state.status is TaskStatus.FAILURE and state.error is not None:
        errors.append(_error(state.error))
    elif state.status in (TaskStatus.LOST, TaskStatus.CANCELLED, TaskStatus.EXPIRED):
        error = task_error(state)
        errors.append(TaskError(exception_class_path=f"fastworker.{type(error).__name__}", traceback=str(error)))
    return errors


def _error(error: ErrorRecord) -> TaskError:
    return TaskError(exception_class_path=class_path(error), traceback=error.traceback or error.message)


def class_path(error: ErrorRecord) -> str:
    """Return the path of an exception's class: FastWorker tells its name, the end of the traceback all of it."""
    pattern = re.compile(rf"((?:\w+\.)*{re.escape(error.error_type)})(?::|$)")
    for line in reversed(error.traceback.splitlines()):
        if found := pattern.match(line):
            return found[1] if "." in found[1] else f"builtins.{found[1]}"
    is_own = hasattr(fastworker, error.error_type)  # it has no traceback: no code of the task raised it
    return f"{'fastworker' if is_own else 'builtins'}.{error.error_type}"
