"""How much of a queue may run, through the API: see it, and say it."""

from typing import Any

import pytest

from tests.unit.system.system import HeldTask
from tests.unit.system.tasks import echo

from .served import Served, a_dashboard
from .test_events_api import Browser, heard
from .test_security import BASE

pytestmark = pytest.mark.anyio

NO_LIMIT = {"at_once": None, "per_second": None}


async def queue(served: Served, name: str = "normal") -> Any:
    return (await served.get(f"/queues/{name}")).json()


async def test_no_more_run_than_may_at_once_and_the_queue_tells_so() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=("w1", "w2", "w3", "w4")) as served:
        first = await queue(served)
        assert (first["limits"], first["limited_by"]) == (None, None)
        limited = await served.put("/queues/normal/limits", {"at_once": 2, "per_second": None})
        assert limited.status_code == 200
        limits = limited.json()["limits"]
        assert (limits["at_once"], limits["per_second"], limits["set_by"]) == (2, None, "somebody")
        handles = await served.client.map("held", [(number,) for number in range(4)])
        await served.system.settle()
        now = await queue(served)
        assert (now["running"], now["depth"], now["limited_by"]) == (2, 2, "at_once")
        await served.put("/queues/normal/limits", NO_LIMIT)
        await served.system.settle()
        now = await queue(served)
        assert (now["running"], now["depth"], now["limits"], now["limited_by"]) == (4, 0, None, None)
        held.release()
        assert [await handle for handle in handles] == [0, 1, 2, 3]


async def test_a_rate_lets_one_start_after_the_other() -> None:
    async with a_dashboard() as served:
        await served.put("/queues/normal/limits", {"at_once": None, "per_second": 0.5})
        handles = await served.client.map("echo", [(number,) for number in range(3)])
        await served.system.settle()
        now = await queue(served)
        assert (now["depth"], now["limited_by"], now["limits"]["per_second"]) == (2, "per_second", 0.5)
        await served.system.advance(2.0)
        assert (await queue(served))["depth"] == 1
        await served.system.advance(2.0)
        assert [await handle for handle in handles] == [0, 1, 2]
        assert (await queue(served))["limited_by"] is None


async def test_a_queue_that_is_paused_waits_for_that_and_not_for_its_limit() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        await served.put("/queues/normal/limits", {"at_once": 1, "per_second": None})
        await served.client.map("held", [(1,), (2,)])
        await served.system.settle()
        paused = await served.post("/queues/normal/pause", {})
        assert (paused.json()["limited_by"], paused.json()["limits"]["at_once"]) == (None, 1)


async def test_a_limit_that_holds_back_nobody_is_not_what_a_queue_waits_for() -> None:
    """Of what waits, nothing would start if the limit were taken away."""
    held = HeldTask()
    async with a_dashboard(functions=[held.function, echo], workers=("w1", "w2")) as served:
        await served.put("/queues/normal/limits", {"at_once": 1, "per_second": None})
        await served.client.delay("held", 1)
        await served.post("/functions/echo/pause", {})
        await served.client.delay("echo", 2)
        await served.system.settle()
        now = await queue(served)
        assert (now["running"], now["depth"], now["limited_by"]) == (1, 1, None)
        await served.post("/functions/echo/resume")
        assert (await queue(served))["limited_by"] == "at_once"


async def test_a_control_plane_that_drains_waits_for_no_limit() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], workers=("w1", "w2")) as served:
        await served.put("/queues/normal/limits", {"at_once": 1, "per_second": None})
        await served.client.map("held", [(1,), (2,)])
        await served.system.settle()
        assert (await queue(served))["limited_by"] == "at_once"
        served.control_plane.role.coordinator.drain()
        assert (await queue(served))["limited_by"] is None


async def test_when_a_queue_will_be_empty_is_told_only_from_what_was_under_its_present_limits() -> None:
    async with a_dashboard() as served:
        for number in range(50):
            assert await (await served.client.delay("echo", number)) == number
        await served.put("/queues/normal/limits", {"at_once": 1, "per_second": 1.0})
        await served.client.map("echo", [(number,) for number in range(200)])
        for _ in range(2):
            await served.turn()
        assert (await queue(served))["drained_in_seconds"] is None
        for _ in range(62):
            await served.turn()
        now = await queue(served)
        assert now["drained_in_seconds"] == pytest.approx(now["depth"], rel=0.1)
        await served.post("/queues/normal/pause", {})
        assert (await queue(served))["drained_in_seconds"] is None


async def drained_in(served: Served, *, turns: int) -> Any:
    for _ in range(turns):
        await served.turn()
    return (await queue(served))["drained_in_seconds"]


async def test_when_a_queue_will_be_empty_is_not_told_from_rates_under_a_limit_that_was_taken_away() -> None:
    async with a_dashboard() as served:
        await served.put("/queues/normal/limits", {"at_once": None, "per_second": 1.0})
        await served.client.map("echo", [(number,) for number in range(200)])
        assert await drained_in(served, turns=70) == pytest.approx(130, rel=0.1)
        held = await served.post("/functions/echo/pause", {})  # so that some are left
        assert held.status_code == 200
        await served.put("/queues/normal/limits", NO_LIMIT)
        assert await drained_in(served, turns=2) is None
        await served.post("/functions/echo/resume")
        assert await drained_in(served, turns=60) == 0.0


