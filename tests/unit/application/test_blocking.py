"""Blocking calls where an event loop runs."""

import asyncio
import threading
import warnings
from typing import Any, cast

import anyio
import pytest

from fastworker import BlockingInTask, BlocksEventLoop
from fastworker.application.blocking import check_may_block
from fastworker.application.current_task import running_execution


@pytest.mark.anyio
async def test_a_blocking_call_on_an_event_loop_is_warned_of_and_says_what_to_do() -> None:
    with pytest.warns(BlocksEventLoop, match=r"await fn\.submit.*in a thread") as warned:
        check_may_block()
    assert warned[0].filename == __file__  # the caller's, not ours: so it is told once for each place


def test_in_a_callback_of_the_loop_too() -> None:
    async def main() -> None:
        told = asyncio.Event()

        def call_back() -> None:
            with pytest.warns(BlocksEventLoop):
                check_may_block()
            told.set()

        asyncio.get_running_loop().call_soon(call_back)
        await told.wait()

    asyncio.run(main())


@pytest.mark.anyio
async def test_inside_an_async_task_it_is_refused() -> None:
    token = running_execution.set(cast("Any", "an execution"))
    with pytest.raises(BlockingInTask, match=r"holds up all that its worker does: use `await fn\.submit"):
        check_may_block()
    running_execution.reset(token)


@pytest.mark.anyio
async def test_threads_may_block_whatever_runs_in_the_thread_that_started_them() -> None:
    token = running_execution.set(cast("Any", "an execution"))
    await anyio.to_thread.run_sync(check_may_block)
    running_execution.reset(token)
    thread = threading.Thread(target=check_may_block)
    thread.start()
    thread.join()


def test_blocking_code_may_block() -> None:
    with warnings.catch_warnings(action="error"):
        check_may_block()
