"""The backend for `django.tasks`, over a client that writes down what it is asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.tasks import task_backends
from django.tasks.exceptions import InvalidTask, InvalidTaskBackend, TaskResultDoesNotExist, TaskResultMismatch
from django.tasks.signals import task_enqueued
from django.test.utils import override_settings

from fastworker import BlocksEventLoop
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.application.messages import TaskState
from fastworker.application.task_options import SubmitOptions, submit_options
from fastworker.application.task_result import TaskResult
from fastworker.domain.errors import ControlPlaneUnreachable, FastWorkerError, UnknownTask, UnknownTaskId
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.integrations.django.backend import FastWorkerBackend

from .shop.tasks import add, sell

ADD = "tests.unit.integrations.django.shop.tasks.add"


class WrittenDown:
    """A blocking client that knows what it was told to know."""

    def __init__(self) -> None:
        self.submitted: list[tuple[str, list[Any], dict[str, Any], SubmitOptions]] = []
        self.known: dict[str, tuple[TaskState, Any]] = {}

    def start(self) -> None:
        """Need nothing."""

    def stop(self) -> None:
        """Need nothing."""

    def submit(self, name: str, args: Any, kwargs: Any, options: SubmitOptions) -> str:
        """Write it down."""
        self.submitted.append((name, args, kwargs, options))
        return new_uuid7()

    def state(self, task_id: str) -> TaskState:
        """Return what is known."""
        if task_id not in self.known:
            raise UnknownTaskId(f"no task {task_id!r}")
        return self.known[task_id][0]

    def get_task_result(self, task_id: str) -> TaskResult[Any]:
        """Return what is known."""
        state, value = self.known[task_id]
        assert state.status is not None
        return TaskResult(task_id, state.name, state.status, value, None, state.priority, 1, "w1", 0.0, 0.0)

    def arguments(self, task_id: str) -> dict[str, Any]:
        """Return the same for all."""
        return {"": [1], "other": 2}


@pytest.fixture
def client() -> Iterator[WrittenDown]:
    """The client of the default backend."""
    backend: Any = task_backends["default"]
    written = WrittenDown()
    backend._own = LazySyncClient(lambda: cast("Any", written))
    yield written
    backend._own = None


def test_the_error_of_a_control_plane_that_does_not_answer_names_the_setting() -> None:
    backend = FastWorkerBackend("far", {"OPTIONS": {"address": "tcp://127.0.0.1:1", "connect_timeout": 0.01}})
    with pytest.raises(ControlPlaneUnreachable, match=r"127.0.0.1:1 \(from OPTIONS in TASKS\['far'\]\)"):
        backend.enqueue(add, [1], {})


def test_a_task_is_submitted_under_its_path_with_its_arguments_and_priority(client: WrittenDown) -> None:
    result = add.enqueue(1, other=2)
    [(name, args, kwargs, options)] = client.submitted
    assert (name, args, kwargs) == (ADD, [1], {"other": 2})
    assert options == SubmitOptions(priority=TaskPriority.HIGH)
    assert (result.args, result.kwargs, result.status, result.attempts) == ([1], {"other": 2}, "READY", 0)
    assert abs((datetime.now(UTC) - result.enqueued_at).total_seconds()) < 5


def test_a_task_of_another_queue_has_the_queue_in_its_name(client: WrittenDown) -> None:
    add.using(queue_name="letters").enqueue(1)
    assert client.submitted[0][0] == f"{ADD}@letters"


def test_a_moment_and_a_priority_at_the_call_are_passed_on(client: WrittenDown) -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    add.using(run_after=moment, priority=-3).enqueue(1)
    assert client.submitted[0][3] == SubmitOptions(priority=TaskPriority.LOW, at=moment)


def test_a_local_moment_is_made_aware(client: WrittenDown) -> None:
    with override_settings(USE_TZ=False):
        add.using(run_after=datetime(2030, 1, 1, 12)).enqueue(1)
    assert client.submitted[0][3].at == datetime(2030, 1, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"queue_name": "nowhere"}, "nowhere"),
        ({"run_after": datetime(2030, 1, 1)}, "aware"),
        ({"priority": 101}, "priority"),
    ],
)
def test_what_the_backend_cannot_take_is_an_invalid_task(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidTask, match=text):
        add.using(**changes)


@pytest.mark.parametrize("queue", ["a@b", "q" * 200])
def test_a_queue_whose_name_cannot_be_part_of_a_name_is_an_invalid_task(queue: str) -> None:
    backend = FastWorkerBackend("default", {"QUEUES": []})
    task = add.using(queue_name="letters")
    object.__setattr__(task, "queue_name", queue)
    with pytest.raises(InvalidTask, match="200 characters at most"):
        backend.validate_task(task)


def test_arguments_that_are_no_json_are_refused_before_anything_is_submitted(client: WrittenDown) -> None:
    with pytest.raises(TypeError):
        add.enqueue(datetime(2030, 1, 1))
    assert client.submitted == []


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_asynchronous_code_enqueues_and_looks_up(client: WrittenDown) -> None:
    heard: list[Any] = []

    def hear(sender: type, task_result: Any, **_: Any) -> None:
        heard.append((sender, task_result.id))

    task_enqueued.connect(hear)
    result = await add.aenqueue(1)
    task_enqueued.disconnect(hear)
    assert heard == [(FastWorkerBackend, result.id)]
    client.known[result.id] = (TaskState(result.id, TaskStatus.SUCCESS, ADD, attempts=1), 2)
    assert (await add.aget_result(result.id)).return_value == 2
    await result.arefresh()
    assert result.return_value == 2


def test_a_signal_tells_of_what_was_enqueued(client: WrittenDown) -> None:
    heard: list[str] = []

    def hear(task_result: Any, **_: Any) -> None:
        heard.append(task_result.id)

    task_enqueued.connect(hear)
    result = add.enqueue(1)
    task_enqueued.disconnect(hear)
    assert heard == [result.id]


def test_a_result_is_looked_up_with_its_task_as_it_was_enqueued(client: WrittenDown) -> None:
    client.known["t1"] = (TaskState("t1", TaskStatus.SUCCESS, f"{ADD}@letters", TaskPriority.LOW, 1), 5)
    result = task_backends["default"].get_result("t1")
    assert result.return_value == 5
    assert (result.task.func, result.task.queue_name, result.task.priority) == (add.func, "letters", -100)
    assert (result.args, result.kwargs) == ([1], {"other": 2})
    with pytest.raises(TaskResultMismatch):
        sell.get_result("t1")


@pytest.mark.parametrize("name", ["shout", "", "os.path", "nowhere.to.be", f"{ADD}x", ".a.b"])
def test_a_task_that_is_none_of_this_project_does_not_exist(client: WrittenDown, name: str) -> None:
    client.known["t1"] = (TaskState("t1", TaskStatus.SUCCESS, name), None)
    with pytest.raises(TaskResultDoesNotExist):
        add.get_result("t1")


def test_a_task_that_was_never_seen_does_not_exist(client: WrittenDown) -> None:
    with pytest.raises(TaskResultDoesNotExist, match="t9"):
        add.get_result("t9")


def test_options_name_another_control_plane_and_unknown_ones_are_said() -> None:
    backend: Any = task_backends["moved"]
    [error] = backend.check()
    assert "adress" in error.msg
    assert backend._own is not None
    assert list(task_backends["default"].check()) == []


def test_retries_and_timeouts_are_those_of_the_backend() -> None:
    backend: Any = FastWorkerBackend("patient", {"OPTIONS": {"retries": 3, "backoff": 2, "timeout": 30, "expires": 60}})
    written = WrittenDown()
    backend._own = LazySyncClient(lambda: cast("Any", written))
    backend.enqueue(add.using(run_after=datetime(2030, 1, 1, tzinfo=UTC)), [1], {})
    [(_, _, _, options)] = written.submitted
    assert options.terms == submit_options(retries=3, backoff=2, timeout=30, expires=60).terms
    assert (options.priority, options.at) == (TaskPriority.HIGH, datetime(2030, 1, 1, tzinfo=UTC))


def test_values_that_cannot_work_are_said_when_the_backend_is_used() -> None:
    backend = FastWorkerBackend("hasty", {"OPTIONS": {"timeout": -1, "address": "localhost:5555"}})
    with pytest.raises(
        InvalidTaskBackend, match=r"OPTIONS in TASKS\['hasty'\]: cannot use 'localhost.*; timeout is -1"
    ):
        backend.enqueue(add, [1], {})
    with pytest.raises(InvalidTaskBackend, match="timeout is -1"):
        backend.get_result("t1")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"retries": "3"}, "retries is '3'; expected a whole number"),
        ({"timeout": -1}, "timeout is -1"),
        ({"backoff": "long"}, "backoff is 'long'"),
        ({"expires": 0}, "expires is 0; expected more than 0"),
        ({"address": "localhost:5555"}, "cannot use 'localhost:5555': expected tcp://HOST:PORT"),
        ({"address": 5555}, "address is 5555; expected tcp://HOST:PORT"),
        ({"task_modules": ["nomod"]}, "task_modules names 'nomod', and there is no such module"),
        ({"task_modules": ["nomod.tasks"]}, "task_modules names 'nomod.tasks'"),
        ({"task_modules": "nomod"}, "task_modules is 'nomod'; expected a list"),
        ({"task_modules": 7}, "task_modules is 7; expected a list"),
    ],
)
def test_the_check_of_the_project_says_which_values_cannot_work(options: dict[str, Any], text: str) -> None:
    [error] = FastWorkerBackend("hasty", {"OPTIONS": options}).check()
    assert (error.id, "TASKS['hasty']: OPTIONS: " in error.msg) == ("fastworker.E002", True)
    assert text in error.msg


def test_values_that_can_work_are_no_issue() -> None:
    options = {"address": "tcp://127.0.0.1:5555", "connect_timeout": 1, "expires": 60, "task_modules": [__name__]}
    assert list(FastWorkerBackend("good", {"OPTIONS": options}).check()) == []
    assert list(FastWorkerBackend("plain", {"OPTIONS": {"address": ""}}).check()) == []


def test_a_task_that_no_worker_knows_is_told_with_the_command_of_a_project(
    client: WrittenDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, *_: Any) -> str:
        raise UnknownTask(f"no task named {name!r}; known here: none (is its module in --task-modules?)")

    monkeypatch.setattr(client, "submit", refuse)
    with pytest.raises(UnknownTask, match=r"'.*tasks\.add'.*python manage\.py fastworker_subworker"):
        add.enqueue(1)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_blocking_in_an_asynchronous_view_is_warned_of_at_its_line_with_djangos_cure() -> None:
    backend: Any = FastWorkerBackend("far", {"OPTIONS": {"address": "tcp://127.0.0.1:1", "connect_timeout": 0.01}})
    default: Any = task_backends["default"]
    default._own = backend._own
    try:
        with (
            pytest.warns(BlocksEventLoop, match=r"use `await task\.aenqueue") as warned,
            pytest.raises(FastWorkerError),
        ):
            add.enqueue(1)
        with (
            pytest.warns(BlocksEventLoop, match=r"use `await task\.aget_result") as more,
            pytest.raises(FastWorkerError),
        ):
            add.get_result("t1")
    finally:
        default._own = None
    assert {each.filename for each in (*warned, *more)} == {__file__}


def test_all_threads_and_contexts_have_one_client_of_an_address() -> None:
    def of_this_context() -> Any:
        return cast("FastWorkerBackend", task_backends["moved"])._own

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        seen = [one.submit(of_this_context).result(), other.submit(of_this_context).result(), of_this_context()]
    assert seen[0] is seen[1] is seen[2] is not None
    elsewhere = FastWorkerBackend("elsewhere", {"OPTIONS": {"address": "tcp://127.0.0.1:5998"}})
    assert elsewhere._own is not seen[0]
