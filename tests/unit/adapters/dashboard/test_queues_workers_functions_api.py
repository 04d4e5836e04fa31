"""Queues, workers and task functions through the API: see them, and act on them."""

import pytest

from fastworker.application.task_function import task
from fastworker.domain.worker_registry import WorkerCard
from tests.unit.system.system import HeldTask

from .served import a_dashboard

pytestmark = pytest.mark.anyio


async def test_a_paused_priority_holds_its_tasks_until_it_is_resumed() -> None:
    async with a_dashboard() as served:
        paused = await served.post("/queues/normal/pause", {"reason": "a deploy", "seconds": 60})
        assert paused.json()["pause"]["reason"] == "a deploy"
        handle = await served.client.delay("echo", 1)
        held = (await served.get(f"/tasks/{handle}")).json()
        assert (held["status"], held["is_held"]) == ("queued", True)
        assert (await served.get("/queues/normal")).json()["depth"] == 1
        resumed = await served.post("/queues/normal/resume")
        assert resumed.json()["pause"] is None
        assert await handle == 1


async def test_a_pause_ends_by_itself_when_its_time_is_over() -> None:
    async with a_dashboard() as served:
        await served.post("/queues/normal/pause", {"seconds": 5})
        handle = await served.client.delay("echo", 1)
        await served.system.advance(10)
        assert await handle == 1
        assert (await served.get("/queues/normal")).json()["pause"] is None


async def test_a_queue_that_is_none_is_not_found() -> None:
    async with a_dashboard() as served:
        for method, path in (("GET", "/queues/urgent"), ("POST", "/queues/urgent/resume")):
            response = await served.http.request(method, f"http://127.0.0.1:8080/api/v1{path}")
            assert response.status_code == 404


async def test_the_queues_tell_what_came_and_went() -> None:
    async with a_dashboard() as served:
        for number in range(6):
            assert await (await served.client.delay("echo", number)) == number
        await served.turn()
        queues = {queue["priority"]: queue for queue in await served.items("/queues")}
        assert list(queues) == ["critical", "high", "normal", "low"]
        assert queues["normal"]["in_per_second"] > 0 == queues["low"]["in_per_second"]
        assert queues["normal"]["oldest_queued_at"] is None


async def test_a_drained_worker_takes_no_more_and_leaves() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        handle = await served.client.delay("held", 1)
        await served.system.settle()
        detail = (await served.get("/workers/w1")).json()
        assert [running["id"] for running in detail["tasks"]] == [handle]
        response = await served.post("/workers/w1/drain")
        assert (response.status_code, response.json()["state"]) == (202, "draining")
        held.release()
        await served.system.advance(5)
        assert (await served.get("/workers/w1")).status_code == 404
        for action in ("drain", "resume"):
            gone = await served.post(f"/workers/w1/{action}")
            assert (gone.status_code, gone.json()["current_status"]) == (409, "left")
        assert (await served.post("/workers/nobody/drain")).status_code == 404


async def test_a_worker_is_given_other_slots() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        for number in range(3):
            await served.client.delay("held", number)
        await served.system.settle()
        before = (await served.get("/workers/w1")).json()["slots"]
        response = await served.post("/workers/w1/resize", {"slots": before + 2})
        assert response.status_code == 202
        assert (response.json()["slots"], response.json()["ordered_slots"]) == (before, before + 2)
        await served.system.settle()
        after = (await served.get("/workers/w1")).json()
        assert (after["slots"], after["ordered_slots"], after["state"]) == (before + 2, None, "active")
        fewer = (await served.post("/workers/w1/resize", {"slots": 1})).json()
        assert (fewer["slots"], fewer["ordered_slots"]) == (1, None)
        for slots in (0, 10_001):
            assert (await served.post("/workers/w1/resize", {"slots": slots})).status_code == 422
        await served.post("/workers/w1/drain")
        refused = await served.post("/workers/w1/resize", {"slots": 2})
        assert (refused.status_code, refused.json()["current_status"]) == (409, "draining")
        held.release()


