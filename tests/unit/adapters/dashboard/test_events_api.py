"""The event stream: what a browser hears."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fastworker.adapters.dashboard.event_feed import GRACE_SECONDS
from fastworker.adapters.dashboard.event_hub import MOST_FOLLOWED, MOST_LISTENERS
from fastworker.adapters.dashboard.event_stream import PING_SECONDS, stream
from fastworker.adapters.dashboard.models.event import HelloEvent
from fastworker.adapters.dashboard.resources.events import MOST_LISTED, MOST_LISTED_BYTES
from fastworker.adapters.dashboard.roles import Role
from fastworker.adapters.dashboard.task_mark import HEARD_SECONDS
from tests.unit.system.system import HeldTask

from .served import Served, a_dashboard, with_token

pytestmark = pytest.mark.anyio


class Browser:
    """Listens to a stream as a browser does; `events` holds (kind, data) of what came."""

    def __init__(self, served: Served, *topics: str, last_id: str | None = None) -> None:
        hub = served.parts.hub
        hello = HelloEvent(boot=hub.boot, seq=hub.seq, version="1", is_read_only=False, topics=list(topics))
        self.is_logged_in = True
        self._stream: AsyncIterator[bytes] = stream(hub, hello, last_id, served.system.clock, lambda: self.is_logged_in)
        self.last_id = ""
        self.comments = 0

    async def hear(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events of the next piece that comes."""
        text = (await anext(self._stream)).decode()
        found = []
        for block in text.removesuffix("\n\n").split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            self.comments += block.startswith(":")
            self.last_id = fields.get("id", self.last_id)
            if "event" in fields:
                found.append((fields["event"], json.loads(fields["data"])))
        return found

    async def hang_up(self) -> None:
        """Close the connection."""
        await self._stream.aclose()  # type: ignore[attr-defined]


async def heard(browser: Browser, kind: str) -> dict[str, Any]:
    """Return the data of the first event of a kind in the next piece."""
    return next(data for each, data in await browser.hear() if each == kind)


async def test_the_first_event_says_which_life_this_is() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "tasks")
        hello = await heard(browser, "hello")
        assert (hello["boot"], hello["seq"], hello["topics"]) == (served.parts.who.epoch, 0, ["tasks"])


async def test_tasks_that_change_are_told_as_they_are_now() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "tasks")
        await browser.hear()
        handle = await served.client.delay("echo", 1)
        assert await handle == 1
        await served.turn()
        event = await heard(browser, "tasks")
        assert [(task["id"], task["status"]) for task in event["changed"]] == [(handle, "success")]
        assert (event["more"], event["counts"]["success"]) == (0, 1)


async def test_many_changes_are_one_event_that_says_how_many_more_there_were() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "tasks")
        await browser.hear()
        await served.post("/queues/normal/pause", {})
        await served.client.map("echo", [(number,) for number in range(300)])
        await served.turn()
        events = [data for kind, data in await browser.hear() if kind == "tasks"]
        assert [(len(event["changed"]), event["more"]) for event in events] == [(50, 250)]


async def test_a_followed_task_is_told_with_its_steps_when_it_changes_and_when_it_is_forgotten() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function], result_ttl_seconds=20) as served:
        handle = await served.client.delay("held", 1)
        await served.system.settle()
        browser = Browser(served, f"task:{handle}")
        await browser.hear()
        held.release()
        assert await handle == 1
        await served.turn()
        event = await heard(browser, "task")
        assert (event["topic"], event["task"]["status"]) == (f"task:{handle}", "success")
        await served.system.advance(40)
        await served.turn()
        assert (await heard(browser, "task"))["task"] is None


async def test_a_task_that_runs_tells_when_its_worker_was_heard_of_and_not_at_each_beat() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        handle = await served.client.delay("held", 1)
        await served.system.settle()
        listener = served.parts.hub.listen([f"task:{handle}"], None)
        for _ in range(30):
            await served.turn()
        told = [json.loads(event.data)["task"]["worker_heard_at"] for event in listener.take()]
        assert 2 <= len(told) <= 30 / HEARD_SECONDS + 1
        assert told == sorted(set(told))
        held.release()
        assert await handle == 1
        assert (await served.get(f"/tasks/{handle}")).json()["worker_heard_at"] is None


