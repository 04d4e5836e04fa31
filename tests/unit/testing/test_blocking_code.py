"""Blocking code: in threads beside the system, in `def` tasks, and in `def` tests."""

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
from fastapi import FastAPI
from litestar import Litestar, get
from litestar.testing import TestClient

from fastworker import (
    Cancellation,
    ClientNotRunning,
    InvalidArguments,
    TaskCancelled,
    TaskFailed,
    TaskLost,
    TaskStatus,
    UnknownTask,
)
from fastworker.application.client import TaskClient
from fastworker.application.current_client import current_client
from fastworker.testing import FaultUnused, LocalSystem, NotSubmitted, StillWaiting, SyncLocalSystem

from . import work
from .work import double, flaky, halve, submits_blocking


def a_page(value: int) -> int:
    """Submit and wait, as a view of a blocking framework does."""
    return double.submit_sync(value).get(timeout=10)


@pytest.mark.anyio
async def test_blocking_code_submits_from_threads() -> None:
    async with LocalSystem(work) as system:
        assert await anyio.to_thread.run_sync(a_page, 4) == 8
        assert system.submitted(double, 4)


@pytest.mark.anyio
async def test_a_def_task_submits_and_waits_in_its_thread() -> None:
    async with LocalSystem(work):
        assert await (await submits_blocking.submit(4)) == 8


@pytest.mark.anyio
async def test_blocking_code_on_the_event_loop_is_told_what_to_do() -> None:
    async with LocalSystem(work):
        with pytest.raises(ClientNotRunning, match=r"which it would block for ever.*anyio.to_thread.run_sync"):
            double.submit_sync(4)
    async with LocalSystem(work, threads=False):
        with pytest.raises(TaskFailed, match=r"unless the system was made with threads=False"):
            await (await submits_blocking.submit(4))


@pytest.mark.anyio
async def test_code_of_another_event_loop_is_told_what_to_do() -> None:
    async def page() -> None:
        await double.submit(4)

    def other_loop() -> None:
        anyio.run(page)

    async with LocalSystem(work):
        with pytest.raises(ClientNotRunning, match=r"another event loop.*httpx.ASGITransport"):
            await anyio.to_thread.run_sync(other_loop)


def test_a_blocking_test_submits_drains_and_looks() -> None:
    with SyncLocalSystem(work) as system:
        handle = double.submit_sync(4)
        assert system.drain() == 1
        assert handle.get(timeout=10) == 8
        assert system.submitted(double, value=4) == system.submissions()
        with pytest.raises(NotSubmitted):
            system.submitted(halve)


def test_a_blocking_test_has_the_blocking_client_of_its_system() -> None:
    with SyncLocalSystem(work, workers=1) as system:
        handles = system.client.map(double, [(1,), (2,)])
        assert [handle.get(timeout=10) for handle in handles] == [2, 4]
        assert system.client.status(str(handles[0])) is TaskStatus.SUCCESS
        assert system.client.inspect().workers[0].worker_id == "worker-1"
    with pytest.raises(RuntimeError, match="not open"):
        _ = system.client


def test_threads_of_a_blocking_test_share_its_system() -> None:
    with SyncLocalSystem(work, workers=2) as system, ThreadPoolExecutor(4) as threads:
        assert list(threads.map(a_page, range(40))) == list(range(0, 80, 2))
        assert len(system.submissions(double)) == 40


def test_a_blocking_test_moves_time() -> None:
    with SyncLocalSystem(work, patience=0.05) as system:
        before = system.now
        handle = double.options(delay=3600).submit_sync(4)
        with pytest.raises(StillWaiting, match=r"double\(value=4\): starts in 1h"):
            handle.get()
        system.advance("1h")
        assert handle.get(timeout=10) == 8
        assert (system.now - before).total_seconds() == pytest.approx(3600)


def test_a_blocking_test_makes_things_fail() -> None:
    with SyncLocalSystem(work, workers=1) as system:
        system.fail_next(flaky, OSError("down"))
        handle = flaky.submit_sync(1)
        system.advance("10s")
        assert handle.get(timeout=10) == 2
        system.kill_next(double)
        lost = double.submit_sync(1)
        system.advance("20s")
        with pytest.raises(TaskLost):
            lost.get(timeout=10)
        assert system.start_worker() == "worker-2"
        assert a_page(1) == 2
        assert system.kill_worker("worker-2") == "worker-2"
        with pytest.raises(FaultUnused), SyncLocalSystem(work) as other:
            other.fail_next(double, OSError("down"))


def test_a_blocking_system_is_over_when_it_is_left() -> None:
    threads = threading.active_count()
    with SyncLocalSystem(work) as system:
        a_page(1)
    with pytest.raises(RuntimeError, match="use `with SyncLocalSystem"):
        system.drain()
    assert threading.active_count() <= threads


def test_a_handle_of_a_blocking_system_that_was_left_says_so() -> None:
    with SyncLocalSystem(work):
        handle = double.submit_sync(1)
    with pytest.raises(ClientNotRunning, match="has been left"):
        handle.get()


def test_a_blocking_system_refuses_what_the_other_refuses() -> None:
    with SyncLocalSystem(double), pytest.raises(UnknownTask):
        halve.submit_sync(1)


async def a_view(value: int) -> int:
    """Submit and wait, as a view of an asynchronous framework does."""
    return await (await double.submit(value))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_asynchronous_code_of_a_blocking_test_reaches_the_system_from_its_own_loop(backend: str) -> None:
    async def everything() -> None:
        assert await a_view(4) == 8
        client = current_client()
        handles = await double.map([(1,), (2,)])
        assert [await handle async for handle in client.as_completed(handles)] == [2, 4]
        assert await handles[0].status() is TaskStatus.SUCCESS
        assert [event.status async for event in handles[0].events()][-1] is TaskStatus.SUCCESS
        assert await (await handles[1].retry()) == 4
        late = await double.options(delay=60).submit(3)
        assert await client.get_task_result(late) is None
        assert await late.cancel() is Cancellation.CANCELLED
        with pytest.raises(TaskCancelled):
            await late
        with pytest.raises(InvalidArguments):
            await double.submit("many")  # type: ignore[arg-type]
        assert "double" in (await client.inspect()).names
        await client.drain_worker("worker-1")

    with SyncLocalSystem(work) as system:
        anyio.run(everything, backend=backend)
        assert len(system.submissions(double)) == 5


def test_a_blocking_test_client_of_a_web_framework_works() -> None:
    @get("/double")
    async def double_page() -> int:
        return await a_view(4)

    @get("/blocking", sync_to_thread=True)
    def blocking_page() -> int:
        return a_page(5)

    with SyncLocalSystem(work) as system, TestClient(Litestar([double_page, blocking_page])) as client:
        assert client.get("/double").json() == 8
        assert client.get("/blocking").json() == 10
        assert [each.arguments for each in system.submitted(double)] == [{"value": 4}, {"value": 5}]


@pytest.mark.anyio
async def test_an_application_on_the_loop_of_the_test_works(anyio_backend_name: str) -> None:
    app = FastAPI()
    app.get("/double/{value}")(a_view)
    async with LocalSystem(work), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert (await client.get("/double/4")).json() == 8


def test_an_application_in_a_blocking_test_may_start_and_stop_a_client_of_its_own() -> None:
    async def live(client: TaskClient) -> int:
        await client.start()
        handle = await client.delay("double", 4)
        result = await handle
        client.stop()
        await client.aclose()
        async with client as entered:
            return int(result + await (await entered.delay("double", 1)))

    with SyncLocalSystem(work) as system:
        assert anyio.run(live, system.new_client()) == 10