async def test_a_worker_that_is_shut_down_leaves_in_time() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        handle = await served.client.delay("held", 1)
        await served.system.settle()
        tried = await served.post("/workers/w1/shutdown", {"drain_seconds": 0, "dry_run": True})
        assert (tried.status_code, (await served.get("/workers/w1")).json()["state"]) == (422, "active")
        response = await served.post("/workers/w1/shutdown", {"drain_seconds": 3})
        assert (response.status_code, response.json()["state"]) == (202, "draining")
        assert response.json()["drain_seconds"] == 3
        assert (await served.post("/workers/w1/shutdown", {"drain_seconds": -1})).status_code == 422
        await served.system.advance(4)
        assert (await served.get(f"/tasks/{handle}")).json()["status"] == "lost"
        gone = await served.post("/workers/w1/shutdown", {"drain_seconds": 3})
        assert (gone.status_code, gone.json()["current_status"]) == (409, "left")
        audit = await served.items("/audit")
        done = [noted["after"] for noted in audit if noted["action"] == "shut down worker" and noted["after"]]
        assert done == ["draining for at most 3 s"]


async def test_a_worker_that_drains_is_asked_to_stay_and_says_that_it_could() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        await served.client.delay("held", 1)
        await served.system.settle()
        refused = await served.post("/workers/w1/resume")
        assert (refused.status_code, refused.json()["current_status"]) == (409, "active")
        await served.post("/workers/w1/drain")
        await served.system.settle()
        assert (await served.post("/workers/w1/resume")).json()["state"] == "resuming"
        await served.system.settle()
        assert (await served.get("/workers/w1")).json()["state"] == "active"
        held.release()


async def test_a_worker_whose_process_was_told_to_end_is_shown_as_leaving_and_does_not_stay() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w9", held.function)
        await served.client.delay("held", 1)
        await served.system.settle()
        worker.role.stop()
        await served.system.settle()
        assert (await served.get("/workers/w9")).json()["state"] == "leaving"
        refused = await served.post("/workers/w9/resume")
        assert (refused.status_code, refused.json()["current_status"]) == (409, "leaving")
        held.release()


async def test_a_worker_that_was_resized_before_its_process_was_told_to_end_is_shown_as_leaving() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=[]) as served:
        worker = await served.system.start_worker("w9", held.function)
        await served.client.delay("held", 1)
        await served.system.settle()
        worker.wire.freeze()
        await served.post("/workers/w9/resize", {"slots": 3})
        coordinator, now = served.control_plane.coordinator, served.system.clock.now()
        incarnation = served.control_plane.ledger.workers["w9"].card.incarnation
        coordinator.report("w9", incarnation, [], 0, is_leaving=True, now=now)
        assert (await served.get("/workers/w9")).json()["state"] == "leaving"
        refused = await served.post("/workers/w9/resume")
        assert (refused.status_code, refused.json()["current_status"]) == (409, "leaving")
        worker.wire.thaw()
        held.release()


async def test_that_the_own_worker_cannot_be_drained_is_not_the_fault_of_a_body() -> None:
    async with a_dashboard(workers=[]) as served:
        card = WorkerCard("control-plane", "i1", 1, frozenset({"echo"}), is_local=True)
        served.parts.control_plane.coordinator.join(card, now=served.system.clock.now())
        response = await served.post("/workers/control-plane/drain")
        assert (response.status_code, response.json()["type"]) == (409, "/problems/wrong-state")
        assert "stop the control plane" in response.json()["detail"]


async def test_workers_are_listed_page_by_page_in_the_order_in_which_they_joined() -> None:
    async with a_dashboard(workers=["b", "a", "c/1"]) as served:
        first = (await served.get("/workers?limit=2")).json()
        assert [worker["id"] for worker in first["items"]] == ["b", "a"]
        rest = (await served.get("/workers", params={"cursor": first["next_cursor"]})).json()
        assert [worker["id"] for worker in rest["items"]] == ["c/1"]
        assert (await served.get("/workers/c%2F1")).json()["id"] == "c/1"


