"""What every clock keeps to."""

import math
import time

import anyio
import pytest

from fastworker.application.ports.clock import Clock

from .desk import PATIENCE_SECONDS

TICK = 0.03
"""Long enough to be told from nothing, short enough to be waited for in real time."""


class ClockContract:
    """Each sentence of the port's docstrings, on asyncio and trio. Subclasses make the clock and move its time."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture
    def clock(self) -> Clock:
        """The clock that is tested."""
        raise NotImplementedError

    async def let_pass(self, clock: Clock, seconds: float) -> None:
        """Return when so many seconds of the clock have passed."""
        raise NotImplementedError

    async def test_now_goes_on_and_never_back(self, clock: Clock) -> None:
        readings = [clock.now()]
        for _ in range(3):
            await self.let_pass(clock, TICK)
            readings.append(clock.now())
        assert readings == sorted(readings)
        assert readings[-1] - readings[0] >= 3 * TICK - 1e-6

    async def test_wall_is_unix_seconds_and_goes_on_with_now(self, clock: Clock) -> None:
        wall, now = clock.wall(), clock.now()
        await self.let_pass(clock, TICK)
        assert 1_700_000_000 < wall < time.time() + 1
        assert clock.wall() - wall == pytest.approx(clock.now() - now, abs=0.02)

    async def test_sleep_until_returns_when_now_has_reached_the_deadline_and_not_before(self, clock: Clock) -> None:
        deadline = clock.now() + TICK
        woke_at: list[float] = []

        async def sleep() -> None:
            await clock.sleep_until(deadline)
            woke_at.append(clock.now())

        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(sleep)
                await anyio.wait_all_tasks_blocked()
                assert woke_at == []
                await self.let_pass(clock, 2 * TICK)
        assert woke_at[0] >= deadline - 1e-6

    async def test_deadlines_add_up_without_drift(self, clock: Clock) -> None:
        start = due = clock.now()
        late = []
        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:

                async def beat() -> None:
                    nonlocal due
                    for _ in range(5):
                        due += TICK
                        await clock.sleep_until(due)
                        late.append(clock.now() - due)

                group.start_soon(beat)
                await anyio.wait_all_tasks_blocked()
                await self.let_pass(clock, 6 * TICK)
        assert due == pytest.approx(start + 5 * TICK)
        assert min(late) >= -1e-6

    @pytest.mark.parametrize("ago", [0.0, 1.0, math.inf])
    async def test_a_deadline_in_the_past_is_a_checkpoint(self, clock: Clock, ago: float) -> None:
        seen = []

        async def other() -> None:
            seen.append("other")

        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(other)
                while not seen:  # each call lets others run
                    await clock.sleep_until(clock.now() - ago)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await clock.sleep_until(clock.now() - ago)
            seen.append("not cancelled")
        assert seen == ["other"]

    async def test_a_sleeper_can_be_cancelled(self, clock: Clock) -> None:
        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(clock.sleep_until, math.inf)
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()

    async def test_the_body_of_a_scope_is_cancelled_when_now_reaches_the_deadline(self, clock: Clock) -> None:
        deadline = clock.now() + TICK
        ended_at: list[float] = []

        async def body() -> None:
            with clock.scope_until(deadline) as scope:
                await anyio.sleep_forever()
            ended_at.append(clock.now())
            assert scope.cancelled_caught

        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(body)
                await anyio.wait_all_tasks_blocked()
                assert ended_at == []
                await self.let_pass(clock, 2 * TICK)
        assert ended_at[0] >= deadline - 1e-6

    async def test_a_scope_whose_body_ends_in_time_cancels_nothing(self, clock: Clock) -> None:
        with clock.scope_until(clock.now() + TICK) as scope:
            await anyio.lowlevel.checkpoint()
        await self.let_pass(clock, 2 * TICK)
        await anyio.lowlevel.checkpoint()
        assert not scope.cancelled_caught

    async def test_a_scope_until_the_past_cancels_its_body_at_the_first_checkpoint(self, clock: Clock) -> None:
        seen = []
        with clock.scope_until(clock.now() - 1):
            seen.append("entered")
            await anyio.lowlevel.checkpoint()
            seen.append("went on")
        assert seen == ["entered"]

    async def test_the_nearer_of_two_scopes_ends_first(self, clock: Clock) -> None:
        now = clock.now()
        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as group:
                seen = []

                async def body() -> None:
                    with clock.scope_until(now + 100):
                        with clock.scope_until(now + TICK):
                            await anyio.sleep_forever()
                        seen.append("outer goes on")

                group.start_soon(body)
                await anyio.wait_all_tasks_blocked()
                await self.let_pass(clock, 2 * TICK)
        assert seen == ["outer goes on"]
