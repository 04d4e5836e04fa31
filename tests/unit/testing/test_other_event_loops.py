"""Code on event loops of its own, in a blocking test: it hears of ends in their order, where it waits."""

import asyncio
import threading
from contextlib import closing

import anyio
import pytest
import trio
from outcome import Outcome

from fastworker import ClientNotRunning, TaskCancelled
from fastworker.application.current_client import current_client
from fastworker.application.handle import TaskHandle
from fastworker.testing import LocalSystem, StillWaiting, SyncLocalSystem

from . import work
from .work import double, halve

each_backend = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@each_backend
def test_handles_come_in_the_order_in_which_their_tasks_end(backend: str) -> None:
    async def application() -> None:
        handles = [await double.options(delay=delay).submit(delay) for delay in (60, 30, 0)]
        handles.append(client.handle(str(handles[1])))
        completed = client.as_completed(handles)
        assert await anext(completed) is handles[2]
        await anyio.to_thread.run_sync(system.advance, "1m")
        assert [await handle async for handle in completed] == [60, 60, 120]

    with SyncLocalSystem(work) as system:
        client = current_client()
        anyio.run(application, backend=backend)


@each_backend
def test_a_done_callback_is_called_on_the_loop_that_asked_for_it_though_nobody_waits(backend: str) -> None:
    async def application() -> None:
        called = anyio.Event()
        calls: list[tuple[TaskHandle[int], int]] = []

        def note(handle: TaskHandle[int]) -> None:
            calls.append((handle, threading.get_ident()))
            called.set()

        handle = await double.submit(4)
        handle.add_done_callback(note)
        with anyio.fail_after(5):
            await called.wait()
        handle.add_done_callback(note)
        assert calls == [(handle, threading.get_ident())] * 2
        assert handle.value() == 8

    with SyncLocalSystem(work):
        anyio.run(application, backend=backend)


@each_backend
def test_what_one_loop_has_submitted_can_be_awaited_on_another_when_the_first_is_over(backend: str) -> None:
    async def submit() -> TaskHandle[int]:
        handle = await double.options(delay=60).submit(4)
        handle.add_done_callback(calls.append)
        return handle

    async def wait(handle: TaskHandle[int]) -> int:
        return await handle

    calls: list[TaskHandle[int]] = []
    with SyncLocalSystem(work) as system:
        handle = anyio.run(submit, backend=backend)
        system.advance("1m")
        assert handle.is_done
        assert anyio.run(wait, handle, backend=backend) == 8
    assert calls == []


def test_without_a_loop_a_done_callback_is_called_in_the_thread_of_the_system() -> None:
    with SyncLocalSystem(work) as system:
        called = threading.Event()
        handle = anyio.run(double.options(delay=60).submit, 4)
        handle.add_done_callback(lambda _: called.set())
        system.advance("1m")
        assert called.wait(5)


@each_backend
def test_a_wait_for_several_is_told_when_nothing_goes_on_that_could_end_it(backend: str) -> None:
    async def application() -> None:
        handles = [await double.options(delay=60).submit(1), await halve.submit(4)]
        completed = current_client().as_completed(handles)
        assert await anext(completed) is handles[1]
        with pytest.raises(StillWaiting, match=r"double\(value=1\): starts in 1m"):
            await anext(completed)
        await handles[0].cancel()
        with pytest.raises(TaskCancelled):
            await handles[0]

    with SyncLocalSystem(work, patience=0.02):
        anyio.run(application, backend=backend)


@each_backend
def test_a_wait_for_several_ends_with_the_system(backend: str) -> None:
    async def leave() -> None:
        await anyio.wait_all_tasks_blocked()
        await anyio.to_thread.run_sync(system.__exit__, None, None, None)

    async def application() -> None:
        handles = [await double.options(delay=60).submit(1), await halve.submit(4)]
        completed = current_client().as_completed(handles)
        assert await anext(completed) is handles[1]
        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            with pytest.raises(ClientNotRunning):
                await anext(completed)

    with SyncLocalSystem(work, patience=60) as system:
        anyio.run(application, backend=backend)


def test_another_loop_of_the_same_thread_is_told_what_to_do() -> None:
    with closing(asyncio.new_event_loop()) as loop, closing(asyncio.new_event_loop()) as other:
        system = LocalSystem(work)
        loop.run_until_complete(system.__aenter__())
        with pytest.raises(ClientNotRunning, match=r"another event loop.*httpx.ASGITransport"):
            other.run_until_complete(asyncio.wait_for(double.submit(4), 5))
        loop.run_until_complete(system.__aexit__(None, None, None))


def test_a_loop_of_another_library_in_the_same_thread_is_told_what_to_do() -> None:
    async def of_trio() -> None:
        async with LocalSystem(work):
            assert await (await double.submit(1)) == 2
            token.append(trio.lowlevel.current_trio_token())
            is_open.set()
            with anyio.fail_after(5):
                await is_left.wait()

    async def of_asyncio() -> None:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Outcome[None]] = loop.create_future()
        trio.lowlevel.start_guest_run(
            of_trio,
            run_sync_soon_threadsafe=loop.call_soon_threadsafe,
            done_callback=ended.set_result,
            host_uses_signal_set_wakeup_fd=True,
        )
        await asyncio.wait_for(is_open.wait(), 5)
        with pytest.raises(ClientNotRunning, match=r"another event loop.*httpx.ASGITransport"):
            await double.submit(4)
        token[0].run_sync_soon(is_left.set)
        (await ended).unwrap()

    token: list[trio.lowlevel.TrioToken] = []
    is_open = asyncio.Event()
    is_left = trio.Event()
    asyncio.run(of_asyncio())