async def test_a_function_tells_what_it_takes_and_how_it_does() -> None:
    async with a_dashboard() as served:
        await served.post("/tasks", {"name": "divide", "args": [1, 0]})
        await served.system.settle()
        function = (await served.get("/functions/divide")).json()
        assert function["doc"] == "Raise for a divisor of 0."
        assert list(function["parameters"]["properties"]) == ["dividend", "divisor"]
        assert (function["failed"], function["failure_ratio"], function["workers"]) == (1, 1.0, ["w1"])
        assert [each["name"] for each in await served.items("/functions")] == ["divide", "echo"]
        assert (await served.get("/functions/ecko")).status_code == 404


async def test_a_function_that_only_workers_have_takes_arguments_as_json() -> None:
    @task(name="remote")
    def remote(a: int) -> int:
        return a

    async with a_dashboard() as served:
        await served.system.start_worker("w2", remote)
        function = (await served.get("/functions/remote")).json()
        assert (function["is_here"], function["parameters"], function["workers"]) == (False, None, ["w2"])
        response = await served.post("/tasks", {"name": "remote", "args": [5]})
        await served.system.settle()
        assert (await served.get(f"/tasks/{response.json()['id']}")).json()["result"]["value"] == 5


async def test_a_paused_function_holds_only_its_own_tasks() -> None:
    async with a_dashboard() as served:
        assert (await served.post("/functions/divide/pause", {"reason": "broken"})).json()["pause"][
            "reason"
        ] == "broken"
        divided = await served.client.delay("divide", 4, 2)
        assert await (await served.client.delay("echo", 1)) == 1
        assert (await served.get(f"/tasks/{divided}")).json()["status"] == "queued"
        kinds = {item["kind"] for item in (await served.get("/overview")).json()["attention"]}
        assert "paused" in kinds
        await served.post("/functions/divide/resume")
        assert await divided == 2
        assert (await served.post("/functions/nothing/pause", {})).status_code == 404


async def test_tasks_that_no_worker_can_run_are_something_to_look_at() -> None:
    async with a_dashboard(workers=[]) as served:
        handle = await served.client.delay("echo", 1)
        [item] = (await served.get("/overview")).json()["attention"]
        assert (item["kind"], item["target"], item["count"]) == ("no-worker", "echo", 1)
        assert (await served.get(f"/tasks/{handle}")).json()["has_worker"] is False
        waits = await served.post("/tasks", {"name": "echo", "args": [1]})
        assert waits.json()["is_waiting_for_worker"] is True


@pytest.mark.parametrize("path", ["/queues/normal", "/functions/echo"])
async def test_a_pause_that_somebody_else_has_made_meanwhile_is_not_overwritten(path: str) -> None:
    async with a_dashboard() as served:
        seen = {"if-match": f'"{(await served.get(path)).json()["version"]}"'}
        first = await served.post(f"{path}/pause", {"reason": "first"}, headers=seen)
        assert first.status_code == 200
        second = await served.post(f"{path}/pause", {"reason": "second"}, headers=seen)
        assert (second.status_code, second.json()["type"]) == (412, "/problems/changed-meanwhile")
        assert (await served.post(f"{path}/resume", headers=seen)).status_code == 412
        assert (await served.get(path)).json()["pause"]["reason"] == "first"
        now = {"if-match": f'"{first.json()["version"]}"'}
        assert (await served.post(f"{path}/resume", headers=now)).status_code == 200
        for header in ({}, {"if-match": "*"}):
            assert (await served.post(f"{path}/pause", {}, headers=header)).status_code == 200


