"""The clients that users make, in the event loops and threads that users have."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import trio

from fastworker import Client, ClientNotRunning, SyncClient, TaskFailed, TaskHandle

from .gates import Gates
from .modules import work
from .processes import HERE, Processes
from .system import System

THREADS = 8
EACH = 25


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in an event loop of its own, with a deadline."""
    return asyncio.run(asyncio.wait_for(main, 10))


def test_a_task_function_finds_a_client_in_every_run_of_an_event_loop(standing: System, processes: Processes) -> None:
    environment = {"FASTWORKER_ADDRESS": standing.address}

    finished = processes.run("python", "-W", "error", str(HERE / "scripts" / "twice.py"), environment=environment)

    assert finished.output == "[1, 2, 3]\n[4, 5, 6]\n7\n"
    assert (finished.exit_code, finished.errors) == (0, "")


def test_one_blocking_client_serves_any_number_of_threads(standing: System) -> None:
    with standing.sync_client() as client, ThreadPoolExecutor(THREADS) as pool:
        together = threading.Barrier(THREADS)

        def submit(thread: int) -> list[int]:
            together.wait(10)
            handles = [client.delay(work.echo, thread * EACH + number) for number in range(EACH)]
            return [handle.get(timeout=10) for handle in handles]

        answers = list(pool.map(submit, range(THREADS)))

    assert [value for answer in answers for value in answer] == list(range(THREADS * EACH))


def test_a_wait_with_a_timeout_ends_and_the_task_goes_on(standing: System, gates: Gates) -> None:
    with standing.sync_client() as client:
        handle = client.delay("wait_at_gate", gates.folder, "slow")

        with pytest.raises(TimeoutError):
            handle.get(timeout=0.1)

        gates.open("slow")
        assert handle.get(timeout=10) == "slow"


def test_a_client_works_on_trio_against_a_real_control_plane(standing: System) -> None:
    async def main() -> tuple[object, ...]:
        async with Client(standing.address) as client:
            handle = await work.echo.submit(1)
            many = await client.map("add", [(number, 1) for number in range(50)])
            failing = await client.delay("divide", 1, 0)
            with pytest.raises(TaskFailed, match="division by zero"):
                await failing
            ends = [handle async for handle in client.as_completed(many)]
            return await handle, [await handle for handle in many], sorted(ends) == sorted(many)

    assert trio.run(main) == (1, list(range(1, 51)), True)


def test_a_started_client_serves_task_functions_until_it_is_stopped_and_can_be_started_again(standing: System) -> None:
    async def main() -> list[int]:
        client = Client(standing.address)
        answers = []
        for number in range(2):
            await client.start()
            await client.start()  # changes nothing
            answers.append(await (await work.echo.submit(number)))
            client.stop()
            client.stop()
        return answers

    assert run(main()) == [0, 1]


def test_a_client_that_was_stopped_refuses_calls_until_it_is_started_again(standing: System) -> None:
    async def main() -> None:
        client = Client(standing.address)
        await client.start()
        assert await (await client.delay("echo", 1)) == 1
        client.stop()
        with pytest.raises(ClientNotRunning, match="start"):
            await client.delay("echo", 2)

    run(main())


def test_a_client_that_was_never_started_says_how_to_start_it(standing: System) -> None:
    async def main() -> None:
        with pytest.raises(ClientNotRunning, match=r"use `async with client`, or `await client.start\(\)` first"):
            await Client(standing.address).delay("echo", 1)

    run(main())


def test_completion_callbacks_and_as_completed_tell_each_end_once(standing: System, gates: Gates) -> None:
    async def main() -> tuple[list[str], list[str]]:
        told: list[str] = []
        async with Client(standing.address) as client:
            slow = await client.delay("wait_at_gate", gates.folder, "slow")
            quick = await client.delay("echo", 1)
            names = {slow: "slow", quick: "quick"}
            for handle in names:
                handle.add_done_callback(lambda handle: told.append(names[handle]))
            order = []
            async for handle in client.as_completed([slow, quick]):
                order.append(names[handle])
                gates.open("slow")
        return told, order

    assert run(main()) == (["quick", "slow"], ["quick", "slow"])


def test_a_handle_is_its_id_and_any_number_of_waiters_get_the_result(standing: System) -> None:
    async def main() -> None:
        async with Client(standing.address) as client:
            handle: TaskHandle[int] = await client.delay("echo", 5)
            assert await asyncio.gather(*(waiter(handle) for _ in range(10))) == [5] * 10
            result = await client.get_task_result(str(handle))
            assert result is not None
            assert (result.task_id, result.result, result.name) == (str(handle), 5, "echo")

    async def waiter(handle: TaskHandle[int]) -> int:
        return await handle

    run(main())


def test_two_clients_of_one_process_do_not_disturb_each_other(standing: System) -> None:
    async def main() -> tuple[int, int]:
        async with Client(standing.address) as one, Client(standing.address) as other:
            first = await one.delay("echo", 1)
            second = await other.delay("echo", 2)
            return await second, await first

    assert run(main()) == (2, 1)
    with SyncClient(standing.address) as one, SyncClient(standing.address) as other:
        assert (one.delay("echo", 1).get(timeout=5), other.delay("echo", 2).get(timeout=5)) == (1, 2)


def test_many_callers_that_look_at_results_at_once_are_all_answered(standing: System) -> None:
    async def main() -> set[int]:
        async with Client(standing.address) as client:
            handles = await client.map("echo", [(number,) for number in range(500)])
            for handle in handles:
                await handle
            found = await asyncio.gather(*(client.get_task_result(str(handle)) for handle in handles))
            return {result.result for result in found if result is not None}

    assert run(main()) == set(range(500))
