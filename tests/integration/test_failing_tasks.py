"""Tasks that go wrong: what their submitter sees, and that nobody else notices."""

from collections.abc import Iterator

import pytest

from fastworker import SyncClient, TaskFailed, TaskStatus

from .modules import work
from .system import System


@pytest.fixture
def client(standing: System) -> Iterator[SyncClient]:
    with standing.sync_client() as client:
        yield client


@pytest.mark.parametrize("name", ["divide", "divide_async"])
def test_a_task_that_raises_shows_its_type_message_and_remote_traceback(client: SyncClient, name: str) -> None:
    handle = client.delay(name, 1, 0)

    with pytest.raises(TaskFailed) as raised:
        handle.get(timeout=10)

    error = raised.value
    assert (error.error_type, error.message) == ("ZeroDivisionError", "division by zero")
    assert str(error).startswith(
        "ZeroDivisionError: division by zero\n\nOn the worker:\nTraceback (most recent call last):\n"
    )
    assert "return a / b" in error.remote_traceback
    assert "work.py" in error.remote_traceback
    assert "fastworker" not in error.remote_traceback.replace(work.__file__, "")  # the machinery is left out
    result = client.get_task_result(handle)
    assert result is not None
    assert (result.status, result.result, result.attempts) == (TaskStatus.FAILURE, None, 1)
    assert result.error is not None
    assert result.error.error_type == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("name", "args", "error_type"),
    [
        ("leave_with", (3,), "SystemExit"),
        ("leave_with_async", (3,), "SystemExit"),
        ("interrupt", (), "KeyboardInterrupt"),
        ("interrupt_async", (), "KeyboardInterrupt"),
        ("cancel_itself", (), "CancelledError"),
    ],
)
def test_a_task_that_ends_the_way_a_process_ends_harms_only_itself(
    standing: System, client: SyncClient, name: str, args: tuple[int, ...], error_type: str
) -> None:
    neighbours = [client.delay("block_thread", 0.1) for _ in range(4)]

    for _ in range(8):  # more than there are slots: none may be used up
        with pytest.raises(TaskFailed) as raised:
            client.delay(name, *args).get(timeout=10)
        assert raised.value.error_type == error_type

    workers = {worker.pid for worker in standing.workers.values()}
    assert {neighbour.get(timeout=10) for neighbour in neighbours} <= workers
    assert {client.delay("pid").get(timeout=10) for _ in range(8)} <= workers
    assert all(worker.is_running for worker in standing.workers.values())


def test_blocking_tasks_run_beside_each_other_up_to_the_slots(client: SyncClient) -> None:
    names = {client.delay("thread_name").get(timeout=10) for _ in range(3)}

    assert all(name.startswith("fastworker-task-") for name in names)
