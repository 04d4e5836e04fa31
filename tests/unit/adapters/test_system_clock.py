"""The operating system's clock keeps the contract of all clocks, and is the one that people know."""

import time

import anyio
import pytest

from fastworker.adapters.system_clock import SystemClock
from fastworker.application.ports.clock import Clock
from tests.contracts.clock import ClockContract


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    async def let_pass(self, clock: Clock, seconds: float) -> None:
        await anyio.sleep(seconds)

    async def test_it_shows_the_monotonic_and_the_wall_clock_of_this_machine(self) -> None:
        clock = SystemClock()
        before = (time.monotonic(), time.time())
        shown = (clock.now(), clock.wall())
        after = (time.monotonic(), time.time())
        assert before[0] <= shown[0] <= after[0]
        assert before[1] <= shown[1] <= after[1]
