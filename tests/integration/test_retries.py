"""Tasks that are tried again, over real sockets: how often, why, and what is told of each attempt."""

from collections.abc import Iterator

import pytest

from fastworker import NotFinished, SyncClient, SyncTaskHandle, TaskFailed, TaskResult, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import Processes
from .system import System, starter
from .waiting import until

MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system with one worker."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 4")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.fixture
def client(up: System) -> Iterator[SyncClient]:
    with up.sync_client() as client:
        yield client


def result_of(handle: SyncTaskHandle[int]) -> TaskResult[int]:
    found = handle.result()
    assert found is not None
    return found


def test_a_task_that_fails_twice_and_then_succeeds_tells_the_history_of_its_attempts(
    client: SyncClient, gates: Gates
) -> None:
    handle = client.delay("fail_first", gates.folder, "flaky", 2)

    assert handle.get(timeout=20) == 3
    result = result_of(handle)
    assert (result.status, result.attempts) == (TaskStatus.SUCCESS, 3)
    errors = [attempt.error for attempt in result.history if attempt.error is not None]
    assert [(error.error_type, error.message) for error in errors] == [
        ("ConnectionError", f"attempt {number} of flaky") for number in (1, 2)
    ]
    assert all("delivery_work.py" in error.traceback for error in errors)
    assert [(attempt.number, attempt.worker_id, attempt.status) for attempt in result.history] == [
        (number, "sw1", TaskStatus.FAILURE) for number in (1, 2)
    ]
    assert result.history[0].leased_after_seconds < result.history[1].leased_after_seconds
    assert gates.order() == ["flaky"] * 3


def test_a_task_whose_attempts_are_used_up_fails_with_its_last_error(client: SyncClient, gates: Gates) -> None:
    handle = client.delay("fail_first", gates.folder, "hopeless", 9)

    with pytest.raises(TaskFailed, match="attempt 3 of hopeless"):
        handle.get(timeout=20)

    assert (result_of(handle).attempts, len(result_of(handle).history)) == (3, 2)
    assert gates.order() == ["hopeless"] * 3


def test_a_task_may_ask_for_its_next_attempt_sooner_than_its_backoff(client: SyncClient, gates: Gates) -> None:
    handle = client.delay("ask_for_another_try", gates.folder, "asked")

    assert handle.get(timeout=20) == 2
    (first,) = result_of(handle).history
    assert first.error is not None
    assert (first.error.error_type, first.error.message) == ("Retry", "not yet")


@pytest.mark.parametrize(("name", "error_type"), [("refuse", "Reject"), ("look_up_in_vain", "KeyError")])
def test_what_a_task_refuses_or_its_terms_exclude_is_not_tried_again(
    client: SyncClient, gates: Gates, name: str, error_type: str
) -> None:
    with pytest.raises(TaskFailed) as raised:
        client.delay(name, gates.folder, name).get(timeout=20)

    assert raised.value.error_type == error_type
    assert gates.order() == [name]


def test_a_task_that_waits_to_be_tried_again_is_scheduled_and_can_be_cancelled(
    client: SyncClient, gates: Gates
) -> None:
    options = submit_options(retries=1, backoff=3600)
    handle = client.submit("fail_first", (gates.folder, "later", 1), {}, options)
    until(lambda: handle.status() is TaskStatus.SCHEDULED)

    assert handle.cancel() == "cancelled"

    assert handle.status() is TaskStatus.CANCELLED
    assert gates.order() == ["later"]


# ---- the command line ----


def test_submit_with_retries_prints_the_result_of_the_attempt_that_succeeded(up: System, gates: Gates) -> None:
    finished = up.run("submit", "fail_first", "--args", gates.folder, "flaky", "1", "--retries", "1")

    assert (finished.exit_code, finished.output) == (0, "2\n")
    once = up.run("submit", "fail_first", "--args", gates.folder, "flaky", "1", "--retries", "0")
    assert (once.exit_code, once.output) == (1, "")
    assert "ConnectionError: attempt 1 of flaky" in once.errors


def test_retry_runs_a_finished_task_again_as_a_new_one_that_names_its_origin(
    up: System, client: SyncClient, gates: Gates
) -> None:
    first = client.delay("counted", gates.folder, "repeated")
    gates.wait_until_started("repeated")
    early = up.run("retry", first)
    assert (early.exit_code, early.output) == (1, "")
    assert "is running: only a finished task can be run again" in early.errors
    gates.open("repeated")
    first.get(timeout=20)

    finished = up.run("retry", first)

    assert finished.exit_code == 0, finished.errors
    again = finished.output.strip()
    assert again != first
    result = client.wait_for_end(again, timeout=20)
    assert (result.status, result.result, result.origin, result.attempts) == (
        TaskStatus.SUCCESS,
        "repeated",
        first,
        1,
    )
    assert gates.order() == ["repeated"] * 2
    unknown = up.run("retry", "never-seen")
    assert (unknown.exit_code, unknown.output) == (1, "")
    assert "no task 'never-seen' was seen" in unknown.errors


def test_a_handle_runs_its_task_again_when_it_has_ended(client: SyncClient, gates: Gates) -> None:
    handle = client.delay("counted", gates.folder, "repeated")
    gates.wait_until_started("repeated")
    with pytest.raises(NotFinished):
        handle.retry()
    gates.open("repeated")
    handle.get(timeout=20)

    assert handle.retry().get(timeout=20) == "repeated"
