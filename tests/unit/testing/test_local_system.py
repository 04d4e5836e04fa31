"""A whole system in the event loop of a test: what is submitted in it runs in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import Any

import anyio
import pytest

from fastworker import (
    ClientNotRunning,
    InvalidArguments,
    InvalidTaskModule,
    TaskFailed,
    TaskStatus,
    UnknownTask,
)
from fastworker.adapters.memory import InMemoryTransport
from fastworker.application.current_client import current_client
from fastworker.application.ports.transport import Handler
from fastworker.domain.errors import AddressUnusable, InvalidOption
from fastworker.testing import LocalSystem, installation

from . import work
from .work import Parcel, double, halve, submits, weigh, where

pytestmark = pytest.mark.anyio


async def test_what_is_submitted_inside_runs_inside() -> None:
    async with LocalSystem(work):
        handle = await double.submit(21)
        assert await handle == 42
        assert await handle.status() is TaskStatus.SUCCESS


async def test_def_and_async_def_tasks_run_one_by_one_and_in_bulk() -> None:
    async with LocalSystem(work) as system:
        handles = [*await double.map([(number,) for number in range(100)]), *await halve.map([(4,), (6,)])]
        assert await system.drain() == 102
        assert [await handle for handle in handles] == [*range(0, 200, 2), 2.0, 3.0]


async def test_tasks_submit_tasks() -> None:
    async with LocalSystem(work):
        assert await (await submits.submit(4)) == 8


async def test_values_go_through_the_real_codec() -> None:
    sent_at = datetime(2026, 1, 2, tzinfo=UTC)
    async with LocalSystem(work):
        result = await (await weigh.submit(Parcel(1.5, sent_at), Path("label.pdf")))
        assert result == Parcel(2.5, sent_at)
        with pytest.raises(InvalidArguments):
            await double.submit("many")  # type: ignore[arg-type]


async def test_a_name_is_as_good_as_its_function() -> None:
    async with LocalSystem(work) as system:
        assert await (await system.client.delay("halve", 9, by=3)) == 3.0
        assert system.submitted("halve", 9, by=3)
        with pytest.raises(UnknownTask, match="did you mean: halve"):
            await system.client.delay("halv", 9)


async def test_an_error_of_a_task_comes_with_its_traceback() -> None:
    async with LocalSystem(work):
        with pytest.raises(TaskFailed, match="ZeroDivisionError") as raised:
            await (await halve.submit(1, by=0))
        assert "return value / by" in raised.value.remote_traceback


@pytest.mark.parametrize(
    "tasks",
    [
        (work,),
        (double, halve),
        ("tests.unit.testing.work",),
        ("tests.unit.testing.work.double", halve),
        (work, double, "tests.unit.testing.work.double"),
    ],
    ids=["module", "functions", "name of a module", "name of a function", "all of it twice"],
)
async def test_it_takes_modules_functions_and_names(tasks: tuple[object, ...]) -> None:
    async with LocalSystem(*tasks):  # type: ignore[arg-type]
        assert await (await double.submit(1)) == 2
        assert await (await halve.submit(1)) == 0.5


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ((), "a system needs tasks"),
        ((datetime,), "no task functions in <class 'datetime.datetime'>"),
        (("tests.unit.testing.test_duration",), "no task functions in 'tests.unit.testing.test_duration'"),
        (("no_such_module",), "'no_such_module' names no module and no task .*ModuleNotFoundError"),
        (("tests.unit.testing.work.dubble",), "names no module and no task .*dubble"),
    ],
)
async def test_what_has_no_tasks_is_refused(tasks: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidTaskModule, match=message):
        LocalSystem(*tasks)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"workers": -1}, {"slots": 0}, {"patience": "long"}, {"patience": 0}])
async def test_options_that_cannot_work_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(InvalidOption):
        LocalSystem(work, **options)  # type: ignore[arg-type]


async def test_the_client_is_current_inside_and_only_there() -> None:
    async with LocalSystem(work) as outer:
        async with LocalSystem(work) as inner:
            assert current_client() is inner.client
        assert current_client() is outer.client


async def test_a_client_that_code_under_test_enters_gives_way_to_the_system() -> None:
    async with LocalSystem(work) as system, system.new_client():
        assert current_client() is system.client


async def test_a_system_can_be_opened_again_and_begins_anew() -> None:
    reused = LocalSystem(work)
    for _ in range(2):
        async with reused as system:
            await double.submit(1)
            assert len(system.submissions()) == 1
            with pytest.raises(RuntimeError, match="open already"):
                await reused.__aenter__()


async def test_outside_it_says_that_it_is_not_open() -> None:
    with pytest.raises(RuntimeError, match="use `async with LocalSystem"):
        await LocalSystem(work).drain()


async def test_leaving_ends_what_runs_and_what_waits() -> None:
    ended = []

    @work.task
    async def wait_for_ever() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("it")

    async with LocalSystem(wait_for_ever, double, patience=0.01) as system:
        handle = await wait_for_ever.submit()
        await system.advance(0)
        late = await double.options(delay=60).submit(1)
    assert ended == ["it"]
    for waiting in (handle, late):
        with pytest.raises(ClientNotRunning):
            await waiting


async def test_a_blocking_call_in_an_async_task_is_refused_as_by_a_worker() -> None:
    @work.task
    async def submits_sync() -> None:
        double.submit_sync(1)

    async with LocalSystem(submits_sync, double):
        handle = await submits_sync.submit()
        with pytest.raises(TaskFailed, match=r"BlockingInTask.*on the event loop of the LocalSystem"):
            await handle


async def test_an_error_of_the_test_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError, match="mine"):
        async with LocalSystem(work):
            raise KeyError("mine")


async def test_an_application_may_start_and_stop_a_client_of_its_own(anyio_backend_name: str) -> None:
    async with LocalSystem(work) as system:
        async with system.new_client() as client:
            assert await (await client.delay("double", 4)) == 8
        if anyio_backend_name == "asyncio":
            client = system.new_client()
            await client.start()
            assert await (await client.delay("double", 5)) == 10
            await client.aclose()
        assert {each.arguments["value"] for each in system.submissions(double)} <= {4, 5}


async def test_def_tasks_run_in_threads_unless_told_otherwise() -> None:
    async with LocalSystem(work):
        assert await (await where.submit()) != get_ident()
    async with LocalSystem(work, threads=False):
        assert await (await where.submit()) == get_ident()


async def test_tasks_that_ask_for_a_process_run_here() -> None:
    @work.task(isolation="process")
    def apart() -> int:
        return 7

    async with LocalSystem(apart):
        assert await (await apart.submit()) == 7


async def test_workers_share_the_work_as_far_as_their_slots_go() -> None:
    running: list[int] = []
    gate = anyio.Event()

    @work.task
    async def hold(number: int) -> None:
        running.append(number)
        await gate.wait()

    async with LocalSystem(hold, workers=3, slots=2, patience=0.05) as system:
        await hold.map([(number,) for number in range(10)])
        await system.advance(0)
        assert len(running) == 6
        gate.set()
        assert await system.drain() == 10


async def test_many_systems_can_be_open_one_after_the_other() -> None:
    for _ in range(50):
        async with LocalSystem(work) as system:
            await double.submit(1)
            assert await system.drain() == 1


async def test_a_network_that_cannot_be_opened_is_an_error_where_the_system_is_entered() -> None:
    class Broken(InMemoryTransport):
        """Listens nowhere."""

        def serve(self, addresses: Sequence[str], handler: Handler) -> Any:
            raise AddressUnusable(f"cannot listen at {addresses[0]}")

    with pytest.raises(AddressUnusable, match="inproc://clients"):
        await LocalSystem(work, transport=Broken).__aenter__()
    async with LocalSystem(work):  # and nothing of it is left
        assert await (await double.submit(1)) == 2


async def test_a_task_that_does_not_let_itself_be_cancelled_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "LEAVE_SECONDS", 0.05)
    gate = anyio.Event()

    @work.task
    async def stubborn() -> None:
        with anyio.CancelScope(shield=True):
            await gate.wait()

    async def a_test() -> None:
        async with LocalSystem(stubborn, patience=0.05) as system:
            await stubborn.submit()
            await system.advance(0)

    with pytest.raises(TimeoutError, match="did not let itself be cancelled"):
        await a_test()
    gate.set()
    await anyio.wait_all_tasks_blocked()
