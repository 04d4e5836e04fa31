"""The clock of tests keeps the contract of all clocks, and moves only when it is told to."""

import anyio
import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.adapters.memory.manual_clock import FEW_ALARMS
from fastworker.application.ports.clock import Clock
from tests.contracts.clock import ClockContract


class TestManualClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return ManualClock()

    async def let_pass(self, clock: ManualClock, seconds: float) -> None:
        await clock.advance(seconds)

    async def test_it_stands_still_until_it_is_moved(self) -> None:
        clock = ManualClock(now=5.0, wall=1_800_000_000.0)
        await anyio.lowlevel.checkpoint()
        assert (clock.now(), clock.wall()) == (5.0, 1_800_000_000.0)
        await clock.advance(2.5)
        assert (clock.now(), clock.wall()) == (7.5, 1_800_000_002.5)

    async def test_it_stops_at_every_deadline_on_the_way_and_lets_everybody_react(self) -> None:
        clock = ManualClock(now=0.0)
        seen = []

        async def beat(name: str, seconds: float) -> None:
            due = 0.0
            for _ in range(3):
                due += seconds
                await clock.sleep_until(due)
                seen.append((name, clock.now()))

        async with anyio.create_task_group() as group:
            group.start_soon(beat, "slow", 10.0)
            group.start_soon(beat, "quick", 4.0)
            await clock.advance(30.0)
        assert seen == [
            ("quick", 4.0),
            ("quick", 8.0),
            ("slow", 10.0),
            ("quick", 12.0),
            ("slow", 20.0),
            ("slow", 30.0),
        ]

    async def test_settling_returns_when_everybody_waits(self) -> None:
        clock = ManualClock()
        steps = 0

        async def work() -> None:
            nonlocal steps
            for _ in range(50):
                await anyio.lowlevel.checkpoint()
                steps += 1

        async with anyio.create_task_group() as group:
            group.start_soon(work)
            await clock.settle()
            assert steps == 50

    async def test_a_leap_wakes_nobody_until_it_is_told_to_and_then_in_order(self) -> None:
        clock = ManualClock(now=0.0)
        seen = []

        async def sleep(until: float) -> None:
            await clock.sleep_until(until)
            seen.append((until, clock.now()))

        async with anyio.create_task_group() as group:
            for deadline in (3.0, 1.0, 2.0, 100.0):
                group.start_soon(sleep, deadline)
            await clock.settle()
            clock.move_to(50.0)
            await clock.settle()
            assert seen == []
            while clock.wake_next(until=50.0):
                await clock.settle()
            assert seen == [(1.0, 50.0), (2.0, 50.0), (3.0, 50.0)]
            assert clock.now() == 50.0
            assert clock.wake_next(until=100.0)
            assert clock.now() == 100.0

    async def test_time_never_goes_back(self) -> None:
        clock = ManualClock(now=5.0)
        clock.move_to(3.0)
        assert clock.now() == 5.0
        assert not clock.wake_next(until=9.0)
        assert clock.now() == 5.0

    async def test_alarms_of_waits_that_are_over_do_not_pile_up_and_the_others_still_ring(self) -> None:
        clock = ManualClock(now=0.0)
        woken = []

        async def sleep(until: float) -> None:
            await clock.sleep_until(until)
            woken.append(until)

        async with anyio.create_task_group() as group:
            for deadline in (2.0, 1.0):
                group.start_soon(sleep, deadline)
            await clock.settle()
            for _ in range(3_000):
                with clock.scope_until(5.0):
                    await anyio.lowlevel.checkpoint()
            assert len(clock._alarms) <= FEW_ALARMS
            await clock.advance(10.0)
        assert woken == [1.0, 2.0]

    @pytest.mark.parametrize("anyio_backend", ["asyncio"])
    async def test_another_event_loop_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Loop:
            """Shows nobody what it has to do, as uvloop does not."""

        monkeypatch.setattr("fastworker.adapters.memory.manual_clock.asyncio.get_running_loop", Loop)
        with pytest.raises(RuntimeError, match=r"needs the event loop of asyncio itself, or trio; this is .*Loop"):
            await ManualClock().settle()
