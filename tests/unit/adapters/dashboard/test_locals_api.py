"""The local variables of a failure's frames, as the API tells them."""

from typing import Any

import pytest

from fastworker.adapters.dashboard.redaction import MASK, Redaction
from fastworker.application.task_function import task

from .served import Served, a_dashboard

pytestmark = pytest.mark.anyio


@task(retries=1, backoff=0)
def charge(amount: int, password: str) -> None:
    login = {"name": "ann", "password": password}
    raise ValueError("refused" if login else "")


@task(retries=1, backoff=600)
def charge_later(amount: int) -> None:
    raise ValueError("refused")


def call(*args: object) -> None:
    raise ValueError("refused" if args else "")


@task
def calling(amount: int, password: str) -> None:
    call(amount, password)


async def failed(served: Served, name: str = "charge") -> dict[str, Any]:
    """Have a task fail, for good; return what the API says of it."""
    handle = await served.client.delay(name, 3, "hunter2")
    for _ in range(3):
        await served.turn()
    shown: dict[str, Any] = (await served.get(f"/tasks/{handle}")).json()
    assert shown["status"] == "failure"
    return shown


def variables(frame: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in frame["locals"]}


async def test_the_frames_of_an_error_and_of_each_attempt_have_the_variables_that_were_told() -> None:
    async with a_dashboard(functions=(charge,), show_locals=True) as served:
        shown = await failed(served)
        (frame,) = shown["error_detail"]["frames"]
        assert (
            f'File "{frame["file"]}", line {frame["line"]}, in {frame["function"]}\n'
            in shown["error_detail"]["traceback"]
        )
        assert variables(frame) == {
            "amount": "3",
            "password": "'hunter2'",
            "login": "{'name': 'ann', 'password': 'hunter2'}",
        }
        attempts = await served.items(f"/tasks/{shown['id']}/attempts")
        assert [each["error"]["frames"] for each in attempts] == [[frame], [frame]]
        assert [each["error"]["frames"] for each in shown["history"]] == [[frame], [frame]]


async def test_without_the_setting_of_the_worker_there_are_none() -> None:
    async with a_dashboard(functions=(charge,)) as served:
        shown = await failed(served)
        assert shown["error_detail"]["frames"] == []
        assert [each["error"]["frames"] for each in shown["history"]] == [[], []]


async def test_no_client_hears_of_them() -> None:
    async with a_dashboard(functions=(charge,), show_locals=True) as served:
        shown = await failed(served)
        result = await served.client.get_task_result(shown["id"])
        assert result is not None
        assert "'ann'" not in repr(result)


async def test_they_are_hidden_by_their_names_as_arguments_are() -> None:
    async with a_dashboard(functions=(charge,), show_locals=True, redact=["pass*"]) as served:
        shown = await failed(served)
        (frame,) = shown["error_detail"]["frames"]
        assert variables(frame) == {"amount": "3", "password": MASK, "login": MASK}
        assert "hunter2" not in (await served.get(f"/tasks/{shown['id']}/attempts")).text


async def test_what_is_passed_on_without_names_is_hidden_where_anything_is() -> None:
    async with a_dashboard(functions=(calling,), show_locals=True, redact=["password"]) as served:
        shown = await failed(served, "calling")
        assert [variables(frame) for frame in shown["error_detail"]["frames"]] == [
            {"amount": "3", "password": MASK},
            {"*args": MASK},
        ]


async def test_an_error_that_came_without_a_traceback_has_no_frames_of_the_failure_before() -> None:
    async with a_dashboard(functions=(charge_later,), show_locals=True) as served:
        handle = await served.client.delay("charge_later", 3)
        for _ in range(3):
            await served.turn()
        assert (await served.get(f"/tasks/{handle}")).json()["status"] == "scheduled"
        assert (await served.post(f"/tasks/{handle}/actions/cancel")).status_code < 300
        await served.turn()
        shown = (await served.get(f"/tasks/{handle}")).json()
        assert (shown["status"], shown["error_detail"]["type"]) == ("cancelled", "TaskCancelled")
        assert shown["error_detail"]["frames"] == []
        assert [variables(each["error"]["frames"][0]) for each in shown["history"]] == [{"amount": "3"}]


@pytest.mark.parametrize(
    ("patterns", "name", "text", "is_hidden"),
    [
        ([], "password", "'x'", False),
        (["password"], "password", "'x'", True),
        (["password"], "PassWord", "'x'", True),
        (["password"], "note", "'x'", False),
        (["password"], "form", "{'password': 'x'}", True),
        (["password"], "form", "Form(password='x')", True),
        (["password"], "form", "{'passwords': 'x'}", False),
        (["*.token"], "session", "{'token': 'x'}", True),
        (["*.token"], "session", "{'name': 'x'}", False),
        (["api-key"], "headers", "{'API-Key': 'x'}", True),
        (["password"], "body", repr("user=ann\npassword=x"), True),
        (["password"], "body", repr("user=ann\r\npassword=x"), True),
        (["password"], "body", repr("\tpassword=x"), True),
        (["password"], "body", repr(b"\x00password=x"), True),
        (["password"], "body", repr("\u200bpassword=x"), True),
        (["password"], "body", repr("\U000e0001password=x"), True),
        (["password"], "body", repr(repr("\npassword=x")), True),
        (["password"], "body", repr({"raw": repr(b"\x00password=x")}), True),
        (["password"], "path", repr("C:\\password"), True),
        (["password"], "body", repr("C:\\passwords"), False),
        (["password"], "*args", "(3, 'x')", True),
        (["password"], "args", "(3, 'x')", False),
        ([], "*args", "(3, 'x')", False),
        (["password"], "**kwargs", "{'name': 'x'}", False),
        (["password"], "**kwargs", "{'password': 'x'}", True),
        (["kwargs"], "**kwargs", "{'name': 'x'}", True),
    ],
)
def test_a_text_that_names_what_is_hidden_is_hidden_as_a_whole(
    patterns: list[str], name: str, text: str, is_hidden: bool
) -> None:
    assert Redaction(patterns).hide_local(name, text) == (MASK if is_hidden else text)
