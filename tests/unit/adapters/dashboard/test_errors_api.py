"""Groups of failures through the API: seen, muted, told of."""

import pytest

from fastworker.application.task_function import task

from .served import Served, a_dashboard

pytestmark = pytest.mark.anyio


async def failed(served: Served) -> str:
    """Have a task fail, and return the fingerprint of its group."""
    await served.post("/tasks", {"name": "divide", "args": [1, 0]})
    await served.system.settle()
    [group] = await served.items("/errors")
    return str(group["fingerprint"])


async def new_errors(served: Served) -> int:
    return int((await served.get("/overview")).json()["new_errors"])


async def test_what_was_seen_is_not_new_until_it_fails_again() -> None:
    async with a_dashboard() as served:
        fingerprint = await failed(served)
        assert await new_errors(served) == 1
        seen = (await served.post(f"/errors/{fingerprint}/seen")).json()
        assert (seen["new"], seen["seen"]["by"], seen["muted"]) == (0, "somebody", None)
        assert (await new_errors(served), await served.items("/errors?show=new")) == (0, [])
        await failed(served)
        [group] = await served.items("/errors?show=new")
        assert (group["count"], group["new"], await new_errors(served)) == (2, 1, 1)


async def test_what_is_muted_is_counted_and_not_told_of() -> None:
    async with a_dashboard() as served:
        fingerprint = await failed(served)
        muted = (await served.post(f"/errors/{fingerprint}/mute")).json()
        assert muted["muted"]["by"] == "somebody"
        await failed(served)
        assert (await new_errors(served), await served.items("/errors?show=new")) == (0, [])
        [group] = await served.items("/errors?show=muted")
        assert group["count"] == 2
        assert (await served.post(f"/errors/{fingerprint}/unmute")).json()["muted"] is None
        assert await new_errors(served) == 1


async def test_what_people_say_of_failures_is_on_record() -> None:
    async with a_dashboard() as served:
        fingerprint = await failed(served)
        for word in ("seen", "mute", "unmute"):
            await served.post(f"/errors/{fingerprint}/{word}")
        entries = (await served.items("/audit"))[:3]
        assert [(entry["action"], entry["target"]) for entry in entries] == [
            ("unmute failures", fingerprint),
            ("mute failures", fingerprint),
            ("mark failures seen", fingerprint),
        ]


async def test_of_what_is_not_known_nothing_can_be_said() -> None:
    async with a_dashboard() as served:
        for word in ("seen", "mute", "unmute"):
            assert (await served.post(f"/errors/none/{word}")).status_code == 404
        assert (await served.get("/errors?show=odd")).status_code == 400


async def test_listeners_are_told_when_somebody_has_said_something() -> None:
    async with a_dashboard() as served:
        fingerprint = await failed(served)
        listener = served.parts.hub.listen(["errors"], None)
        await served.turn()
        listener.take()
        await served.post(f"/errors/{fingerprint}/mute")
        await served.turn()
        [event] = listener.take()
        assert (event.kind, '"muted":{"by":"somebody"' in event.data) == ("errors", True)


async def test_a_group_tells_what_became_of_its_tasks_and_listeners_are_told() -> None:
    runs: list[int] = []

    @task(retries=1, backoff=10.0)
    def stumble() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError("again")

    async with a_dashboard(functions=[stumble]) as served:
        await served.client.delay("stumble")
        await served.system.settle()
        [group] = await served.items("/errors")
        none = dict.fromkeys(("trying", "success", "failure", "lost", "cancelled", "expired"), 0)
        assert group["tasks"] == none | {"trying": 1}
        listener = served.parts.hub.listen(["errors"], None)
        await served.turn()
        listener.take()
        await served.system.advance(20.0)
        await served.turn()
        assert (await served.get(f"/errors/{group['fingerprint']}")).json()["tasks"] == none | {"success": 1}
        [event] = listener.take()
        assert '"success":1' in event.data


async def test_failures_are_listed_that_happened_within_some_time() -> None:
    async with a_dashboard() as served:
        fingerprint = await failed(served)
        await served.system.advance(100)
        assert [group["fingerprint"] for group in await served.items("/errors?within=200")] == [fingerprint]
        assert await served.items("/errors?within=50") == []
        for wrong in ("0", "-1", "nan", "x"):
            assert (await served.get(f"/errors?within={wrong}")).status_code == 400, wrong