async def test_what_starts_next_in_a_queue_is_told_in_the_order_in_which_it_does() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        running = await served.client.delay("held", 0)
        await served.system.settle()
        ids = [str(handle) for handle in await served.client.map("held", [(number,) for number in range(1, 4)])]
        for priority in ("low", "normal"):  # it comes back behind the others, and keeps its number
            await served.post(f"/tasks/{ids[0]}/actions/priority", {"priority": priority})
        order = [ids[1], ids[2], ids[0]]
        assert [task["id"] for task in await served.items("/queues/normal/next")] == order
        first = (await served.get("/queues/normal/next?limit=1")).json()
        assert ([task["id"] for task in first["items"]], first["total"]["value"]) == (order[:1], 3)
        await served.post("/queues/normal/pause", {})
        assert len(await served.items("/queues/normal/next")) == 3
        await served.post("/functions/held/pause", {})
        assert await served.items("/queues/normal/next") == []
        assert (await served.get("/queues/urgent/next")).status_code == 404
        held.release()
        assert await running == 0


async def test_a_queue_is_purged_after_its_count_and_its_name_were_said() -> None:
    async with a_dashboard() as served:
        await served.post("/queues/normal/pause", {})
        await served.client.map("echo", [(number,) for number in range(30)])
        await served.post("/tasks", {"name": "echo", "args": [1], "priority": "high", "delay_seconds": 60})
        counted = await served.post("/queues/normal/purge", {"dry_run": True})
        assert (counted.status_code, counted.json()) == (200, {"matching": 30, "possible": 30})
        response = await served.post("/queues/normal/purge", {"expected_count": 30, "name": "normal"})
        assert (response.status_code, response.json()["action"], response.json()["name"]) == (202, "purge", "normal")
        await served.system.settle()
        counts = (await served.get("/tasks/counts")).json()
        assert (counts["cancelled"], counts["queued"], counts["scheduled"]) == (30, 0, 1)
        entries = await served.items("/audit")
        assert [entry["action"] for entry in entries[:2]] == ["bulk purge normal done", "bulk purge normal"]


async def test_a_purge_that_nobody_has_agreed_to_does_nothing() -> None:
    async with a_dashboard() as served:
        await served.post("/queues/normal/pause", {})
        await served.client.map("echo", [(1,), (2,)])
        for body, status, pointer in (
            ({}, 422, "/expected_count"),
            ({"expected_count": 2}, 422, "/name"),
            ({"expected_count": 2, "name": "Normal"}, 422, "/name"),
            ({"expected_count": 3, "name": "normal"}, 409, None),
        ):
            response = await served.post("/queues/normal/purge", body)
            found = [error["pointer"] for error in response.json().get("errors", [])]
            assert (response.status_code, found) == (status, [pointer] if pointer else []), body
        assert (await served.post("/queues/urgent/purge", {"dry_run": True})).status_code == 404
        assert (await served.get("/tasks/counts")).json()["queued"] == 2


async def test_functions_that_are_not_on_the_page_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_dashboard() as served:
        some, asked = served.parts.catalogue.some, []

        def noted(names: list[str], *, now: float) -> object:
            asked.append(list(names))
            return some(names, now=now)

        monkeypatch.setattr(served.parts.catalogue, "some", noted)
        page = (await served.get("/functions?limit=1")).json()
        assert (asked, page["total"]["value"]) == ([["divide"]], 2)


async def test_workers_that_came_and_went_are_told_also_when_they_are_gone() -> None:
    async with a_dashboard(workers=["a", "b"]) as served:
        await served.post("/workers/a/drain")
        await served.system.advance(5)
        moves = await served.items("/worker-moves")
        assert [(move["worker_id"], move["is_coming"]) for move in moves] == [("a", False), ("b", True), ("a", True)]
        assert (moves[0]["reason"], moves[0]["is_loss"]) == ("left", False)
        assert (await served.get("/overview")).json()["last_worker_move"] == moves[0]["number"]
        assert [move["number"] for move in await served.items("/worker-moves?worker=a")] == [3, 1]
        assert await served.items("/worker-moves?worker=nobody") == []


