"""Every number and text of a query has bounds, on every route; what is beyond them is refused by its name."""

from collections.abc import Iterator
from typing import Any

import pytest

from fastworker.adapters.dashboard.openapi import make_document

from .served import Served, a_dashboard
from .test_security import BASE, is_problem, routes

pytestmark = pytest.mark.anyio

LARGE_BYTES = 20_000_000
NAMES = {"worker_id": "w1", "priority": "normal", "name": "echo", "fingerprint": "x", "operation_id": "x"}
PAGED = """
    /audit /dead-letters /errors /functions /operations /queues/normal/next /tasks /tasks/TASK/attempts
    /tasks/TASK/events /tasks/TASK/spans /worker-moves /workers
"""
"""Every list of which a page is asked for, said once more."""


def beyond(schema: dict[str, Any]) -> Iterator[str]:
    """Yield values that a parameter of such a schema does not take."""
    kind = schema.get("type")
    if kind in ("integer", "number"):
        yield from ("abc", "", "nan", f"{schema['maximum'] * 2:.0f}", "9" * 400)
        yield from ("-1", "1.5") if kind == "integer" else ("-1e300",)
    if kind == "boolean" or "enum" in schema or "$ref" in schema or "format" in schema:
        yield "sideways"
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def asked(task_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, parameter and its schema of everything that is asked by a query."""
    for path, operations in make_document()["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query":
                yield path.format(**NAMES, task_id=task_id), parameter["name"], parameter["schema"]


NEEDED = {"/api/v1/tasks/export": {"format": "csv"}}
"""Without these, a route says first that they are missing."""


async def a_task(served: Served) -> str:
    """Have a task run, and return its id."""
    task_id = str((await served.post("/tasks", {"name": "echo", "args": [1]})).json()["id"])
    await served.system.settle()
    return task_id


async def test_what_is_beyond_the_bounds_of_any_parameter_of_any_route_is_refused_by_its_name() -> None:
    async with a_dashboard() as served:
        tried = 0
        for path, name, schema in asked(await a_task(served)):
            for value in beyond(schema):
                response = await served.http.get(BASE + path, params={**NEEDED.get(path, {}), name: value})
                assert is_problem(response, 400), (path, name, value)
                assert [each.get("parameter") for each in response.json()["errors"]] == [name], (path, value)
                tried += 1
        assert tried > 150


async def test_a_parameter_that_may_come_several_times_comes_so_often_at_most() -> None:
    async with a_dashboard() as served:
        for path, name, schema in asked("x"):
            if "maxItems" in schema:
                many = ["x"] * (schema["maxItems"] + 1)
                response = await served.http.get(BASE + path, params={**NEEDED.get(path, {}), name: many})
                assert is_problem(response, 400, "invalid-parameter"), (path, name)


async def test_every_text_number_and_list_of_a_query_has_bounds() -> None:
    for path, name, schema in asked("x"):
        bounds = {"array": "maxItems", "string": "maxLength", "integer": "maximum", "number": "maximum"}
        closed = {"enum", "format"} & set(schema)
        assert closed or schema.get("type") in (None, "boolean") or bounds[schema["type"]] in schema, (path, name)


async def test_every_list_refuses_a_cursor_that_is_none_of_its_own() -> None:
    async with a_dashboard() as served:
        task_id = await a_task(served)
        lists = {f"/api/v1{path}".replace("TASK", task_id) for path in PAGED.split()}
        cut = {"/api/v1/tasks/export", "/api/v1/tasks/tags"}  # by a limit, without further pages
        assert {path for path, name, _ in asked(task_id) if name in ("cursor", "limit")} - lists == cut
        for path in {path for path, name, _ in asked(task_id) if name == "cursor"}:
            for cursor in ("x", "e30", "%00", "eyJrIjpbMV19"):
                response = await served.http.get(BASE + path, params={"cursor": cursor})
                assert is_problem(response, 400), (path, cursor)
                assert [each["parameter"] for each in response.json()["errors"]] == ["cursor"]


async def test_no_route_reads_a_body_of_twenty_megabytes() -> None:
    async with a_dashboard() as served:
        large = b'{"name": "' + b"x" * LARGE_BYTES + b'"}'
        posts = [path for method, path, _ in routes(served) if method == "POST"]
        assert len(posts) > 20
        for path in posts:
            response = await served.http.post(BASE + path, content=large, headers={"content-type": "application/json"})
            assert is_problem(response, 413, "too-large"), path
