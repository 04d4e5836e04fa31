"""What the Overview says needs attention, by kind."""

from typing import Any

import pytest

from fastworker import task
from fastworker.adapters.dashboard.records.overview import LEFT_SECONDS, MOST_ROWS, SLOW_LOOP_SECONDS
from fastworker.application.limits import Limits
from fastworker.domain.events import WorkerJoined, WorkerLeft
from fastworker.domain.worker_registry import WorkerCard
from tests.unit.system.system import HeldTask
from tests.unit.system.tasks import divide

from .served import FUNCTIONS, Served, a_dashboard

pytestmark = pytest.mark.anyio


async def attention(served: Served, kind: str) -> list[dict[str, Any]]:
    """Return what is said of one kind."""
    return [each for each in (await served.get("/overview")).json()["attention"] if each["kind"] == kind]


async def test_half_of_the_tasks_failing_within_a_minute_is_something_to_look_at() -> None:
    async with a_dashboard() as served:
        for divisor in (1, 0):
            await served.post("/tasks", {"name": "divide", "args": [1, divisor]})
        await served.turn()
        [failing] = await attention(served, "failing")
        assert (failing["message"], failing["count"]) == ("1 of the 2 tasks of the last minute failed.", 1)
        for _ in range(2):
            await served.post("/tasks", {"name": "divide", "args": [1, 1]})
        await served.turn()
        assert await attention(served, "failing") == []


async def test_a_queue_that_is_nearly_full_is_told_before_submissions_are_refused() -> None:
    async with a_dashboard(limits=Limits(max_queued=10)) as served:
        await served.post("/queues/normal/pause", {})
        for number in range(9):
            assert await attention(served, "queue-full") == []
            await served.post("/tasks", {"name": "echo", "args": [number]})
        [full] = await attention(served, "queue-full")
        assert (full["count"], "from 10 on" in full["message"]) == (9, True)


async def test_slots_that_are_stuck_lead_to_their_worker() -> None:
    held = HeldTask()
    async with a_dashboard(functions=[held.function]) as served:
        await served.client.delay("held", 1)
        await served.system.settle()
        worker = served.parts.ledger.workers.get("w1")
        assert worker is not None
        worker.occupied = 2
        [stuck] = await attention(served, "stuck")
        assert (stuck["target"], stuck["count"]) == ("w1", 2)


async def unseen(served: Served) -> list[tuple[str, str | None, int]]:
    """Return what is said of failures that nobody has seen, where it leads, and the number."""
    return [(each["message"], each["target"], each["count"]) for each in await attention(served, "unseen")]


async def failed(served: Served, name: str = "divide") -> str:
    """Have a task fail for good; return its id."""
    task_id: str = (await served.post("/tasks", {"name": name, "args": [1, 0]})).json()["id"]
    await served.system.settle()
    return task_id


async def test_one_row_tells_of_failures_and_their_dead_letters_until_somebody_has_seen_them() -> None:
    async with a_dashboard() as served:
        await failed(served)
        [group] = await served.items("/errors")
        fingerprint = group["fingerprint"]
        assert await unseen(served) == [("Nobody has seen 1 kind of failures yet: 1 dead letter.", fingerprint, 1)]
        await failed(served)
        assert await unseen(served) == [("Nobody has seen 1 kind of failures yet: 2 dead letters.", fingerprint, 2)]
        await served.post(f"/errors/{fingerprint}/seen")
        assert (await served.get("/overview")).json()["attention"] == []
        await failed(served)
        assert await unseen(served) == [("Nobody has seen 1 kind of failures yet: 1 dead letter.", fingerprint, 1)]


async def test_several_kinds_of_failures_lead_to_all_of_them() -> None:
    @task
    def fall(*_: int) -> None:
        raise LookupError

    async with a_dashboard(functions=[divide, fall]) as served:
        await failed(served)
        await failed(served, "fall")
        assert await unseen(served) == [("Nobody has seen 2 kinds of failures yet: 2 dead letters.", None, 2)]


