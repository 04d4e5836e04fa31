"""What a task came to, as a value and as an error."""

import pytest

from fastworker.application.messages import TaskState
from fastworker.application.task_result import task_error, task_result
from fastworker.domain.errors import TaskCancelled, TaskError, TaskExpired, TaskFailed, TaskLost
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord


def a_state(status: TaskStatus, error: ErrorRecord | None = None) -> TaskState:
    """The end of task t1, a second attempt on w1."""
    return TaskState("t1", status, "resize", TaskPriority.HIGH, 2, "w1", 1.5, 2.5, error)


def test_a_result_carries_everything_that_is_known_of_a_task() -> None:
    result = task_result(a_state(TaskStatus.SUCCESS), 7)
    assert (result.task_id, result.name, result.status, result.result) == ("t1", "resize", TaskStatus.SUCCESS, 7)
    assert (result.error, result.priority, result.attempts) == (None, TaskPriority.HIGH, 2)
    assert (result.worker_id, result.wait_seconds, result.run_seconds) == ("w1", 1.5, 2.5)


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (
            TaskStatus.LOST,
            TaskLost,
            "task t1 (resize) was lost with its worker (attempt 2 on worker 'w1'); whether it had an effect is unknown",
        ),
        (TaskStatus.CANCELLED, TaskCancelled, "task t1 (resize) was cancelled"),
        (TaskStatus.EXPIRED, TaskExpired, "task t1 (resize) was not started before its deadline"),
        (TaskStatus.FAILURE, TaskFailed, "Exception: no details were reported"),
    ],
)
def test_each_end_that_is_no_success_is_an_error_of_its_own(
    status: TaskStatus, kind: type[TaskError], text: str
) -> None:
    for end in (a_state(status), task_result(a_state(status), None)):
        error = task_error(end)
        assert (type(error), str(error)) == (kind, text)


def test_a_failure_carries_type_message_and_remote_traceback() -> None:
    error = task_error(a_state(TaskStatus.FAILURE, ErrorRecord("KeyError", "'x'", "Traceback ...\n")))
    assert isinstance(error, TaskFailed)
    assert (error.error_type, error.message, error.remote_traceback) == ("KeyError", "'x'", "Traceback ...\n")
    assert str(error) == "KeyError: 'x'\n\nOn the worker:\nTraceback ..."
