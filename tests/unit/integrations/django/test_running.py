"""Django tasks in a worker."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.tasks.signals import task_finished, task_started

from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.errors import InvalidTaskModule, TaskFailed
from fastworker.domain.priority import TaskPriority
from fastworker.integrations.django.discovery import QUEUES_VARIABLE, project_functions
from fastworker.integrations.django.running import function_of
from tests.unit.system.system import a_system

from .shop.tasks import CALLS, add, attempt, now, sell

SHOP = "tests.unit.integrations.django.shop.tasks"


@pytest.fixture
def anyio_backend() -> str:
    """Django knows no trio."""
    return "asyncio"


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What the signals said: each status, with what it was about."""
    said: list[Any] = []

    def hear(signal: Any, task_result: Any, **_: Any) -> None:
        said.append((signal is task_finished, task_result.status, task_result.task.name, len(task_result.errors)))

    for signal in (task_started, task_finished):
        signal.connect(hear)
    yield said
    for signal in (task_started, task_finished):
        signal.disconnect(hear)


async def result_of(name: str, *args: Any) -> Any:
    """Have a worker run a task of the project."""
    async with a_system() as system:
        await system.start_control_plane()
        await system.start_worker("w1", *project_functions())
        async with system.client() as client:
            handle = await client.delay(name, *args)
            return handle, await handle


@pytest.mark.anyio
async def test_a_blocking_task_runs_with_the_json_that_was_enqueued(heard: list[Any]) -> None:
    CALLS.clear()
    _, result = await result_of(f"{SHOP}.add", "1", "2")
    assert result == "12"
    assert CALLS == [("1", "2")]
    assert heard == [(False, "RUNNING", "add", 0), (True, "SUCCESSFUL", "add", 0)]


@pytest.mark.anyio
async def test_an_asynchronous_task_is_given_its_context(heard: list[Any]) -> None:
    handle, result = await result_of(f"{SHOP}.attempt")
    assert result == [1, str(handle)]
    assert heard == [(False, "RUNNING", "attempt", 0), (True, "SUCCESSFUL", "attempt", 0)]


@pytest.mark.anyio
async def test_a_task_that_raises_fails_and_says_so(heard: list[Any]) -> None:
    with pytest.raises(TaskFailed, match="OutOfStock: tea") as caught:
        await result_of(f"{SHOP}.sell", "tea")
    assert f"{SHOP}.OutOfStock: tea" in caught.value.remote_traceback
    assert heard == [(False, "RUNNING", "sell", 0), (True, "FAILED", "sell", 1)]


@pytest.mark.anyio
async def test_an_asynchronous_task_that_raises_fails_and_says_so(heard: list[Any]) -> None:
    with pytest.raises(TaskFailed, match="TypeError"):
        await result_of(f"{SHOP}.attempt", "one argument too many")
    assert heard[-1] == (True, "FAILED", "attempt", 1)


@pytest.mark.anyio
async def test_a_result_that_is_no_json_is_a_failure(heard: list[Any]) -> None:
    with pytest.raises(TaskFailed, match="TypeError"):
        await result_of(f"{SHOP}.now")
    assert heard[-1][:2] == (True, "FAILED")


def test_a_task_function_has_the_path_and_the_priority_of_its_task() -> None:
    function = function_of(add.using(queue_name="letters"))
    assert (function.name, function.priority) == (f"{SHOP}.add@letters", TaskPriority.HIGH)
    assert function.__doc__ == "Add two values as they come."
    assert [function_of(task).is_async for task in (attempt, now, sell)] == [True, False, False]


EVERY = ["add", "attempt", "elsewhere", "now", "sell"]


def names() -> list[str]:
    return sorted(name.removeprefix(f"{SHOP}.") for name in TaskRegistry(project_functions()).names)


def test_a_worker_knows_every_task_for_every_queue_and_the_functions_of_fastworker() -> None:
    assert names() == sorted([*EVERY, *(f"{name}@letters" for name in EVERY), "shout"])


def test_a_worker_of_one_queue_knows_its_tasks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(QUEUES_VARIABLE, "letters")
    assert names() == sorted([*(f"{name}@letters" for name in EVERY), "shout"])


def test_a_queue_that_no_backend_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(QUEUES_VARIABLE, "letters, leters")
    with pytest.raises(ImproperlyConfigured, match="leters"):
        project_functions()


def test_the_module_for_workers_holds_the_tasks_of_the_project() -> None:
    registry = load_task_modules(["fastworker.integrations.django.worker"])
    assert f"{SHOP}.add" in registry.names
    assert registry["shout"]("a") == "A"


def test_a_project_that_cannot_be_set_up_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastworker.integrations.django.discovery._wanted", lambda: ["nowhere"])
    monkeypatch.delitem(sys.modules, "fastworker.integrations.django.worker", raising=False)
    with pytest.raises(InvalidTaskModule, match="no backend in TASKS"):
        load_task_modules(["fastworker.integrations.django.worker"])
