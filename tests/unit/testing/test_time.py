"""Time that stands still until a test moves it."""

import threading
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from fastworker import CallerError, TaskExpired, TaskFailed, TaskStatus, task
from fastworker.adapters.memory import ManualClock
from fastworker.testing import LocalSystem
from fastworker.testing import pace as pace_module

from . import work
from .work import comes_back, double, flaky, waits_for_a_late_one

pytestmark = pytest.mark.anyio


async def test_a_delayed_task_runs_when_time_has_been_moved_to_it_and_not_before(ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        handle = await double.options(delay=7_200).submit(1)
        await system.drain()
        await system.advance("1h59m59s")
        assert ran == []
        await system.advance("1s")
        assert ran == ["double 1"]
        assert await handle == 2


@pytest.mark.parametrize("duration", ["2h", 7_200, timedelta(hours=2)])
async def test_a_span_can_be_written_in_several_ways(duration: str, ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        before = system.now
        await double.options(delay=7_200).submit(1)
        await system.advance(duration)
        assert ran == ["double 1"]
        assert system.now - before == timedelta(hours=2)


async def test_time_begins_at_the_real_time() -> None:
    async with LocalSystem(work) as system:
        assert abs(system.now - datetime.now(UTC)) < timedelta(seconds=10)
        handle = await double.options(at=system.now + timedelta(days=1)).submit(1)
        assert await handle.status() is TaskStatus.SCHEDULED
        await system.advance("1d")
        assert await handle == 2


async def test_what_happens_on_the_way_happens_in_order_and_at_its_time(ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        for hours in (3, 1, 2):
            await double.options(delay=timedelta(hours=hours, minutes=-1)).submit(hours)
        await comes_back.submit(0)
        await system.advance("2h30m")
        assert ran == ["comes_back 0", "double 1", "comes_back 1", "double 2", "comes_back 2"]


async def test_retries_do_not_wait(ran: list[str]) -> None:
    async with LocalSystem(work) as system:
        for _ in range(3):
            system.fail_next(flaky, OSError("down"))
        handle = await flaky.submit(1)
        for seconds in (10, 20, 40):
            await system.drain()
            assert await handle.status() is TaskStatus.SCHEDULED
            await system.advance(seconds - 0.25)
            assert ran == []
            await system.advance(0.25)
        assert await handle == 4


async def test_an_attempt_is_ended_when_time_moves_beyond_its_timeout() -> None:
    @task(timeout=30)
    async def hang() -> None:
        await anyio.sleep_forever()

    async with LocalSystem(hang, patience=0.02) as system:
        handle = await hang.submit()
        await system.advance("29s")
        assert await handle.status() is TaskStatus.RUNNING
        await system.advance("1s")
        with pytest.raises(TaskFailed, match="not done within its timeout of 30 s"):
            await handle


async def test_many_attempts_are_ended_each_at_its_time_though_time_leaps() -> None:
    ended = []

    @task
    async def hang(seconds: int) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append((seconds, (system.now - began).total_seconds()))

    async with LocalSystem(hang, workers=2, patience=0.02) as system:
        began = system.now
        timeouts = [86_400, 30, 7_200, 31]
        handles = [await hang.options(timeout=seconds).submit(seconds) for seconds in timeouts]
        await system.advance("2d")
        assert ended == [(seconds, seconds) for seconds in sorted(timeouts)]
        for handle in handles:
            with pytest.raises(TaskFailed, match="not done within its timeout"):
                await handle


async def test_time_leaps_although_an_attempt_has_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[float] = []
    move_to = ManualClock.move_to

    def note(clock: ManualClock, moment: float) -> None:
        if moment > clock.now():
            moves.append(moment - clock.now())
        move_to(clock, moment)

    async with LocalSystem(work) as system:
        handle = await waits_for_a_late_one.options(timeout=timedelta(days=30)).submit(3)
        await system.drain()
        monkeypatch.setattr(ManualClock, "move_to", note)
        await system.advance("1d")
        assert await handle == 6
        assert moves == [3_600, 82_800]


async def test_an_attempt_that_cannot_be_ended_is_given_up_at_its_time_and_time_goes_on() -> None:
    gate = threading.Event()

    @task(timeout=30)
    def stuck() -> None:
        gate.wait()

    async with LocalSystem(stuck, patience=0.02) as system:
        handle = await stuck.submit()
        await system.advance("31s")
        assert await handle.status() is TaskStatus.RUNNING
        await system.advance("1s")
        with pytest.raises(TaskFailed, match="could not be ended"):
            await handle
        await system.advance("365d")
        gate.set()


async def test_a_task_expires_that_nobody_could_start() -> None:
    async with LocalSystem(work, workers=0) as system:
        handle = await double.options(expires=300).submit(1)
        await system.advance("5m")
        with pytest.raises(TaskExpired):
            await handle


@pytest.mark.parametrize("duration", ["1d", "365d"])
async def test_long_times_pass_and_nobody_is_lost(duration: str) -> None:
    async with LocalSystem(work, workers=3) as system:
        assert await (await double.submit(1)) == 2
        await system.advance(duration)
        handles = await double.map([(number,) for number in range(9)])
        assert [await handle for handle in handles] == [0, 2, 4, 6, 8, 10, 12, 14, 16]
        workers = {result.worker_id for handle in handles if (result := await handle.result()) is not None}
        assert workers == {"worker-1", "worker-2", "worker-3"}


async def test_a_run_that_waits_for_something_real_ends_before_time_moves_on() -> None:
    seen = []

    @task
    async def read_a_file() -> None:
        for _ in range(5):
            await anyio.to_thread.run_sync(seen.append, "line")

    async with LocalSystem(read_a_file, work) as system:
        await read_a_file.options(delay=10).submit()
        await double.options(delay=11).submit(1)
        await system.advance("20s")
        assert seen == ["line"] * 5


async def test_a_run_that_does_not_end_is_waited_for_once() -> None:
    gate = anyio.Event()

    @task
    async def held() -> str:
        await gate.wait()
        return "released"

    async with LocalSystem(held, patience=0.05) as system:
        handle = await held.submit()
        await system.advance("1h")
        await system.advance("1h")
        assert await handle.status() is TaskStatus.RUNNING
        gate.set()
        assert await handle == "released"


async def test_a_task_that_waits_for_a_later_one_gets_its_result_when_the_time_has_come() -> None:
    async with LocalSystem(work) as system:
        handle = await waits_for_a_late_one.submit(3)
        assert await system.drain() == 0
        await system.advance("59m")
        assert await handle.status() is TaskStatus.RUNNING
        await system.advance("1m")
        assert await handle == 6


async def test_a_task_that_is_awaited_while_time_moves_is_waited_for() -> None:
    results = []

    async def wait(system: LocalSystem) -> None:
        results.append(await (await double.options(delay=60).submit(1)))

    async with LocalSystem(work) as system, anyio.create_task_group() as group:
        group.start_soon(wait, system)
        await anyio.wait_all_tasks_blocked()
        await system.advance("1m")
        await system.drain()
        await anyio.wait_all_tasks_blocked()
        assert results == [2]


async def test_a_busy_task_does_not_stop_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "REST_SECONDS", 0.1)

    @task
    async def spin() -> None:
        while not done:
            await anyio.lowlevel.checkpoint()

    done: list[bool] = []
    async with LocalSystem(spin, double, patience=0.05) as system:
        await spin.submit()
        late = await double.options(delay=60).submit(1)
        await system.advance("1m")
        done.append(True)
        assert await late == 2


async def test_time_cannot_be_moved_from_inside_a_task() -> None:
    @task
    async def moves_time() -> None:
        await system.advance("1h")

    @task
    async def drains() -> None:
        await system.drain()

    async with LocalSystem(moves_time, drains) as system:
        for function in (moves_time, drains):
            with pytest.raises(TaskFailed, match=f"{CallerError.__name__}: .* was called inside a task"):
                await (await function.submit())
