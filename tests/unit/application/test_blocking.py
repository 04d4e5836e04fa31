"""Blocking calls where an event loop runs."""

import asyncio
import warnings
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from fastworker import BlocksEventLoop
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.blocking import check_may_block
from fastworker.application.execution import Execution, perform, perform_async
from fastworker.application.task_function import Isolation, task
from fastworker.domain.lifecycle import TaskStatus


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


def an_attempt(function: Callable[..., Any], *, isolation: Isolation = None) -> Execution:
    signature = JsonPayloadCodec().signature(function)
    payload = JsonPayloadCodec().encode_arguments((), {})
    return Execution("t1", 1, 1, task(isolation=isolation)(function), signature, payload, lambda: 1.0)


async def blocks() -> None:
    check_may_block()


def blocks_in_a_loop_of_its_own() -> None:
    asyncio.run(blocks())


async def blocks_in_a_loop_of_a_thread() -> None:
    await anyio.to_thread.run_sync(blocks_in_a_loop_of_its_own)


async def blocks_in_a_thread() -> None:
    await anyio.to_thread.run_sync(check_may_block)


@pytest.mark.anyio
async def test_inside_an_async_task_it_is_refused() -> None:
    error = (await perform_async(an_attempt(blocks))).error
    assert error is not None
    assert error.error_type.endswith("BlockingInTask")
    assert "holds up all that its worker does: use `await fn.submit" in error.message


def test_a_def_task_with_an_event_loop_of_its_own_is_warned() -> None:
    with pytest.warns(BlocksEventLoop):
        outcome = perform(an_attempt(blocks_in_a_loop_of_its_own))
    assert outcome.status is TaskStatus.SUCCESS


@pytest.mark.anyio
async def test_so_is_a_thread_of_an_async_task_with_an_event_loop_of_its_own() -> None:
    with pytest.warns(BlocksEventLoop):
        outcome = await perform_async(an_attempt(blocks_in_a_loop_of_a_thread))
    assert outcome.status is TaskStatus.SUCCESS


@pytest.mark.anyio
async def test_so_is_an_async_task_in_a_child_process_which_holds_up_only_itself() -> None:
    with pytest.warns(BlocksEventLoop):
        outcome = await perform_async(an_attempt(blocks, isolation="process"))
    assert outcome.status is TaskStatus.SUCCESS


@pytest.mark.anyio
async def test_threads_may_block_whatever_runs_in_the_thread_that_started_them() -> None:
    assert (await perform_async(an_attempt(blocks_in_a_thread))).status is TaskStatus.SUCCESS


def test_blocking_code_may_block() -> None:
    with warnings.catch_warnings(action="error"):
        check_may_block()