async def test_dead_letters_that_are_muted_are_not_told_of_until_they_are_unmuted() -> None:
    async with a_dashboard() as served:
        await failed(served)
        [group] = await served.items("/errors")
        await served.post(f"/errors/{group['fingerprint']}/mute")
        assert await unseen(served) == []
        await served.post(f"/errors/{group['fingerprint']}/unmute")
        assert [count for _, _, count in await unseen(served)] == [1]


async def test_a_dead_letter_that_was_replayed_or_discarded_is_none_to_look_at() -> None:
    async with a_dashboard() as served:
        first, second = await failed(served), await failed(served)
        body = {"name": "divide", "args": [1, 1], "origin": first}
        await served.post("/tasks", body)
        await served.system.settle()
        assert [message for message, _, _ in await unseen(served)] == [
            "Nobody has seen 1 kind of failures yet: 1 dead letter."
        ]
        await served.post(f"/tasks/{second}/actions/delete")
        assert [message for message, _, _ in await unseen(served)] == ["Nobody has seen 1 kind of failures yet."]


async def lose(served: Served, worker_id: str) -> None:
    """Have a worker come, and fall silent for ever."""
    worker = await served.system.start_worker(worker_id, *FUNCTIONS)
    await worker.kill()
    while worker_id in [each.card.worker_id for each in served.parts.ledger.workers]:
        await served.system.advance(1.0)


async def test_a_worker_that_was_lost_is_told_for_minutes_or_until_its_id_is_back() -> None:
    async with a_dashboard(workers=[]) as served:
        await lose(served, "w1")
        [lost] = await attention(served, "worker-lost")
        assert (lost["target"], lost["message"].startswith("Worker w1 was lost: ")) == ("w1", True)
        assert (await served.get("/overview")).json()["workers_lost"] == 1
        await served.system.start_worker("w1", *FUNCTIONS)
        assert await attention(served, "worker-lost") == []
        await lose(served, "w2")
        assert [each["target"] for each in await attention(served, "worker-lost")] == ["w2"]
        await served.system.advance(LEFT_SECONDS)
        assert await attention(served, "worker-lost") == []


async def test_a_worker_that_was_lost_twice_is_one_and_all_that_were_lost_are_counted() -> None:
    async with a_dashboard(workers=[]) as served:
        log, now = served.parts.observatory.workers, served.system.clock.now()
        for number in [*range(MOST_ROWS + 10), 0]:
            card = WorkerCard(f"host-{number}", f"i{number}", 1, frozenset())
            log.join(WorkerJoined(card, now))
            log.leave(WorkerLeft(card.worker_id, "it fell silent", now))
        overview = (await served.get("/overview")).json()
        assert (overview["workers"], overview["workers_lost"]) == (0, MOST_ROWS + 10)
        assert len(await attention(served, "worker-lost")) == MOST_ROWS


async def test_many_workers_with_stuck_slots_hide_no_loss() -> None:
    async with a_dashboard(workers=[]) as served:
        await lose(served, "w1")
        workers = served.parts.ledger.workers
        for number in range(MOST_ROWS + 1):
            card = WorkerCard(f"stuck-{number}", f"i{number}", 1, frozenset({"echo"}))
            workers.add(card, now=served.system.clock.now())
            workers[card.worker_id].occupied = 1
        assert len(await attention(served, "stuck")) == MOST_ROWS
        assert [each["target"] for each in await attention(served, "worker-lost")] == ["w1"]


async def test_a_loop_that_stood_still_is_told_for_a_minute() -> None:
    async with a_dashboard() as served:
        served.parts.observatory.history.note_lag(SLOW_LOOP_SECONDS + 1.0)
        await served.turn()
        [blocked] = await attention(served, "loop-blocked")
        assert blocked["message"] == "The control plane stood still for 1.5 s in the last minute."
        for _ in range(61):
            await served.turn()
        assert await attention(served, "loop-blocked") == []
