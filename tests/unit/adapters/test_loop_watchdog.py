"""An event loop that is blocked is told of once, with what blocks it; one that is not, never."""

import asyncio
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any

import pytest
import structlog

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.loop_watchdog import STACK_CHARACTERS, LoopWatchdog, watching
from fastworker.application.execution import Execution, perform_async
from fastworker.application.task_function import task

BLOCKED, UNBLOCKED = "event_loop_blocked", "event_loop_unblocked"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


type Logs = list[MutableMapping[str, Any]]


def events(logs: Logs) -> list[str]:
    return [entry["event"] for entry in logs]


def block_until(condition: Callable[[], Any], *, within: float = 10.0) -> None:
    """Keep the loop from coming round until something is so: the mistake that the watchdog is for."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


async def until(condition: Callable[[], Any], *, within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


@asynccontextmanager
async def a_watchdog(*, blocked_seconds: float = 0.1, **options: Any):
    watchdog = LoopWatchdog(
        asyncio.get_running_loop(),
        role="worker",
        blocked_seconds=blocked_seconds,
        **{"shortest_rest": 0.01, **options},
    )
    watchdog.start()
    try:
        yield watchdog
    finally:
        watchdog.stop()


class JumpingClock:
    """The system's, but for leaps; the moments at which it was read tell how far the watchdog is."""

    def __init__(self) -> None:
        self.leaps = 0.0
        self.reads = 0

    def __call__(self) -> float:
        self.reads += 1
        return time.monotonic() + self.leaps


async def test_a_loop_that_comes_round_is_never_told_of(logs: Logs) -> None:
    clock = JumpingClock()
    async with a_watchdog(blocked_seconds=0.4, now=clock):
        await until(lambda: clock.reads > 6)
    assert logs == []


async def test_a_blocked_loop_is_told_of_while_it_is_blocked_with_what_blocks_it(logs: Logs) -> None:
    async with a_watchdog():
        block_until(lambda: BLOCKED in events(logs))
        blocked = logs[0]
    assert (blocked["role"], blocked["log_level"]) == ("worker", "warning")
    assert 0.1 <= blocked["seconds"] < 5
    assert "in test_a_blocked_loop_is_told_of_while_it_is_blocked_with_what_blocks_it" in blocked["stack"]
    assert blocked["stack"].splitlines()[-2].endswith("in block_until")


async def test_the_end_of_a_block_is_told_with_its_seconds(logs: Logs) -> None:
    async with a_watchdog():
        began = time.monotonic()
        block_until(lambda: BLOCKED in events(logs))
        block_until(lambda: time.monotonic() > began + 0.3)
        await until(lambda: UNBLOCKED in events(logs))
    assert events(logs) == [BLOCKED, UNBLOCKED]
    assert logs[0]["seconds"] < logs[1]["seconds"]
    assert 0.2 <= logs[1]["seconds"] < 5


async def test_each_block_is_told_of_once(logs: Logs) -> None:
    clock = JumpingClock()
    async with a_watchdog(now=clock):
        for number in range(1, 4):
            block_until(lambda: events(logs).count(BLOCKED) == number)  # noqa: B023 - called at once
            reads = clock.reads
            block_until(lambda: clock.reads > reads + 8)  # noqa: B023 - called at once
            await until(lambda: events(logs).count(UNBLOCKED) == number)  # noqa: B023 - called at once
    assert events(logs) == [BLOCKED, UNBLOCKED] * 3


async def test_a_block_at_the_very_end_is_told_of_with_its_end(logs: Logs) -> None:
    async with a_watchdog():
        block_until(lambda: BLOCKED in events(logs))
    assert events(logs) == [BLOCKED, UNBLOCKED]


async def test_a_block_inside_a_task_names_the_task(logs: Logs) -> None:
    async def crunch() -> None:
        block_until(lambda: BLOCKED in events(logs))

    codec = JsonPayloadCodec()
    execution = Execution("t1", 1, 1, task(crunch), codec.signature(crunch), b"{}", lambda: 0.0)
    async with a_watchdog():
        await asyncio.create_task(perform_async(execution))
    assert [(entry["task_id"], entry["name"]) for entry in logs] == [("t1", "crunch")] * 2
    assert "in crunch" in logs[0]["stack"]