async def test_each_other_topic_is_told_when_there_is_news() -> None:
    async with a_dashboard() as served:
        topics = ("overview", "workers", "queues", "errors", "operations", "audit")
        browser = Browser(served, *topics)
        await browser.hear()
        failed = await served.post("/tasks", {"name": "divide", "args": [1, 0]})
        await served.system.settle()
        await served.post("/tasks/bulk", {"action": "retry", "ids": [failed.json()["id"]]})
        await served.turn()
        kinds = {kind for kind, _ in await browser.hear()}
        assert kinds == set(topics)
        await served.turn()
        again = {kind for kind, _ in await browser.hear()}
        assert "overview" in again
        assert not again & {"operations", "audit", "errors"}


async def test_who_comes_back_hears_what_was_missed() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "tasks")
        await browser.hear()
        await (await served.client.delay("echo", 1))
        await served.turn()
        await browser.hear()
        await browser.hang_up()
        missed = await served.client.delay("echo", 2)
        await missed
        await served.turn()
        back = Browser(served, "tasks", last_id=browser.last_id)
        await back.hear()
        event = await heard(back, "tasks")
        assert [task["id"] for task in event["changed"]] == [missed]


async def test_who_comes_back_too_late_or_to_another_life_begins_anew() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "overview")
        await browser.hear()
        await served.turn()
        await browser.hear()
        await browser.hang_up()
        for _ in range(int(GRACE_SECONDS) + 2):
            await served.turn()
        late = Browser(served, "overview", last_id=browser.last_id)
        await late.hear()
        assert (await heard(late, "reset"))["reason"] == "gap"
        other = Browser(served, "overview", last_id="another-life-7")
        await other.hear()
        assert (await heard(other, "reset"))["reason"] == "other-boot"


async def test_a_stream_that_nobody_begins_to_read_leaves_nothing_behind() -> None:
    async with a_dashboard() as served:
        await Browser(served, "tasks").hang_up()
        assert served.parts.hub.listeners == 0


async def test_tasks_that_somebody_follows_in_passing_are_looked_at_no_more() -> None:
    async with a_dashboard() as served:
        for number in range(100):
            served.parts.hub.leave(served.parts.hub.listen([f"task:{number}"], None))
        watched = Browser(served, "overview", "task:kept")
        await watched.hear()
        assert len(served.feed.topics) == 102
        await served.turn()
        assert served.feed.topics == {"overview", "task:kept"}
        assert [kind for kind, _ in await watched.hear()] == ["overview"]


async def test_who_comes_back_to_a_topic_of_which_something_was_missed_begins_anew() -> None:
    async with a_dashboard() as served:
        others = Browser(served, "overview")
        await others.hear()
        browser = Browser(served, "tasks")
        await browser.hear()
        await (await served.client.delay("echo", 1))
        await served.turn()
        await browser.hear()
        await browser.hang_up()
        for _ in range(int(GRACE_SECONDS) + 2):
            await served.turn()
        await (await served.client.delay("echo", 2))
        await served.turn()
        back = Browser(served, "tasks", last_id=browser.last_id)
        await back.hear()
        assert (await heard(back, "reset"))["reason"] == "gap"


async def test_more_tasks_than_may_be_followed_are_refused() -> None:
    async with a_dashboard() as served:
        served.parts.hub.listen([f"task:{number}" for number in range(MOST_FOLLOWED)], None)
        response = await served.get("/events?topics=tasks,task:another")
        assert (response.status_code, response.json()["type"]) == (429, "/problems/too-many")
        assert response.headers["retry-after"] == "5"


async def test_while_nobody_listens_nothing_is_looked_at() -> None:
    async with a_dashboard() as served:
        await (await served.client.delay("echo", 1))
        await served.turn()
        assert (served.parts.hub.seq, served.parts.observatory.changes.is_on) == (0, False)


