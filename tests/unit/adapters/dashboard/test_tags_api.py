"""Tags of tasks through the API: given, kept, found by, told."""

import csv
import json
from io import StringIO
from typing import Any

import pytest

from fastworker.application.task_function import task
from fastworker.application.task_options import submit_options
from tests.unit.system.tasks import echo

from .served import Served, a_dashboard

pytestmark = pytest.mark.anyio


@task(tags=("nightly", "pictures"))
def resize(width: int) -> int:
    return width


async def submitted(served: Served, *tags: str, number: int = 1) -> str:
    """Submit a task with these tags, as clients do; return its id."""
    options = submit_options(tags=tags) if tags else submit_options()
    handle = await served.client.submit(echo, (number,), {}, options)
    await handle
    await served.system.settle()
    return str(handle)


async def tags_of(served: Served, task_id: str) -> Any:
    response = await served.get(f"/tasks/{task_id}")
    assert response.status_code == 200, response.text
    return response.json()["tags"]


async def ids(served: Served, query: str) -> list[str]:
    return [each["id"] for each in await served.items(f"/tasks?{query}&order=oldest")]


async def test_a_task_tells_its_tags_alone_and_in_the_list() -> None:
    async with a_dashboard() as served:
        tagged, plain = await submitted(served, "tenant:acme", "nightly", "tenant:acme"), await submitted(served)
        assert await tags_of(served, tagged) == ["tenant:acme", "nightly"]
        assert await tags_of(served, plain) == []
        rows = await served.items("/tasks?order=oldest")
        assert [row["tags"] for row in rows] == [["tenant:acme", "nightly"], []]


async def test_the_list_finds_the_tasks_that_have_one_of_some_tags() -> None:
    async with a_dashboard() as served:
        acme, both = await submitted(served, "tenant:acme"), await submitted(served, "tenant:acme", "a b")
        other = await submitted(served, "tenant:other")
        await submitted(served)
        assert await ids(served, "tag=tenant:acme") == [acme, both]
        assert await ids(served, "tag=tenant:other&tag=a%20b") == [both, other]
        assert await ids(served, "q=tag:tenant:acme") == [acme, both]
        assert await ids(served, "q=tag:%22a%20b%22") == [both]
        assert await ids(served, "q=tag:%22a%20b") == []
        assert await ids(served, "q=tag:tenant:acme&tag=tenant:other") == [acme, both, other]
        assert await ids(served, "tag=tenant:acme&name=divide") == []
        assert await ids(served, "tag=tenant") == []
        by_end = await served.items("/tasks?tag=tenant:acme&order=latest-end")
        assert {each["id"] for each in by_end} == {acme, both}


async def test_counts_and_the_histogram_know_tags() -> None:
    async with a_dashboard() as served:
        await submitted(served, "nightly")
        await submitted(served, "nightly")
        await submitted(served)
        counts = (await served.get("/tasks/counts?tag=nightly")).json()
        assert (counts["success"], counts["at_least"]) == (2, [])
        assert sum((await served.get("/tasks/histogram?tag=nightly")).json()["counts"]) == 2


async def test_a_cursor_is_good_for_its_tag_only() -> None:
    async with a_dashboard() as served:
        for tag in ("nightly", "nightly", "hourly", "hourly"):
            await submitted(served, tag)
        cursor = (await served.get("/tasks?tag=nightly&limit=1")).json()["next_cursor"]
        assert (await served.get(f"/tasks?tag=nightly&limit=1&cursor={cursor}")).status_code == 200
        assert (await served.get(f"/tasks?tag=hourly&limit=1&cursor={cursor}")).status_code == 400


async def test_a_bulk_action_is_for_the_tasks_of_a_tag_alone() -> None:
    async with a_dashboard() as served:
        gone, stays = await submitted(served, "nightly"), await submitted(served, "hourly")
        request = {"action": "delete", "filter": {"tag": ["nightly"]}}
        assert (await served.post("/tasks/bulk", {**request, "dry_run": True})).json()["matching"] == 1
        assert (await served.post("/tasks/bulk", {**request, "expected_count": 1})).status_code == 202
        await served.system.settle()
        assert (await served.get(f"/tasks/{gone}")).status_code == 410
        assert await tags_of(served, stays) == ["hourly"]


