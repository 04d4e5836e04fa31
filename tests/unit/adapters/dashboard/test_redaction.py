"""What is never shown, wherever somebody looks for it."""

import json
from typing import Any

import pytest

from fastworker.adapters.dashboard.records.payloads import SEARCHED_BYTES, SHOWN_BYTES
from fastworker.adapters.dashboard.redaction import MASK, Redaction, place_of_mask
from fastworker.application.task_function import task

from .served import Served, a_dashboard

SECRET = "xyzzy"


@task
def sign_in(user: dict[str, Any], password: str, note: str = "") -> dict[str, Any]:
    return {"user": user, "token": password}


@pytest.mark.parametrize(
    ("patterns", "value", "shown"),
    [
        (["password"], {"password": 1, "a": {"PassWord": [2]}}, {"password": MASK, "a": {"PassWord": MASK}}),
        (["*.token"], {"token": 1, "a": {"token": 2}}, {"token": 1, "a": {"token": MASK}}),
        (["user.pin"], {"user": {"pin": 1}, "pin": 2}, {"user": {"pin": MASK}, "pin": 2}),
        (["*key*"], {"api_key_2": 1, "items": [{"key": 2}, 3]}, {"api_key_2": MASK, "items": [{"key": MASK}, 3]}),
        (["a.b"], {"x": {"a": [{"b": 1}]}}, {"x": {"a": [{"b": MASK}]}}),
        ([], {"password": 1}, {"password": 1}),
        (["password"], ["password", 1], ["password", 1]),
    ],
)
def test_a_pattern_names_the_end_of_a_members_path(patterns: list[str], value: Any, shown: Any) -> None:
    assert Redaction(patterns).hide(value) == shown


def test_arguments_without_a_name_have_those_of_their_parameters_or_are_hidden() -> None:
    redaction = Redaction(["b", "pin"])
    named = {"": ["x", "y", {"pin": 1}, 4], "c": 2}
    assert redaction.hide_arguments(named, ["a", "b", "d"]) == {"": ["x", MASK, {"pin": MASK}, MASK], "c": 2}
    assert redaction.hide_arguments(named) == {"": [MASK] * 4, "c": 2}
    for strange in ("text", {"a": "x"}, 7):
        assert redaction.hide_arguments({"": strange}, ["a"]) == {"": MASK}
    assert Redaction().hide_arguments({"": [1]}) == {"": [1]}


@pytest.mark.anyio
async def test_a_call_by_a_client_without_the_function_hides_by_position() -> None:
    async with a_dashboard(functions=[sign_in], redact=["password"]) as served:
        task_id = await served.client.delay("sign_in", {"name": "ann"}, SECRET)
        await served.system.settle()
        for path in ("/tasks", f"/tasks/{task_id}", f"/tasks/{task_id}/arguments?raw=true"):
            text = (await served.get(path)).json()
            assert SECRET not in json.dumps(text.get("arguments", text))
        assert await served.items(f"/tasks?q=args.1:{SECRET}") == []
        assert len(await served.items("/tasks?q=args.0.name:ann")) == 1


@pytest.mark.parametrize(
    ("value", "place"),
    [({"a": [1, {"b/~": MASK}]}, "/a/1/b~1~0"), ([f"{MASK}!"], None), (None, None), (MASK, "")],
)
def test_what_stands_for_something_hidden_is_found(value: Any, place: str | None) -> None:
    assert place_of_mask(value) == place


async def signed_in(served: Served, **more: Any) -> str:
    body = {"name": "sign_in", "kwargs": {"user": {"name": "ann", "pin": 4711}, "password": SECRET} | more}
    response = await served.post("/tasks", body)
    assert response.status_code == 201, response.text
    await served.system.settle()
    return str(response.json()["id"])


FILES = ("/tasks/export?format=jsonl", "/tasks/export?format=csv")
PATHS = (
    "/tasks/{id}",
    "/tasks/{id}/arguments",
    "/tasks/{id}/result",
    "/tasks/{id}/arguments?raw=true",
    "/tasks/{id}/result?raw=true",
    "/tasks",
    *FILES,
)


