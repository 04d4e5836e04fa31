"""What the Overview says needs attention, by kind."""

from typing import Any

import pytest

from fastworker.application.limits import Limits
from tests.unit.system.system import HeldTask

from .served import Served, a_dashboard

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
