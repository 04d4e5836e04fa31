"""Calls that cannot be carried out: a typed error, one message that says what to do, and a system as it was."""

import io
import threading
from collections.abc import Iterator

import pytest

from fastworker import (
    InvalidArguments,
    InvalidPriority,
    NotEncodable,
    PayloadTooLarge,
    SyncClient,
    TaskFailed,
    UnknownTask,
    UnknownTaskId,
)

from .modules import work
from .system import System

LIMIT = 8 << 20
"""The largest arguments or result of one task, in bytes of JSON."""


@pytest.fixture
def client(standing: System) -> Iterator[SyncClient]:
    with standing.sync_client() as client:
        yield client
        assert client.delay("echo", 1).get(timeout=10) == 1  # the system has come to no harm


def test_an_unknown_name_is_refused_with_the_names_near_it(client: SyncClient) -> None:
    with pytest.raises(
        UnknownTask, match=r"no task named 'ecko'; did you mean: echo \(is its module in --task-modules"
    ):
        client.delay("ecko", 1)


def test_in_a_batch_the_known_tasks_run_and_the_unknown_are_named(client: SyncClient) -> None:
    with pytest.raises(UnknownTask) as raised:
        client.map("no_such_task", [(1,), (2,)])

    assert raised.value.__notes__ == ["0 of 2 calls were accepted"]


def test_arguments_of_the_wrong_type_are_refused_where_the_function_is_known(client: SyncClient) -> None:
    with pytest.raises(InvalidArguments, match=r"echo\(\) cannot be called like this: value: .*\(was a str\)"):
        client.delay(work.echo, "seven")


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "value: Field required"),
        ((1, 2), {}, r"echo\(\) takes 1 positional arguments, was given 2"),
        ((1,), {"value": 2}, r"echo\(\) was given 'value' twice"),
        ((1,), {"speed": 2}, "no parameter 'speed"),
    ],
)
def test_a_call_that_python_would_not_make_is_refused(
    client: SyncClient, args: tuple[int, ...], kwargs: dict[str, int], message: str
) -> None:
    with pytest.raises(InvalidArguments, match=message):
        client.delay(work.echo, *args, **kwargs)

    with pytest.raises(TaskFailed, match=message) as raised:
        client.delay("echo", *args, **kwargs).get(timeout=10)
    assert raised.value.error_type == "InvalidArguments"


def test_arguments_of_the_wrong_type_by_name_fail_on_the_worker_without_a_traceback(client: SyncClient) -> None:
    with pytest.raises(TaskFailed) as raised:
        client.delay("echo", "seven").get(timeout=10)

    assert raised.value.error_type == "InvalidArguments"
    assert "echo() cannot be called like this: value: " in raised.value.message
    assert raised.value.remote_traceback == ""


@pytest.mark.parametrize("thing", [object(), io.TextIOWrapper(io.BytesIO()), threading.Lock(), print])
def test_an_argument_without_a_json_form_is_refused_by_its_place(client: SyncClient, thing: object) -> None:
    place = rf"args\[0\]\['items'\]\[1\]\['handle'\]: {type(thing).__name__} has no JSON form"

    with pytest.raises(NotEncodable, match=place):
        client.delay("echo", {"items": [1, {"handle": thing}]})


@pytest.mark.parametrize(
    ("name", "place"), [("a_lock", "result['handle']: lock"), ("an_open_file", "result['handle']: TextIOWrapper")]
)
def test_a_result_without_a_json_form_fails_the_task_by_its_place(client: SyncClient, name: str, place: str) -> None:
    with pytest.raises(TaskFailed) as raised:
        client.delay(name).get(timeout=10)

    assert raised.value.error_type == "NotEncodable"
    assert f"{place} has no JSON form" in raised.value.message


def test_arguments_over_the_limit_are_refused_with_what_to_do_instead(client: SyncClient) -> None:
    with pytest.raises(PayloadTooLarge, match=r"limit is 8,388,608: put large data into a file or a store"):
        client.delay("size", "x" * LIMIT)


def test_a_result_over_the_limit_fails_the_task_with_what_to_do_instead(client: SyncClient) -> None:
    with pytest.raises(TaskFailed) as raised:
        client.delay("text_of_size", LIMIT).get(timeout=10)

    assert raised.value.error_type == "PayloadTooLarge"
    assert "put large data into a file or a store" in raised.value.message


def test_arguments_and_results_just_below_the_limit_pass_several_at_a_time(client: SyncClient) -> None:
    characters = LIMIT - 100
    sizes = [client.delay("size", "x" * characters) for _ in range(4)]
    texts = [client.delay("text_of_size", characters) for _ in range(4)]

    assert [handle.get(timeout=20) for handle in sizes] == [characters] * 4
    assert [len(handle.get(timeout=20)) for handle in texts] == [characters] * 4


def test_a_priority_that_does_not_exist_is_refused_with_those_that_do(client: SyncClient) -> None:
    with pytest.raises(InvalidPriority, match="critical, high, normal, low"):
        client.delay("echo", 1, priority="urgent")


def test_an_id_that_was_never_seen_is_told_from_a_pending_task(client: SyncClient) -> None:
    assert client.get_task_result("never-seen") is None
    with pytest.raises(UnknownTaskId, match="no task 'never-seen' was seen"):
        client.status("never-seen")