@pytest.mark.anyio
@pytest.mark.parametrize("path", PATHS)
async def test_what_is_hidden_is_told_nowhere(path: str) -> None:
    async with a_dashboard(functions=[sign_in], redact=["password", "*.pin", "token"]) as served:
        task_id = await signed_in(served)
        await served.turn()
        response = await served.get(path.format(id=task_id))
        assert response.status_code == 200, response.text
        assert SECRET not in response.text
        assert "4711" not in response.text
    async with a_dashboard(functions=[sign_in]) as served:
        task_id = await signed_in(served)
        shown = (await served.get(path.format(id=task_id))).text
        assert SECRET in shown


@task
def open_safe(pin: int) -> None: ...


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/tasks/{id}", "/tasks/{id}/attempts", "/tasks", "/errors", "/audit", *FILES])
async def test_what_is_hidden_is_told_nowhere_also_when_it_was_of_the_wrong_type(path: str) -> None:
    async with a_dashboard(functions=[open_safe], redact=["pin"]) as served:
        refused = await served.post("/tasks", {"name": "open_safe", "kwargs": {"pin": SECRET}})
        assert (refused.status_code, SECRET in refused.text) == (422, False)
        task_id = await served.client.delay("open_safe", pin=SECRET)
        await served.system.settle()
        await served.turn()
        assert (await served.get(f"/tasks/{task_id}")).json()["status"] == "failure"
        response = await served.get(path.format(id=task_id))
        assert response.status_code == 200, response.text
        assert "open_safe" in response.text or "valid integer" in response.text
        assert SECRET not in response.text


@pytest.mark.anyio
async def test_the_rest_is_told_as_ever() -> None:
    async with a_dashboard(functions=[sign_in], redact=["password"]) as served:
        task_id = await signed_in(served)
        told = (await served.get(f"/tasks/{task_id}")).json()
        assert told["arguments"]["value"]["kwargs"] == {"user": {"name": "ann", "pin": 4711}, "password": MASK}
        assert (told["arguments"]["sha256"], told["arguments"]["is_hidden"]) == ("", False)
        raw = await served.get(f"/tasks/{task_id}/arguments?raw=true")
        assert json.loads(raw.content)["password"] == MASK
        assert "ann" in told["arguments_preview"]


@pytest.mark.anyio
async def test_what_is_too_large_to_be_searched_is_not_told_at_all() -> None:
    async with a_dashboard(functions=[sign_in], redact=["password"]) as served:
        long = await signed_in(served, note="n" * SEARCHED_BYTES)
        assert (await served.get(f"/tasks/{long}")).json()["arguments_preview"] == "…"
        large = await signed_in(served, note="n" * SHOWN_BYTES)
        arguments = (await served.get(f"/tasks/{large}/arguments")).json()
        assert (arguments["value"], arguments["text"], arguments["is_hidden"]) == (None, None, True)
        raw = await served.get(f"/tasks/{large}/arguments?raw=true")
        assert (raw.status_code, raw.json()["type"]) == (403, "/problems/hidden")


@pytest.mark.anyio
async def test_nobody_finds_out_by_searching() -> None:
    async with a_dashboard(functions=[sign_in], redact=["password"]) as served:
        await signed_in(served)
        assert len(await served.items("/tasks?q=args.user.name:ann")) == 1
        assert await served.items(f"/tasks?q=args.password:{SECRET}") == []
        assert await served.items(f"/tasks?q={SECRET}") == []


@pytest.mark.anyio
async def test_what_was_hidden_does_not_come_back_as_an_argument() -> None:
    async with a_dashboard(functions=[sign_in], redact=["password"]) as served:
        task_id = await signed_in(served)
        body = {"name": "sign_in", "kwargs": {"user": {}, "password": MASK}}
        for path in ("/tasks", f"/tasks/{task_id}/actions/rerun"):
            response = await served.post(path, body)
            assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/kwargs/password")
        again = await served.post(f"/tasks/{task_id}/actions/retry")
        assert again.status_code == 201