@pytest.mark.parametrize("is_by_itself", [False, True])
async def test_when_a_queue_will_be_empty_is_not_told_from_rates_of_which_a_pause_is_a_part(is_by_itself: bool) -> None:
    async with a_dashboard() as served:
        await served.put("/queues/normal/limits", {"at_once": None, "per_second": 1.0})
        await served.client.map("echo", [(number,) for number in range(250)])
        assert await drained_in(served, turns=70) == pytest.approx(180, rel=0.1)
        await served.post("/queues/normal/pause", {"seconds": 30.0} if is_by_itself else {})
        assert await drained_in(served, turns=32 if is_by_itself else 30) is None
        if not is_by_itself:
            await served.post("/queues/normal/resume")
            assert await drained_in(served, turns=2) is None
        now = await queue(served)
        assert (now["pause"], now["out_per_second"] > 0) == (None, True)
        waits = await drained_in(served, turns=62)
        assert waits == pytest.approx((await queue(served))["depth"], rel=0.1)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"at_once": 0, "per_second": None}, "/at_once"),
        ({"at_once": 100_001, "per_second": None}, "/at_once"),
        ({"at_once": 1.5, "per_second": None}, "/at_once"),
        ({"at_once": None, "per_second": 0}, "/per_second"),
        ({"at_once": None, "per_second": -1}, "/per_second"),
        ({"at_once": None, "per_second": 100_000.5}, "/per_second"),
        ({"at_once": None, "per_second": "fast"}, "/per_second"),
        ({"at_once": 5}, "/per_second"),
        ({"at_once": 5, "per_second": None, "per_minute": 3}, "/per_minute"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_name(body: dict[str, Any], pointer: str) -> None:
    async with a_dashboard() as served:
        response = await served.put("/queues/normal/limits", body)
        assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert not served.control_plane.ledger.queue_limits


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_what_is_no_number_is_refused(number: str) -> None:
    async with a_dashboard() as served:
        body = f'{{"at_once": null, "per_second": {number}}}'.encode()
        url = "http://127.0.0.1:8080/api/v1/queues/normal/limits"
        response = await served.http.put(url, content=body, headers={"content-type": "application/json"})
        assert response.status_code in (400, 422)
        assert not served.control_plane.ledger.queue_limits


async def test_the_limits_of_a_queue_that_is_none_are_not_found() -> None:
    async with a_dashboard() as served:
        assert (await served.put("/queues/urgent/limits", NO_LIMIT)).status_code == 404


def only(version: str) -> dict[str, str]:
    return {"if-match": f'"{version}"'}


async def test_limits_that_somebody_else_has_set_meanwhile_are_not_overwritten() -> None:
    async with a_dashboard() as served:
        seen = only((await queue(served))["limits_version"])
        first = await served.put("/queues/normal/limits", {"at_once": 5, "per_second": None}, headers=seen)
        assert first.status_code == 200
        second = await served.put("/queues/normal/limits", {"at_once": 9, "per_second": None}, headers=seen)
        assert (second.status_code, second.json()["type"]) == (412, "/problems/changed-meanwhile")
        assert (await queue(served))["limits"]["at_once"] == 5
        now = only(first.json()["limits_version"])
        assert (await served.put("/queues/normal/limits", NO_LIMIT, headers=now)).status_code == 200
        assert (await served.put("/queues/normal/limits", NO_LIMIT)).status_code == 200


async def test_limits_set_after_a_pause_do_not_keep_the_pause_from_being_taken_back_nor_the_other_way_round() -> None:
    limits = {"at_once": 5, "per_second": None}
    async with a_dashboard() as served:
        limits_seen = only((await queue(served))["limits_version"])
        paused = (await served.post("/queues/normal/pause", {})).json()
        limited = await served.put("/queues/normal/limits", limits, headers=limits_seen)
        assert limited.status_code == 200
        resumed = await served.post("/queues/normal/resume", headers=only(paused["version"]))
        assert (resumed.status_code, resumed.json()["pause"]) == (200, None)
        again = await served.put("/queues/normal/limits", NO_LIMIT, headers=only(limited.json()["limits_version"]))
        assert (again.status_code, again.json()["limits"]) == (200, None)


async def test_the_same_limits_once_more_are_no_change_that_anybody_sees() -> None:
    async with a_dashboard() as served:
        limits = {"at_once": 5, "per_second": 2.5}
        first = (await served.put("/queues/normal/limits", limits)).json()
        await served.turn()
        again = await served.put("/queues/normal/limits", limits)
        assert again.status_code == 200
        assert [again.json()[key] for key in ("limits", "limits_version")] == [first["limits"], first["limits_version"]]
        assert len(await served.items("/audit")) == 1


async def test_whoever_watches_the_queues_is_told_of_their_limits_and_the_record_who_set_them() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "queues")
        await browser.hear()
        await served.put("/queues/low/limits", {"at_once": 5, "per_second": 2.5})
        await served.turn()
        event = await heard(browser, "queues")
        limits = {each["priority"]: each["limits"] for each in event["queues"]}
        assert (limits["low"]["at_once"], limits["low"]["per_second"], limits["normal"]) == (5, 2.5, None)
        [entry] = await served.items("/audit")
        assert (entry["action"], entry["target"], entry["after"]) == (
            "limit priority",
            "low",
            "at most 5 at once, at most 2.5/s",
        )


@pytest.mark.parametrize(
    "path", ["/queues/normal/pause", "/queues/normal/purge", "/functions/echo/pause", "/tasks/bulk"]
)
async def test_who_sends_no_body_is_told_that_one_is_needed(path: str) -> None:
    async with a_dashboard(functions=[echo]) as served:
        response = await served.http.post(f"{BASE}/api/v1{path}", headers={"content-type": "application/json"})
        problem = response.json()
        assert (response.status_code, problem["type"]) == (422, "/problems/invalid-body")
        assert problem["errors"] == [{"message": "expected a JSON object, {} at least", "pointer": ""}]
        assert problem["detail"] == "body: expected a JSON object, {} at least"
