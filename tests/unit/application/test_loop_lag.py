"""How late an event loop comes to what is due."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.loop_lag import MOST_SEEN, LoopLag

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def watched(clock: ManualClock) -> AsyncIterator[LoopLag]:
    lag = LoopLag(clock)
    async with anyio.create_task_group() as group:
        group.start_soon(lag.watch, 1.0)
        await clock.settle()
        yield lag
        group.cancel_scope.cancel()


async def test_a_loop_that_comes_in_time_has_no_lag() -> None:
    clock = ManualClock()
    async with watched(clock) as lag:
        await clock.advance(10)
        assert lag.take() == 0.0


async def test_the_longest_lag_since_the_last_question_is_told_once() -> None:
    clock = ManualClock()
    async with watched(clock) as lag:
        clock.move_to(clock.now() + 4.0)  # nobody runs meanwhile
        await clock.advance(0.0)
        assert lag.take() == 3.0
        await clock.advance(5)
        assert lag.take() == 0.0


async def test_a_block_that_goes_on_counts_by_what_it_has_lasted() -> None:
    clock = ManualClock()
    async with watched(clock) as lag:
        clock.move_to(clock.now() + 4.0)
        assert lag.take() == 3.0


async def test_readings_that_nobody_takes_do_not_pile_up() -> None:
    clock = ManualClock()
    async with watched(clock) as lag:
        await clock.advance(10 * MOST_SEEN)
        assert len(lag._seen) == MOST_SEEN


async def test_a_loop_that_is_not_watched_has_no_lag() -> None:
    clock = ManualClock()
    lag = LoopLag(clock)
    await clock.advance(60)
    assert lag.take() == 0.0
    async with watched(clock) as lag:
        pass
    await clock.advance(60)
    assert lag.take() == 0.0