async def test_a_block_by_a_callback_names_no_task(logs: Logs) -> None:
    async with a_watchdog():
        asyncio.get_running_loop().call_soon(block_until, lambda: BLOCKED in events(logs))
        await until(lambda: UNBLOCKED in events(logs))
    assert "task_id" not in logs[0]


async def test_a_process_that_stood_still_is_not_a_blocked_loop(logs: Logs) -> None:
    clock = JumpingClock()
    async with a_watchdog(blocked_seconds=0.4, now=clock):  # which rests for 0.2 s
        for _ in range(2):
            reads = clock.reads
            block_until(lambda: clock.reads > reads)  # noqa: B023 - called at once
            clock.leaps += 100.0  # as if it had been stopped in the middle of a rest, and the loop with it
            reads = clock.reads
            block_until(lambda: clock.reads > reads)  # noqa: B023 - called at once
            reads = clock.reads
            await until(lambda: clock.reads > reads + 2)  # noqa: B023 - called at once
    assert logs == []


async def test_a_loop_that_is_still_blocked_after_the_process_stood_still_is_told_of(logs: Logs) -> None:
    clock = JumpingClock()
    async with a_watchdog(blocked_seconds=0.2, now=clock):
        reads = clock.reads
        block_until(lambda: clock.reads > reads + 2)
        clock.leaps += 100.0
        block_until(lambda: BLOCKED in events(logs))
    assert 0.2 <= logs[0]["seconds"] < 50  # without the time of standing still


def holding_the_gil(seconds: float) -> Callable[[], Any]:
    """Return a call that is busy in C code for so long, or longer."""
    for size in range(18, 60):
        began = time.monotonic()
        busy = partial(re.match, r"(a|aa)+$", "a" * size + "b")
        busy()
        if time.monotonic() - began >= seconds:
            return busy
    raise AssertionError("this machine is too fast")


@pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="this Python has no GIL")
async def test_c_code_that_keeps_everybody_waiting_is_not_told_of(logs: Logs) -> None:
    busy = holding_the_gil(0.3)
    async with a_watchdog(blocked_seconds=0.1):
        await asyncio.sleep(0)
        busy()
        await asyncio.sleep(0)
    assert logs == []


async def test_a_thread_without_frames_has_no_stack(logs: Logs) -> None:
    async with a_watchdog(frames=dict):
        block_until(lambda: BLOCKED in events(logs))
    assert logs[0]["stack"] == ""


async def test_a_deep_stack_loses_its_middle(logs: Logs) -> None:
    async with a_watchdog(frames=lambda: a_chain_of_frames(500)):
        block_until(lambda: BLOCKED in events(logs))
    assert len(logs[0]["stack"]) < STACK_CHARACTERS + 100
    assert "characters left out" in logs[0]["stack"]


def a_chain_of_frames(levels: int) -> dict[int, FrameType]:
    """Return, for every thread, a stack in which no line comes twice in a row: those would be summed up."""

    def one(left: int) -> FrameType:
        return other(left - 1) if left else sys._getframe()

    def other(left: int) -> FrameType:
        return one(left - 1) if left else sys._getframe()

    return dict.fromkeys((thread.ident or 0 for thread in threading.enumerate()), one(levels))


async def test_leaving_ends_the_thread() -> None:
    async with a_watchdog(blocked_seconds=60.0) as watchdog:
        assert watchdog.is_alive()
    assert not watchdog.is_alive()


async def test_the_context_watches_the_loop_that_it_is_entered_in(logs: Logs) -> None:
    async with watching(role="control plane", blocked_seconds=0.1):
        block_until(lambda: BLOCKED in events(logs))
        await until(lambda: UNBLOCKED in events(logs))
    assert {entry["role"] for entry in logs} == {"control plane"}
    assert [thread.name for thread in threading.enumerate() if "watchdog" in thread.name] == []


def test_a_loop_that_was_closed_ends_the_thread(logs: Logs) -> None:
    loop = asyncio.new_event_loop()
    watchdog = LoopWatchdog(loop, role="worker", blocked_seconds=0.05, shortest_rest=0.01)
    loop.close()
    watchdog.start()
    watchdog.join(10)
    assert not watchdog.is_alive()
    assert logs == []