async def test_files_tell_tags_so_that_each_can_be_told_from_the_others() -> None:
    async with a_dashboard() as served:
        await submitted(served, "=1+1", "a, b", "ä")
        await submitted(served)
        table = (await served.get("/tasks/export?format=csv")).text
        cells = [row["tags"] for row in csv.DictReader(StringIO(table))]
        assert (json.loads(cells[0]), cells[1]) == (["=1+1", "a, b", "ä"], "")
        lines = (await served.get("/tasks/export?format=jsonl&tag=ä")).text.splitlines()
        assert [json.loads(line)["tags"] for line in lines] == [["=1+1", "a, b", "ä"]]


async def test_the_tags_that_were_seen_are_told_with_how_many_tasks_have_them() -> None:
    async with a_dashboard() as served:
        await submitted(served, "nightly", "Tenant:acme")
        await submitted(served, "nightly")
        await submitted(served)
        told = (await served.get("/tasks/tags")).json()
        assert told["items"] == [{"tag": "nightly", "tasks": 2}, {"tag": "Tenant:acme", "tasks": 1}]
        assert (told["is_bounded"], told["searched"]) == (False, None)
        assert (await served.items("/tasks/tags?text=tenant")) == [{"tag": "Tenant:acme", "tasks": 1}]
        assert (await served.items("/tasks/tags?limit=1")) == [{"tag": "nightly", "tasks": 2}]


async def test_tags_are_given_with_a_submission_and_each_is_kept_once() -> None:
    async with a_dashboard() as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1], "tags": ["b", "a", "b"]})
        assert await tags_of(served, response.json()["id"]) == ["b", "a"]


async def test_a_task_function_declares_tags_that_a_submission_replaces() -> None:
    async with a_dashboard(functions=[resize]) as served:
        assert (await served.get("/functions/resize")).json()["tags"] == ["nightly", "pictures"]
        found = []
        for more in ({}, {"tags": ["mine"]}, {"tags": []}):
            response = await served.post("/tasks", {"name": "resize", "args": [1], **more})
            found.append(await tags_of(served, response.json()["id"]))
        assert found == [["nightly", "pictures"], ["mine"], []]


@pytest.mark.parametrize(("more", "tags"), [({}, ["nightly"]), ({"tags": ["hourly"]}, ["hourly"]), ({"tags": []}, [])])
async def test_an_edited_task_keeps_its_tags_unless_it_is_given_others(more: dict[str, Any], tags: list[str]) -> None:
    async with a_dashboard() as served:
        task_id = await submitted(served, "nightly")
        edited = await served.post(f"/tasks/{task_id}/actions/rerun", {"name": "echo", "args": [2], **more})
        assert await tags_of(served, edited.json()["id"]) == tags
        retried = await served.post(f"/tasks/{task_id}/actions/retry")
        assert await tags_of(served, retried.json()["id"]) == ["nightly"]


@pytest.mark.parametrize(
    ("tags", "pointer", "message"),
    [
        (["ok", " a"], "/tags/1", "tag ' a' has blanks around it; expected none: strip it"),
        (["a\nb"], "/tags/0", "expected printable characters only"),
        ([""], "/tags/0", "at least 1 character"),
        (["x" * 101], "/tags/0", "at most 100 characters"),
        ([7], "/tags/0", "valid string"),
        ([str(number) for number in range(11)], "/tags", "at most 10 items"),
        ("nightly", "/tags", "valid list"),
    ],
)
async def test_a_tag_that_cannot_be_is_named_as_the_member_that_is_wrong(tags: Any, pointer: str, message: str) -> None:
    async with a_dashboard() as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1], "tags": tags})
        assert response.status_code == 422, response.text
        [error] = response.json()["errors"]
        assert (error["pointer"], message in error["message"]) == (pointer, True), error
        assert await served.items("/tasks") == []


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/tasks?" + "&".join(f"tag={number}" for number in range(51)), "tag"),
        ("/tasks/tags?limit=0", "limit"),
        ("/tasks/tags?text=" + "x" * 101, "text"),
    ],
)
async def test_parameters_beyond_their_bounds_are_named(path: str, parameter: str) -> None:
    async with a_dashboard() as served:
        response = await served.get(path)
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, parameter)
