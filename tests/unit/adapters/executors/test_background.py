"""A loop in a thread of its own: runs, is cancelled, and tells of its failure."""

import threading
import time

import anyio
import pytest
import structlog

from fastworker.adapters.executors import background
from fastworker.adapters.executors.background import LoopThread, in_own_thread
from tests.contracts.desk import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_the_function_runs_in_another_thread_until_the_context_is_left() -> None:
    events: list[tuple[str, int]] = []

    async def run() -> None:
        events.append(("started", threading.get_ident()))
        try:
            await anyio.sleep_forever()
        finally:
            events.append(("ended", threading.get_ident()))

    async with in_own_thread(run):
        await until(lambda: len(events) == 1)
    assert [name for name, _ in events] == ["started", "ended"]
    assert threading.get_ident() not in {ident for _, ident in events}


async def test_the_thread_goes_on_while_the_loop_of_the_caller_is_busy() -> None:
    beats = 0

    async def run() -> None:
        nonlocal beats
        while True:
            beats += 1
            await anyio.sleep(0.001)

    async with in_own_thread(run):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while beats < 5:  # no await: this loop is blocked
            assert time.monotonic() < deadline


async def test_leaving_at_once_ends_the_function_too() -> None:
    for _ in range(20):

        async def run() -> None:
            await anyio.sleep_forever()

        async with in_own_thread(run):
            pass
    assert not [thread for thread in threading.enumerate() if isinstance(thread, LoopThread)]


async def test_leaving_after_the_function_has_ended_is_quiet() -> None:
    ended = threading.Event()

    async def run() -> None:
        ended.set()

    async with in_own_thread(run):
        await until(ended.is_set)


async def test_leaving_by_cancellation_still_ends_the_function() -> None:
    ended = threading.Event()
    started = threading.Event()

    async def run() -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    with anyio.CancelScope() as scope:
        async with in_own_thread(run):
            await until(started.is_set)
            scope.cancel()
            await anyio.sleep_forever()
    assert ended.is_set()


async def test_a_failure_is_logged_with_the_name_of_the_thread() -> None:
    async def run_badly() -> None:
        raise ValueError("bad")

    with structlog.testing.capture_logs() as logs:
        thread = LoopThread(run_badly)
        thread.start()
        await until(lambda: not thread.is_alive())
        thread.close()
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("background_failed", "error")]
    assert logs[0]["thread"].endswith("run_badly")


async def test_leaving_does_not_wait_for_a_function_that_blocks_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "CLOSE_SECONDS", 0.05)
    gate = threading.Event()
    blocks = threading.Event()

    async def run() -> None:
        blocks.set()
        gate.wait(PATIENCE_SECONDS)

    async with in_own_thread(run):
        await until(blocks.is_set)
    still_blocked = not gate.is_set()
    gate.set()
    assert still_blocked
    await until(lambda: not [thread for thread in threading.enumerate() if isinstance(thread, LoopThread)])
