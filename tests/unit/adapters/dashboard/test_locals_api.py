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


async def failed(served: Served) -> dict[str, Any]:
    """Have a task fail, twice; return what the API says of it."""
    handle = await served.client.delay("charge", 3, "hunter2")
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
    ],
)
def test_a_text_that_names_what_is_hidden_is_hidden_as_a_whole(
    patterns: list[str], name: str, text: str, is_hidden: bool
) -> None:
    assert Redaction(patterns).hide_local(name, text) == (MASK if is_hidden else text)
