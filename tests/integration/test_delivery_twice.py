"""What comes twice: the same submission from two clients, the same report from a worker."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fastworker import IdConflict, SyncClient, TaskStatus
from fastworker.application.messages import Completions, Leases, Reported, ReportEntry
from fastworker.application.task_options import submit_options

from .gates import Gates
from .raw_requests import peers_of
from .system import StartSystem

TASKS = 25


def test_the_same_id_from_two_clients_at_once_is_one_task_that_runs_once_and_completes_both_handles(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=2, modules="work delivery_work")
    together = threading.Barrier(2)

    def submit(client: SyncClient) -> list[str]:
        together.wait(10)
        handles = [
            client.submit("counted_pause", (gates.folder, name, 0.0), {}, submit_options(task_id=name))
            for name in names
        ]
        return [handle.get(timeout=20) for handle in handles]

    names = [f"task-{number}" for number in range(TASKS)]
    with up.sync_client() as one, up.sync_client() as other, ThreadPoolExecutor(2) as pool:
        assert list(pool.map(submit, (one, other))) == [names, names]
        assert one.inspect().finished[TaskStatus.SUCCESS] == TASKS
    assert sorted(gates.order()) == sorted(names)


def test_the_same_id_with_another_call_is_a_conflict_and_the_first_goes_on(system: StartSystem, gates: Gates) -> None:
    up = system(modules="work delivery_work")
    with up.sync_client() as one, up.sync_client() as other:
        handle = one.submit("counted", (gates.folder, "mine"), {}, submit_options(task_id="mine"))
        with pytest.raises(IdConflict, match="'mine' is taken by a call of 'counted' with other arguments"):
            other.submit("counted", (gates.folder, "yours"), {}, submit_options(task_id="mine"))
        gates.open("mine")
        assert handle.get(timeout=20) == "mine"
    assert gates.order() == ["mine"]


def test_a_report_that_comes_twice_counts_once_and_one_under_another_token_changes_nothing(
    system: StartSystem,
) -> None:
    up = system(workers=0)

    async def main() -> None:
        async with peers_of(up) as peers:
            await peers.join("raw")
            await peers.submit("raw", "a-task")
            ((task_id, token),) = (await peers.leases("raw")).items()
            entry = ReportEntry(task_id, token, TaskStatus.SUCCESS, 0.1)
            stale = ReportEntry(task_id, token ^ 1, TaskStatus.FAILURE, 0.1)

            for again in range(3):
                assert await peers.report("raw", entry, b"1") == Reported(superseded=[]), again
            assert await peers.report("raw", stale, b"") == Reported(superseded=[task_id])
            polled = await peers.worker.ask(peers.poll_of("raw", entries=[entry], payloads=[b"1"]))
            assert isinstance(polled, Leases)
            assert polled.superseded == []

            state = await peers.inspect()
            assert (state.finished[TaskStatus.SUCCESS], state.finished[TaskStatus.FAILURE]) == (1, 0)
            assert state.superseded == 1
            for acknowledged in (0, 0):  # the completion comes until it is acknowledged, and is one
                told = await peers.completions(acknowledged=acknowledged)
                assert isinstance(told, Completions)
                assert [(each.task_id, each.status) for each in told.entries] == [("a-task", TaskStatus.SUCCESS)]

    asyncio.run(asyncio.wait_for(main(), 40))
