"""Letting everything run that can run now, and saying what cannot."""

import anyio
import pytest

from fastworker import task
from fastworker.testing import LocalSystem, StillWaiting
from fastworker.testing import pace as pace_module

from . import work
from .work import double, flaky, goes_on_for_ever, submits, waits_for_a_late_one

pytestmark = pytest.mark.anyio


async def test_draining_runs_what_was_submitted_and_what_that_submits(ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        await submits.map([(1,), (2,)])
        assert await system.drain() == 4
        assert sorted(ran) == ["double 1", "double 2"]
        assert await system.drain() == 0


async def test_what_waits_for_a_time_is_no_reason_to_complain() -> None:
    async with LocalSystem(work) as system:
        await double.options(delay=60).submit(1)
        system.fail_next(flaky, OSError("down"))
        await flaky.submit(2)
        assert await system.drain() == 0


async def test_a_run_that_does_not_end_is_named() -> None:
    gate = anyio.Event()

    @task
    async def held(number: int) -> None:
        await gate.wait()

    async with LocalSystem(held, work, slots=1, patience=0.05) as system:
        await held.submit(7)
        await double.submit(1)
        with pytest.raises(StillWaiting) as raised:
            await system.drain()
        assert str(raised.value) == (
            "drained, but these cannot go on:\n"
            "  held(number=7): runs on worker-1\n"
            "  double(value=1): waits for a free slot"
        )
        gate.set()
        assert await system.drain() == 2


async def test_a_task_without_a_worker_is_named() -> None:
    async with LocalSystem(work, workers=0) as system:
        await double.submit(1)
        with pytest.raises(StillWaiting, match=r"double\(value=1\): waits for a worker, and none is left: "):
            await system.drain()
        assert await system.start_worker() == "worker-1"
        assert await system.drain() == 1


async def test_tasks_that_submit_each_other_for_ever_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "MOST_ATTEMPTS", 50)
    monkeypatch.setattr(pace_module, "REST_SECONDS", 0.2)
    async with LocalSystem(work, patience=0.2) as system:
        await goes_on_for_ever.submit(0)
        with pytest.raises(StillWaiting, match=r"50 attempts have ended.*goes_on_for_ever 50 times"):
            await system.drain()


async def test_a_long_list_is_cut() -> None:
    async with LocalSystem(work, workers=0) as system:
        await double.map([(number,) for number in range(100)])
        with pytest.raises(StillWaiting) as raised:
            await system.drain()
        lines = str(raised.value).splitlines()
        assert len(lines) == 22
        assert lines[-1] == "  ... and 80 more"


async def test_awaiting_a_task_that_cannot_go_on_says_why() -> None:
    async with LocalSystem(work, patience=0.05) as system:
        system.fail_next(flaky, OSError("the line is down"))
        handle = await flaky.submit(1)
        await double.options(delay=7_200).submit(2)
        await system.drain()
        with pytest.raises(StillWaiting) as raised:
            await handle
        assert str(raised.value) == (
            "this waits for a task, and nothing goes on: time stands still here unless a test moves it, "
            "by `await system.advance(...)`. Not ended:\n"
            "  flaky(value=1): starts again in 10s, after OSError: the line is down\n"
            "  double(value=2): starts in 2h"
        )
        await system.advance("10s")
        assert await handle == 2


async def test_waiting_for_several_and_following_one_say_why_too() -> None:
    async with LocalSystem(work, patience=0.05) as system:
        handle = await double.options(delay=60).submit(2)
        with pytest.raises(StillWaiting):
            await anext(system.client.as_completed([handle]))
        with pytest.raises(StillWaiting):
            _ = [event async for event in handle.events()]
        with pytest.raises(StillWaiting):
            await (await waits_for_a_late_one.submit(1))


async def test_a_task_of_a_dead_worker_is_named_with_the_time_when_that_is_noticed() -> None:
    async with LocalSystem(work, patience=0.05) as system:
        system.kill_next(double)
        handle = await double.submit(1)
        assert await system.drain() == 0
        with pytest.raises(StillWaiting, match=r"double\(value=1\): its worker-1 has died, which is noticed in 16s"):
            await handle
