"""Where a task comes from and what comes of it, through the API."""

import csv
from io import StringIO
from typing import Any

import pytest

from fastworker.adapters.dashboard.roles import Role
from fastworker.application.client import TaskClient
from fastworker.application.observatory.audit_log import MOST_KEPT
from fastworker.application.task_function import task
from fastworker.application.task_options import SubmitOptions
from fastworker.domain.action import Action, Actor
from tests.unit.system.system import AnyTask, HeldTask
from tests.unit.system.tasks import divide, echo

from .served import Served, a_dashboard, with_token
from .test_events_api import Browser, heard

pytestmark = pytest.mark.anyio


class Parent:
    """A task function `parent(numbers)` that has `echo` run for each number."""

    def __init__(self) -> None:
        self.client: TaskClient | None = None

        async def parent(numbers: int) -> None:
            assert self.client is not None
            await self.client.map("echo", [(number,) for number in range(numbers)])

        self.function: AnyTask = task(parent)


async def a_family(served: Served, parent: Parent, numbers: int = 3) -> str:
    parent.client = served.client
    handle = await served.client.delay("parent", numbers)
    await handle
    await served.system.settle()
    return str(handle)


async def shown(served: Served, task_id: str) -> Any:
    response = await served.get(f"/tasks/{task_id}")
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_task_says_its_parent_and_the_list_finds_its_child_tasks_page_by_page() -> None:
    parent = Parent()
    async with a_dashboard(functions=[echo, divide, parent.function]) as served:
        task_id, other = await a_family(served, parent, 5), await a_family(served, parent, 1)
        first = (await served.get(f"/tasks?parent={task_id}&order=oldest&limit=3")).json()
        rest = await served.items(f"/tasks?parent={task_id}&order=oldest&limit=3&cursor={first['next_cursor']}")
        assert (first["total"], first["is_bounded"]) == ({"value": 5, "relation": "eq"}, False)
        children = [*first["items"], *rest]
        assert [child["arguments_preview"] for child in children] == ["0", "1", "2", "3", "4"]
        assert {child["parent"] for child in children} == {task_id}
        assert await served.items(f"/tasks?q=parent:{task_id}+name:divide") == []
        assert len(await served.items(f"/tasks?q=parent:{task_id}")) == 5
        assert len(await served.items(f"/tasks?parent={task_id}&parent={other}")) == 6
        foreign = await served.get(f"/tasks?parent={other}&order=oldest&limit=3&cursor={first['next_cursor']}")
        assert foreign.status_code == 400
        assert (await shown(served, task_id))["parent"] is None


async def test_a_child_task_tells_how_its_parent_is_and_that_it_is_forgotten() -> None:
    parent = Parent()
    async with a_dashboard(functions=[echo, divide, parent.function]) as served:
        task_id = await a_family(served, parent, 1)
        [child] = await served.items(f"/tasks?parent={task_id}")
        assert (await shown(served, child["id"]))["parent_task"] == {
            "id": task_id,
            "state": "remembered",
            "name": "parent",
            "status": "success",
        }
        await served.post(f"/tasks/{task_id}/actions/delete")
        forgotten = (await shown(served, child["id"]))["parent_task"]
        assert (forgotten["id"], forgotten["state"], forgotten["status"]) == (task_id, "forgotten", None)
        gone = await served.get(f"/tasks/{task_id}")
        assert (gone.status_code, gone.json()["detail"]) == (
            410,
            f"task {task_id} had ended, and was deleted by somebody",
        )
        assert len(await served.items(f"/tasks?parent={task_id}")) == 1


async def test_an_origin_that_nobody_ever_saw_is_told_as_unknown() -> None:
    async with a_dashboard() as served:
        response = await served.post("/tasks", {"name": "echo", "args": [1], "origin": "never-seen"})
        origin = (await shown(served, response.json()["id"]))["origin_task"]
        assert (origin["id"], origin["state"]) == ("never-seen", "unknown")


async def test_the_list_finds_what_runs_a_task_again_and_a_bulk_action_is_for_that_alone() -> None:
    async with a_dashboard() as served:
        first, other = [
            (await served.post("/tasks", {"name": "echo", "args": [number]})).json()["id"] for number in (1, 2)
        ]
        await served.system.settle()
        again = [(await served.post(f"/tasks/{first}/actions/retry")).json()["id"] for _ in range(2)]
        await served.post(f"/tasks/{other}/actions/retry")
        await served.system.settle()
        found = await served.items(f"/tasks?origin={first}&order=oldest")
        assert [each["id"] for each in found] == again
        assert [each["id"] for each in await served.items(f"/tasks?q=origin:{first}")] == again[::-1]
        asked = {"action": "delete", "filter": {"origin": [first]}, "dry_run": True}
        assert (await served.post("/tasks/bulk", asked)).json() == {"matching": 2, "possible": 2}
        asked["filter"] = {"parent": [first]}
        assert (await served.post("/tasks/bulk", asked)).json() == {"matching": 0, "possible": 0}


