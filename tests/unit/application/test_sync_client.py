"""The client for blocking code, over a system that lives in the event loop of its thread."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import cast

import pytest

from fastworker.application import current_client as defaults
from fastworker.application.client import TaskClient
from fastworker.application.handle import SyncTaskHandle
from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.application.sync_client import SyncTaskClient
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import (
    ClientNotRunning,
    InvalidPriority,
    TaskCancelled,
    TaskFailed,
    UnknownTask,
    UnknownTaskId,
    UnknownWorker,
)
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from tests.unit.system.system import a_system
from tests.unit.system.tasks import divide, echo


class ClientWithSystem:
    """A client that brings its own control plane and worker, so that all of them share its event loop."""

    async def __aenter__(self) -> TaskClient:
        async with AsyncExitStack() as stack:
            system = await stack.enter_async_context(a_system())
            await system.start_control_plane(ledger=Ledger(names=["waits"]))
            await system.start_worker("w1", echo, divide, slots=4)
            client = await stack.enter_async_context(system.client())
            self._open = stack.pop_all()
            return client

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()


@pytest.fixture
def client() -> Iterator[SyncTaskClient]:
    """A started client."""
    with SyncTaskClient(ClientWithSystem) as client:  # type: ignore[arg-type] # it is a client once it is entered
        yield client


def test_a_result_is_waited_for_in_blocking_code(client: SyncTaskClient) -> None:
    handle = client.delay("echo", 42)
    assert isinstance(handle, SyncTaskHandle)
    assert handle.get(timeout=10) == 42
    assert handle.get() == 42
    assert client.delay(echo, value=7, priority="high").get() == 7


def test_handle_and_client_tell_status_and_result(client: SyncTaskClient) -> None:
    handle = client.delay("echo", 1)
    handle.get()
    assert handle.status() is client.status(handle) is TaskStatus.SUCCESS
    for result in (handle.result(), client.get_task_result(handle), client.get_task_result(str(handle))):
        assert result is not None
        assert (result.result, result.priority) == (1, TaskPriority.NORMAL)


def test_a_task_that_is_not_done_in_time_is_a_timeout_and_goes_on(client: SyncTaskClient) -> None:
    handle = client.delay("waits")
    with pytest.raises(TimeoutError):
        handle.get(timeout=0)
    assert handle.result() is None
    assert handle.status() is TaskStatus.QUEUED


def test_errors_come_out_as_themselves(client: SyncTaskClient) -> None:
    with pytest.raises(TaskFailed, match="division by zero"):
        client.delay("divide", 1, 0).get()
    with pytest.raises(UnknownTask):
        client.delay("nobody knows this", 1)
    with pytest.raises(InvalidPriority):
        client.delay("echo", 1, priority="urgent")
    with pytest.raises(InvalidPriority):
        client.map("echo", [(1,)], priority="urgent")


def test_a_map_returns_handles_in_order(client: SyncTaskClient) -> None:
    handles = client.map("echo", [(number,) for number in range(10)], priority="low")
    assert [handle.get() for handle in handles] == list(range(10))
    assert client.map(echo, []) == []


def test_the_state_of_the_control_plane_can_be_shown(client: SyncTaskClient) -> None:
    assert client.inspect().names == ["divide", "echo", "waits"]


def test_many_threads_may_share_a_client(client: SyncTaskClient) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = threads.map(lambda number: client.delay("echo", number).get(), range(100))
        assert list(results) == list(range(100))


def test_a_second_start_and_a_second_stop_change_nothing() -> None:
    client = SyncTaskClient(ClientWithSystem)  # type: ignore[arg-type]
    client.stop()
    client.start()
    client.start()
    assert client.delay("echo", 1).get() == 1
    client.stop()
    client.stop()


def test_a_stopped_client_can_be_started_again() -> None:
    client = SyncTaskClient(ClientWithSystem)  # type: ignore[arg-type]
    for number in range(2):
        with client:
            assert client.delay("echo", number).get() == number


def test_a_client_that_is_not_running_refuses_every_call() -> None:
    client = SyncTaskClient(ClientWithSystem)  # type: ignore[arg-type]
    with pytest.raises(ClientNotRunning, match="use `with client`"):
        client.delay("echo", 1)
    with client:
        handle = client.delay("echo", 1)
    with pytest.raises(ClientNotRunning, match="use `with client`"):
        client.status("x")
    with pytest.raises(ClientNotRunning, match="use `with client`"):
        handle.get()


def test_a_client_that_cannot_be_opened_is_not_running() -> None:
    class Unusable:
        async def __aenter__(self) -> None:
            raise OSError("no sockets left")

        async def __aexit__(self, *error: object) -> None: ...

    client = SyncTaskClient(Unusable)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="no sockets left"):
        client.start()
    with pytest.raises(ClientNotRunning):
        client.delay("echo", 1)


def test_a_task_function_submits_from_blocking_code_to_the_default_client(
    client: SyncTaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defaults, "_sync_client_of_process", LazySyncClient(lambda: client))
    handle = echo.submit_sync(5)
    assert handle.get() == 5
    assert echo.options(priority="critical", id="mine").submit_sync(6) == "mine"


def test_a_finished_task_runs_again(client: SyncTaskClient) -> None:
    handle = client.delay("echo", 7)
    handle.get()
    for again in (handle.retry(), client.retry(handle)):
        assert isinstance(again, SyncTaskHandle)
        assert again.get(timeout=10) == 7
        result = again.result()
        assert result is not None
        assert result.origin == handle


def test_waiting_tasks_are_cancelled(client: SyncTaskClient) -> None:
    one, other = client.delay("waits"), client.delay("waits")
    assert one.cancel() is Cancellation.CANCELLED
    assert client.cancel([one, other]) == dict.fromkeys([one, other], Cancellation.CANCELLED)
    with pytest.raises(TaskCancelled):
        other.get(timeout=10)


def test_the_end_of_any_task_is_waited_for_by_its_id(client: SyncTaskClient) -> None:
    assert client.wait_for_end(str(client.delay("echo", 7)), timeout=10).result == 7
    with pytest.raises(TimeoutError, match="has not ended within 0 s; it goes on"):
        client.wait_for_end(str(client.delay("waits")), timeout=0)


def test_a_worker_is_drained(client: SyncTaskClient) -> None:
    client.drain_worker("w1")
    while client.inspect().workers:
        pass
    with pytest.raises(UnknownWorker):
        client.drain_worker("w1")


def test_the_steps_of_a_task_are_read_in_blocking_code(client: SyncTaskClient) -> None:
    handle = client.delay("echo", 7)
    assert [event.status for event in handle.events()][-1] is TaskStatus.SUCCESS
    assert [event.status for event in client.events(str(handle))][-1] is TaskStatus.SUCCESS
    with pytest.raises(UnknownTaskId):
        list(client.events("never-seen"))


def test_a_reader_that_stops_early_is_no_follower_any_more(client: SyncTaskClient) -> None:
    for event in client.events(client.delay("waits")):
        assert event.status is TaskStatus.QUEUED
        break
    assert client.delay("echo", 1).get(timeout=10) == 1


def test_a_reader_may_be_let_go_after_the_client_was_stopped() -> None:
    with SyncTaskClient(ClientWithSystem) as client:  # type: ignore[arg-type] # it is a client once it is entered
        events = client.events(client.delay("waits"))
        assert next(events).status is TaskStatus.QUEUED
    cast("Generator[object]", events).close()


def test_the_state_of_a_task_tells_more_than_its_status(client: SyncTaskClient) -> None:
    handle = client.delay("waits", priority="low")
    state = client.state(handle)
    assert (state.status, state.name, state.priority) == (TaskStatus.QUEUED, "waits", TaskPriority.LOW)
    with pytest.raises(UnknownTaskId):
        client.state("00000000-0000-7000-8000-000000000000")


def test_what_a_task_was_called_with_can_be_looked_up(client: SyncTaskClient) -> None:
    waits = client.delay("waits", 1, other="2")
    handle = client.delay("echo", value=7)
    handle.get()
    assert client.arguments(waits) == {"": [1], "other": "2"}
    assert client.arguments(handle) == {"": [], "value": 7}
    with pytest.raises(UnknownTaskId):
        client.arguments("00000000-0000-7000-8000-000000000000")


def test_in_a_forked_process_a_client_of_its_parent_refuses_calls_and_waits_for_no_thread(
    client: SyncTaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as child:
        child.setattr(client, "_is_left_behind", False)  # and so again afterwards
        client.leave_behind()
        with pytest.raises(ClientNotRunning, match="forked"):
            client.delay("echo", 1)
        client.stop()
    assert client.delay("echo", 1).get() == 1


def test_a_client_that_was_not_started_before_a_fork_starts_in_the_child() -> None:
    client = SyncTaskClient(ClientWithSystem)  # type: ignore[arg-type]
    client.leave_behind()
    with client:
        assert client.delay("echo", 1).get() == 1
