"""A submitted task in the hands of its submitter."""

import json
from typing import Any, cast

import anyio
import pytest

from fastworker.application.handle import TaskHandle
from fastworker.application.messages import TaskState
from fastworker.domain.errors import ControlPlaneRestarted, TaskFailed, TaskLost
from fastworker.domain.lifecycle import TaskStatus

pytestmark = pytest.mark.anyio

SUCCESS = TaskState("t1", TaskStatus.SUCCESS, "echo")


class Client:
    """Has callbacks run, and can be asked nothing."""

    def run_callback(self, callback: Any, handle: TaskHandle[Any]) -> None:
        """Call it."""
        callback(handle)

    async def until(self, wait: Any) -> Any:
        """Wait."""
        return await wait()


def a_handle() -> TaskHandle[int]:
    """A handle on a pending task that gives an int."""
    return TaskHandle.of("t1", cast("Any", Client()), json.loads)


async def test_a_handle_is_the_id_of_its_task() -> None:
    handle = a_handle()
    assert handle == "t1"
    assert {handle: 1}["t1"] == 1
    assert f"{handle}" == "t1"


async def test_who_awaits_it_gets_the_decoded_result() -> None:
    handle = a_handle()
    results: list[int] = []

    async def wait() -> None:
        results.append(await handle)

    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        assert not handle.is_done
        handle.complete(SUCCESS, b"7")
    assert results == [7, 7]
    assert await handle == 7
    assert handle.value() == 7


async def test_a_task_that_did_not_succeed_raises_each_time_it_is_awaited() -> None:
    handle = a_handle()
    handle.complete(TaskState("t1", TaskStatus.LOST), b"")
    for _ in range(2):
        with pytest.raises(TaskLost):
            await handle
    assert handle.value() is None


async def test_waiting_does_not_raise_however_the_task_ended() -> None:
    handle = a_handle()
    handle.complete(TaskState("t1", TaskStatus.FAILURE), b"")
    await handle.wait()
    with pytest.raises(TaskFailed):
        await handle


async def test_a_fate_that_cannot_be_known_raises_the_reason() -> None:
    handle = a_handle()
    handle.fail(ControlPlaneRestarted("gone"))
    assert handle.is_done
    with pytest.raises(ControlPlaneRestarted, match="gone"):
        await handle
    assert handle.value() is None


async def test_only_the_first_end_counts() -> None:
    handle = a_handle()
    handle.complete(SUCCESS, b"7")
    handle.complete(TaskState("t1", TaskStatus.LOST), b"")
    handle.fail(ControlPlaneRestarted("gone"))
    assert await handle == 7
    failed = a_handle()
    failed.fail(ControlPlaneRestarted("gone"))
    failed.complete(SUCCESS, b"7")
    with pytest.raises(ControlPlaneRestarted):
        await failed


async def test_callbacks_are_called_once_in_their_order_at_the_end_whichever_it_is() -> None:
    called: list[str] = []
    handle = a_handle()
    handle.add_done_callback(lambda _: called.append("first"))
    handle.add_done_callback(lambda _: called.append("second"))
    handle.fail(ControlPlaneRestarted("gone"))
    handle.complete(SUCCESS, b"7")
    handle.add_done_callback(lambda _: called.append("late"))
    assert called == ["first", "second", "late"]


async def test_a_handle_that_ended_tells_status_and_result_without_asking() -> None:
    handle = a_handle()
    handle.complete(SUCCESS, b"7")
    assert await handle.status() is TaskStatus.SUCCESS
    result = await handle.result()
    assert result is not None
    assert (result.status, result.result) == (TaskStatus.SUCCESS, 7)


async def test_a_handle_compares_sorts_and_joins_as_text() -> None:
    assert sorted([a_handle(), "t0"]) == ["t0", "t1"]
    assert ",".join([a_handle(), a_handle()]) == "t1,t1"