async def test_a_file_of_child_tasks_names_their_parent() -> None:
    parent = Parent()
    async with a_dashboard(functions=[echo, divide, parent.function]) as served:
        task_id = await a_family(served, parent, 2)
        text = (await served.get(f"/tasks/export?format=csv&parent={task_id}")).text
        assert [row["parent"] for row in csv.DictReader(StringIO(text))] == [task_id, task_id]


async def test_who_did_something_with_a_task_is_told_with_it() -> None:
    async with a_dashboard(workers=()) as served:
        task_id = (await served.post("/tasks", {"name": "echo", "args": [1], "delay_seconds": 60})).json()["id"]
        for action, body in (("priority", {"priority": "high"}), ("run-now", None), ("cancel", None)):
            await served.system.advance(1.0)
            assert (await served.post(f"/tasks/{task_id}/actions/{action}", body)).status_code == 200
        taken = (await shown(served, task_id))["taken_actions"]
        assert [(each["action"], each["by"], each["before"], each["after"]) for each in taken] == [
            ("submit", "somebody", "", "echo"),
            ("set priority", "somebody", "normal", "high"),
            ("run now", "somebody", "scheduled", "queued"),
            ("cancel", "somebody", "queued", "cancelled"),
        ]


async def test_whoever_looks_at_a_task_is_told_when_its_parent_ends_or_is_forgotten_and_when_it_is_run_again() -> None:
    held, parent = HeldTask(), Parent()

    async def nursery(number: int) -> None:
        assert parent.client is not None
        await parent.client.delay("echo", number)
        await held.function(number)

    async with a_dashboard(functions=[echo, divide, task(nursery)], workers=("w1", "w2")) as served:
        parent.client = served.client
        task_id = str(await served.client.delay("nursery", 1))
        await served.system.settle()
        [child] = await served.items(f"/tasks?parent={task_id}")
        browser = Browser(served, f"task:{child['id']}")
        await browser.hear()
        held.release()
        await served.system.settle()
        await served.turn()
        assert (await heard(browser, "task"))["task"]["parent_task"]["status"] == "success"
        await served.post(f"/tasks/{task_id}/actions/delete")
        await served.turn()
        assert (await heard(browser, "task"))["task"]["parent_task"]["state"] == "forgotten"
        await served.post(f"/tasks/{child['id']}/actions/retry")
        await served.turn()
        assert (await heard(browser, "task"))["task"]["taken_actions"][-1]["action"] == "rerun"


async def test_an_action_is_told_although_it_pushes_an_earlier_one_off_the_record() -> None:
    async with a_dashboard() as served:
        task_id = (await served.post("/tasks", {"name": "echo", "args": [1]})).json()["id"]
        await served.system.settle()
        browser = Browser(served, f"task:{task_id}")
        await browser.hear()
        action = Action(Actor("ann", "operator", "127.0.0.1"), "cancel", "another")
        for _ in range(MOST_KEPT - len(served.parts.observatory.audit)):
            served.parts.control_plane.steer(lambda steering, now: steering.note(action, now=now))
        await served.post(f"/tasks/{task_id}/actions/retry")
        await served.turn()
        taken = (await heard(browser, "task"))["task"]["taken_actions"]
        assert [each["action"] for each in taken] == ["rerun"]


async def test_a_viewer_sees_who_did_something_with_a_task_by_name_and_not_the_audit() -> None:
    async with a_dashboard(is_open=False) as served:
        admin, viewer = with_token(Role.ADMIN), with_token(Role.VIEWER)
        task_id = (await served.post("/tasks", {"name": "echo", "args": [1]}, headers=admin)).json()["id"]
        await served.system.settle()
        [entry] = await served.items("/audit", headers=admin)
        task = await served.get(f"/tasks/{task_id}", headers=viewer)
        [taken] = task.json()["taken_actions"]
        assert taken == {"at": entry["at"], "action": "submit", "by": "admin", "before": "", "after": "echo"}
        assert entry["remote"] not in task.text
        await served.post(f"/tasks/{task_id}/actions/delete", headers=admin)
        gone = await served.get(f"/tasks/{task_id}", headers=viewer)
        assert gone.json()["detail"] == f"task {task_id} had ended, and was deleted by admin"
        assert (await served.get("/audit", headers=viewer)).status_code == 403


async def test_nobody_is_blamed_for_a_task_that_has_the_id_of_a_deleted_one() -> None:
    async with a_dashboard(result_ttl_seconds=60.0) as served:
        task_id = (await served.post("/tasks", {"name": "echo", "args": [1]})).json()["id"]
        await served.system.settle()
        await served.post(f"/tasks/{task_id}/actions/delete")
        await served.system.advance(1.0)
        await served.client.submit("echo", [1], {}, SubmitOptions(task_id=task_id))
        await served.system.advance(100.0)
        gone = await served.get(f"/tasks/{task_id}")
        assert (gone.status_code, "deleted by" in gone.json()["detail"]) == (410, False)
