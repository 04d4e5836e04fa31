"""The clock of the operating system."""

import time
from typing import override

import anyio

from fastworker.application.ports.clock import Clock


class SystemClock(Clock):
    """CLOCK_MONOTONIC for deadlines, the wall clock for people."""

    @override
    def now(self) -> float:
        return time.monotonic()

    @override
    def wall(self) -> float:
        return time.time()

    @override
    async def sleep_until(self, deadline: float) -> None:
        await anyio.sleep(max(0.0, deadline - time.monotonic()))

    @override
    def scope_until(self, deadline: float) -> anyio.CancelScope:
        return anyio.move_on_after(max(0.0, deadline - time.monotonic()))