async def test_a_quiet_stream_says_something_now_and_then() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "audit")
        await browser.hear()
        call = served.system.call(browser.hear)
        await served.system.advance(PING_SECONDS + 1)
        assert call.result() == []
        assert browser.comments == 1


async def test_a_stream_says_good_bye_when_the_control_plane_stops() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "audit")
        await browser.hear()
        served.parts.hub.close()
        assert await browser.hear() == [("bye", {"reason": "stopping"})]
        with pytest.raises(StopAsyncIteration):
            await browser.hear()
        assert served.parts.hub.listeners == 0


async def test_a_stream_ends_soon_after_its_session() -> None:
    async with a_dashboard() as served:
        browser = Browser(served, "audit")
        await browser.hear()
        call = served.system.call(browser.hear)
        await served.system.advance(PING_SECONDS + 1)
        assert call.result() == []
        served.parts.hub.publish("audit", "audit", "{}", now=0.0)
        browser.is_logged_in = False
        assert await browser.hear() == [("bye", {"reason": "logged-out"})]


async def test_the_head_of_a_stream_ends() -> None:
    async with a_dashboard() as served:
        response = await served.http.head("http://127.0.0.1:8080/api/v1/events")
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-type"].startswith("text/event-stream")


async def test_the_same_events_can_be_had_as_json() -> None:
    async with a_dashboard() as served:
        served.parts.hub.listen(["tasks"], None)
        await (await served.client.delay("echo", 1))
        await served.turn()
        boot = served.parts.hub.boot
        found = (await served.get(f"/events?since={boot}-0&topics=tasks")).json()
        assert [(item["id"], item["event"]) for item in found["items"]] == [(f"{boot}-1", "tasks")]
        assert (found["last_id"], found["is_reset"]) == (f"{boot}-1", False)
        assert (await served.get("/events?since=x-1")).json()["is_reset"] is True


@pytest.mark.parametrize("size", [2, MOST_LISTED_BYTES // 10])
async def test_as_json_many_events_are_told_in_parts(size: int) -> None:
    async with a_dashboard() as served:
        hub = served.parts.hub
        for _ in range(MOST_LISTED + 20):
            hub.publish("tasks", "tasks", json.dumps({"x": "x" * size}), now=0.0)
        last_id, parts, ids = f"{hub.boot}-{hub.seq - MOST_LISTED - 10 if size == 2 else hub.seq - 20}", 0, set()
        while last_id != f"{hub.boot}-{hub.seq}":
            found = (await served.get(f"/events?since={last_id}&topics=tasks")).json()
            assert 1 <= len(found["items"]) <= MOST_LISTED
            ids |= {item["id"] for item in found["items"]}
            last_id, parts = found["last_id"], parts + 1
        assert (parts > 1, len(ids)) == (True, MOST_LISTED + 10 if size == 2 else 20)


MANY_TOPICS = ",".join(f"task:{number}" for number in range(31))
BAD_TOPICS = ["", ",", "nonsense", "tasks,nonsense", "task:", f"task:{'x' * 201}", MANY_TOPICS]


@pytest.mark.parametrize("topics", BAD_TOPICS, ids=len)
async def test_topics_that_are_none_are_named(topics: str) -> None:
    async with a_dashboard() as served:
        response = await served.get("/events", params={"topics": topics})
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "topics")


async def test_the_audit_topic_is_for_admins() -> None:
    async with a_dashboard(is_open=False) as served:
        response = await served.get("/events?topics=audit&since=x-1", headers=with_token(Role.OPERATOR))
        assert (response.status_code, response.json()["missing_right"]) == (403, "admin")


async def test_more_streams_than_there_may_be_are_refused() -> None:
    async with a_dashboard() as served:
        for _ in range(MOST_LISTENERS):
            served.parts.hub.listen(["tasks"], None)
        response = await served.get("/events")
        assert (response.status_code, response.headers["retry-after"]) == (429, "5")
