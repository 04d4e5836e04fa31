"""Actions on many tasks through the API."""

import json

import pytest

from tests.unit.system.system import HeldTask

from .served import Served, a_dashboard

pytestmark = pytest.mark.anyio


async def waiting(served: Served, how_many: int) -> list[str]:
    await served.post("/queues/normal/pause", {})
    return [str(handle) for handle in await served.client.map("echo", [(number,) for number in range(how_many)])]


async def test_a_dry_run_counts_and_does_nothing() -> None:
    async with a_dashboard() as served:
        await waiting(served, 3)
        body = {"action": "cancel", "filter": {"status": ["queued"]}, "dry_run": True}
        response = await served.post("/tasks/bulk", body)
        assert (response.status_code, response.json()) == (200, {"matching": 3, "possible": 3})
        assert (await served.get("/tasks/counts")).json()["queued"] == 3


async def test_a_bulk_cancel_goes_on_by_itself_and_tells_what_became_of_each() -> None:
    async with a_dashboard() as served:
        ids = await waiting(served, 40)
        response = await served.post("/tasks/bulk", {"action": "cancel", "ids": [*ids, "unknown"]})
        assert response.status_code == 202
        await served.system.settle()
        operation = (await served.get(f"/operations/{response.json()['id']}")).json()
        assert (operation["state"], operation["succeeded"]) == ("done", 40)
        assert {item["outcome"] for item in operation["items"]} >= {"cancelled"}
        assert (await served.get("/tasks/counts")).json()["cancelled"] == 40
        [listed] = await served.items("/operations")
        assert (listed["id"], listed["succeeded"], listed["items"]) == (operation["id"], 40, [])


async def test_another_count_than_was_agreed_to_changes_nothing() -> None:
    async with a_dashboard() as served:
        await waiting(served, 3)
        body = {"action": "cancel", "filter": {"q": "name:echo"}, "expected_count": 2}
        response = await served.post("/tasks/bulk", body)
        assert (response.status_code, response.json()["type"]) == (409, "/problems/count-changed")
        assert (await served.get("/tasks/counts")).json()["queued"] == 3


async def test_a_bulk_retry_runs_failed_tasks_again() -> None:
    async with a_dashboard() as served:
        for _ in range(3):
            await served.post("/tasks", {"name": "divide", "args": [1, 0]})
        await served.system.settle()
        response = await served.post("/tasks/bulk", {"action": "retry", "filter": {"status": ["failure"]}})
        await served.system.settle()
        operation = (await served.get(f"/operations/{response.json()['id']}")).json()
        assert (operation["action"], operation["succeeded"]) == ("retry", 3)
        assert all(item["new_id"] for item in operation["items"])
        assert len(await served.items("/tasks?status=failure")) == 6


async def test_dead_letters_are_deleted_and_lists_are_told_which() -> None:
    async with a_dashboard() as served:
        for _ in range(3):
            await served.post("/tasks", {"name": "divide", "args": [1, 0]})
        await served.system.settle()
        ids = {task["id"] for task in await served.items("/tasks")}
        listener = served.parts.hub.listen(["tasks"], None)
        await served.turn()
        listener.take()
        body = {"action": "delete", "filter": {"status": ["failure", "lost"]}, "expected_count": 3}
        response = await served.post("/tasks/bulk", body)
        await served.system.settle()
        await served.turn()
        operation = (await served.get(f"/operations/{response.json()['id']}")).json()
        assert (operation["action"], operation["answers"]) == ("delete", {"deleted": 3})
        assert await served.items("/tasks") == []
        told = [json.loads(event.data) for event in listener.take()]
        assert {task_id for data in told for task_id in data.get("deleted", [])} == ids


async def test_many_get_another_priority() -> None:
    async with a_dashboard() as served:
        ids = await waiting(served, 3)
        body = {"action": "priority", "ids": ids, "priority": "low"}
        counted = await served.post("/tasks/bulk", {**body, "dry_run": True})
        assert counted.json() == {"matching": 3, "possible": 3}
        response = await served.post("/tasks/bulk", {**body, "expected_count": 3})
        assert (response.status_code, response.json()["action"], response.json()["priority"]) == (
            202,
            "priority",
            "low",
        )
        await served.system.settle()
        operation = (await served.get(f"/operations/{response.json()['id']}")).json()
        assert operation["answers"] == {"changed": 3}
        assert len(await served.items("/tasks?status=success&priority=low")) == 3  # low is not paused


async def test_a_bulk_action_needs_ids_or_a_filter_and_no_more_than_it_may() -> None:
    async with a_dashboard() as served:
        for body in (
            {"action": "cancel"},
            {"action": "cancel", "ids": []},
            {"action": "cancel", "ids": ["a"], "filter": {}},
            {"action": "cancel", "ids": ["a"] * 1_001},
            {"action": "explode", "ids": ["a"]},
            {"action": "cancel", "filter": {"status": ["weird"]}},
            {"action": "cancel", "ids": ["a"], "priority": "high"},
            {"action": "priority", "ids": ["a"]},
            {"action": "priority", "ids": ["a"], "priority": "urgent"},
        ):
            response = await served.post("/tasks/bulk", body)
            assert response.status_code == 422, f"{body}: {response.text}"


async def test_words_of_a_filter_that_cannot_be_are_the_fault_of_the_body() -> None:
    async with a_dashboard() as served:
        for q in ("status:weird", "since:yesterday", f"args.{'a.' * 9}b:1"):
            response = await served.post("/tasks/bulk", {"action": "delete", "filter": {"q": q}})
            assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid-body")
            assert [error["pointer"] for error in response.json()["errors"]] == ["/filter/q"]


async def test_an_operation_can_be_stopped_and_one_that_is_none_is_not_found() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        handles = await served.client.map("held", [(number,) for number in range(500)])
        response = await served.post("/tasks/bulk", {"action": "cancel", "ids": [str(handle) for handle in handles]})
        stopped = await served.post(f"/operations/{response.json()['id']}/cancel")
        assert stopped.json()["state"] in ("cancelled", "done")
        assert (await served.get("/operations/nothing")).status_code == 404
        assert (await served.post("/operations/nothing/cancel")).status_code == 404


async def test_what_was_done_is_on_record_with_who_did_it() -> None:
    async with a_dashboard() as served:
        await served.post("/queues/low/pause", {"reason": "night"})
        await served.post("/queues/low/resume")
        entries = await served.items("/audit?limit=1")
        assert [(entry["action"], entry["target"], entry["actor"]) for entry in entries] == [
            ("resume priority", "low", "somebody")
        ]
        page = (await served.get("/audit?limit=1")).json()
        [older] = await served.items("/audit", params={"cursor": page["next_cursor"]})
        assert (older["action"], older["after"]) == ("pause priority", "paused: night")