async def test_moves_of_workers_are_listed_page_by_page() -> None:
    async with a_dashboard(workers=["a", "b", "c"]) as served:
        first = (await served.get("/worker-moves?limit=2")).json()
        assert [move["worker_id"] for move in first["items"]] == ["c", "b"]
        rest = await served.items("/worker-moves", params={"cursor": first["next_cursor"]})
        assert [move["worker_id"] for move in rest] == ["a"]
        foreign = await served.get("/worker-moves", params={"worker": "a", "cursor": first["next_cursor"]})
        assert foreign.status_code == 400


async def test_a_function_tells_how_long_its_attempts_ran() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        assert (await served.get("/functions/held")).json()["run_histogram"] == []
        await served.client.delay("held", 1)
        await served.system.settle()
        await served.system.advance(3.0)
        held.release()
        await served.system.settle()
        [bar] = (await served.get("/functions/held")).json()["run_histogram"]
        assert (bar["count"], bar["later"]) == (1, 0)
        assert 3.0 <= bar["below_seconds"] < 6.0
        assert bar["above_seconds"] == pytest.approx(bar["below_seconds"] / 2)


async def test_a_function_tells_its_rate_and_which_attempts_were_not_the_first() -> None:
    @task(retries=1, backoff=1.0)
    def stumble() -> None:
        raise ValueError("again")

    async with a_dashboard(functions=[stumble]) as served:
        await served.client.delay("stumble")
        await served.system.advance(20.0)
        function = (await served.get("/functions/stumble")).json()
        assert function["ended_per_second"] == pytest.approx(2 / 20, rel=0.2)
        assert [item["ended_per_second"] for item in await served.items("/functions")] == [function["ended_per_second"]]
        bars = function["run_histogram"]
        assert (sum(bar["count"] for bar in bars), sum(bar["later"] for bar in bars)) == (2, 1)


async def test_failures_that_nobody_has_seen_need_attention_until_somebody_has() -> None:
    async with a_dashboard() as served:
        await served.post("/tasks", {"name": "divide", "args": [1, 0]})
        await served.system.settle()
        [group] = await served.items("/errors")
        attention = (await served.get("/overview")).json()["attention"]
        assert [each["message"] for each in attention if each["kind"] == "unseen"] == [
            "Nobody has seen 1 kind of failures yet: 1 dead letter."
        ]
        await served.post(f"/errors/{group['fingerprint']}/seen")
        assert "unseen" not in {each["kind"] for each in (await served.get("/overview")).json()["attention"]}


async def test_a_worker_that_is_given_nothing_stands_by() -> None:
    async with a_dashboard(workers=["w1"]) as served:
        ledger = served.parts.ledger
        card = WorkerCard("control-plane", "i1", 3, ledger.workers["w1"].card.names, is_local=True)
        ledger.workers.add(card, now=served.system.clock.now())
        assert {worker["id"]: worker["is_standing_by"] for worker in await served.items("/workers")} == {
            "w1": False,
            "control-plane": True,
        }
        overview = (await served.get("/overview")).json()
        assert (overview["slots"], overview["standby_slots"]) == (4, 3)
        await served.turn()
        assert (await served.get("/metrics/series")).json()["columns"]["slots"][-1] == 1
        assert "fastworker_slots 1\n" in (await served.http.get("http://127.0.0.1:8080/metrics")).text


async def test_what_a_worker_that_stands_by_still_runs_counts_among_the_slots_everywhere() -> None:
    held = HeldTask()
    async with a_dashboard(workers=[], functions=[held.function]) as served:
        await served.system.start_local_worker(held.function, slots=3)
        await served.client.map("held", [(1,), (2,)])
        await served.system.settle()
        await served.system.start_worker("w1", held.function)
        overview = (await served.get("/overview")).json()
        assert [overview[key] for key in ("slots", "standby_slots", "busy_slots")] == [4, 1, 2]
        await served.turn()
        assert (await served.get("/metrics/series")).json()["columns"]["slots"][-1] == 3
        assert "fastworker_slots 3\n" in (await served.http.get("http://127.0.0.1:8080/metrics")).text
        held.release()
