"""What Django is told of a task."""

from datetime import UTC, datetime, timedelta

import pytest
from django.tasks import TaskResultStatus

from fastworker import TaskTimeout
from fastworker.application.messages import AttemptState, TaskDetails, TaskState
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord
from fastworker.integrations.django.results import class_path, enqueued_at, told_result

from .shop.tasks import add

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = f"{int(AT.timestamp() * 1000):012x}"
TASK_ID = f"{ID[:8]}-{ID[8:]}-7abc-8def-0123456789ab"
NAME = "tests.unit.integrations.django.shop.tasks.add"

TRACEBACK = """\
Traceback (most recent call last):
  File "shop/tasks.py", line 7, in sell
    raise OutOfStock("tea")
shop.errors.OutOfStock: tea
there is more: tomorrow
"""


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_the_id_tells_when_a_task_was_enqueued() -> None:
    assert enqueued_at(TASK_ID) == AT
    assert enqueued_at("an id of my own") is None


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (TaskStatus.SCHEDULED, TaskResultStatus.READY),
        (TaskStatus.QUEUED, TaskResultStatus.READY),
        (TaskStatus.RUNNING, TaskResultStatus.RUNNING),
        (TaskStatus.SUCCESS, TaskResultStatus.SUCCESSFUL),
        (TaskStatus.FAILURE, TaskResultStatus.FAILED),
        (TaskStatus.CANCELLED, TaskResultStatus.FAILED),
        (TaskStatus.LOST, TaskResultStatus.FAILED),
        (TaskStatus.EXPIRED, TaskResultStatus.FAILED),
    ],
)
def test_each_status_is_one_of_djangos(status: TaskStatus, told: TaskResultStatus) -> None:
    assert told_result(TaskState(TASK_ID, status, NAME), add, {}, None, alias="default").status == told


def test_a_task_that_waits_has_no_moments_but_that_of_its_submission() -> None:
    result = told_result(TaskState(TASK_ID, TaskStatus.QUEUED, NAME), add, {}, None, alias="default")
    assert (result.enqueued_at, result.started_at, result.last_attempted_at, result.finished_at) == (
        AT,
        None,
        None,
        None,
    )
    assert (result.attempts, result.errors, result.is_finished) == (0, [], False)


def test_a_task_that_succeeded_tells_its_value_its_worker_and_when_it_ran() -> None:
    state = TaskState(TASK_ID, TaskStatus.SUCCESS, NAME, attempts=1, worker_id="w1", wait_seconds=2.0, run_seconds=3.0)
    result = told_result(state, add, {}, 7, alias="default")
    assert (result.return_value, result.worker_ids, result.backend, result.task) == (7, ["w1"], "default", add)
    assert (result.started_at, result.last_attempted_at, result.finished_at) == (after(2), after(2), after(5))


def test_a_task_that_was_to_run_later_waited_from_then_on() -> None:
    details = TaskDetails(queued_after_seconds=60.0)
    state = TaskState(TASK_ID, TaskStatus.RUNNING, NAME, attempts=1, worker_id="w1", wait_seconds=2.0, details=details)
    assert told_result(state, add, {}, None, alias="default").started_at == after(62)


def failed_attempt(number: int, leased_after: float) -> AttemptState:
    error = ErrorRecord("ValueError", "no", "Traceback …\nValueError: no")
    return AttemptState(number, f"w{number}", leased_after, 1.0, TaskStatus.FAILURE, error)


def test_each_attempt_counts_with_its_worker_and_its_error() -> None:
    details = TaskDetails(history=[failed_attempt(1, 0.5), failed_attempt(2, 4.0)], queued_after_seconds=9.0)
    state = TaskState(
        TASK_ID,
        TaskStatus.FAILURE,
        NAME,
        attempts=3,
        worker_id="w3",
        wait_seconds=1.0,
        run_seconds=2.0,
        error=ErrorRecord("OutOfStock", "tea", TRACEBACK),
        details=details,
    )
    result = told_result(state, add, {}, None, alias="default")
    assert (result.worker_ids, result.attempts) == (["w1", "w2", "w3"], 3)
    assert [error.exception_class_path for error in result.errors] == [
        "builtins.ValueError",
        "builtins.ValueError",
        "shop.errors.OutOfStock",
    ]
    assert result.errors[-1].traceback == TRACEBACK
    assert (result.started_at, result.last_attempted_at, result.finished_at) == (after(0.5), after(10), after(12))


def test_a_task_that_waits_to_be_tried_again_was_last_attempted_when_it_was_last_leased() -> None:
    details = TaskDetails(history=[failed_attempt(1, 0.5)], due_in_seconds=3.0)
    state = TaskState(TASK_ID, TaskStatus.SCHEDULED, NAME, attempts=1, worker_id="w1", details=details)
    result = told_result(state, add, {}, None, alias="default")
    assert (result.last_attempted_at, result.worker_ids, result.finished_at) == (after(0.5), ["w1"], None)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (TaskStatus.LOST, "TaskLost"),
        (TaskStatus.CANCELLED, "TaskCancelled"),
        (TaskStatus.EXPIRED, "TaskExpired"),
    ],
)
def test_an_end_without_an_exception_is_told_as_one_of_fastworker(status: TaskStatus, name: str) -> None:
    [error] = told_result(TaskState(TASK_ID, status, NAME), add, {}, None, alias="default").errors
    assert error.exception_class.__name__ == name
    assert TASK_ID in error.traceback


def test_the_class_of_a_task_over_time_can_be_imported() -> None:
    state = TaskState(TASK_ID, TaskStatus.FAILURE, NAME, error=ErrorRecord("TaskTimeout", "not done"))
    [error] = told_result(state, add, {}, None, alias="default").errors
    assert error.exception_class is TaskTimeout


def test_an_id_of_ones_own_tells_no_moments() -> None:
    state = TaskState("mine", TaskStatus.SUCCESS, NAME, attempts=1, worker_id="w1")
    result = told_result(state, add, {}, 7, alias="default")
    assert (result.enqueued_at, result.started_at, result.finished_at, result.return_value) == (None, None, None, 7)


@pytest.mark.parametrize(
    ("error", "path"),
    [
        (ErrorRecord("ValueError", "no", "Traceback …\n  ValueError: quoted\nValueError: no"), "builtins.ValueError"),
        (ErrorRecord("OutOfStock", "tea", TRACEBACK), "shop.errors.OutOfStock"),
        (ErrorRecord("Exit", "", "Traceback …\nshop.Exit"), "shop.Exit"),
        (ErrorRecord("TaskTimeout", "late"), "fastworker.TaskTimeout"),
        (ErrorRecord("KeyError", "'tea'"), "builtins.KeyError"),
    ],
)
def test_the_class_of_an_exception_is_found_in_its_traceback(error: ErrorRecord, path: str) -> None:
    assert class_path(error) == path
