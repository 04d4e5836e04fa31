"""Tasks that start later, at a moment, or not at all any more, by real clocks."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fastworker import Client, SyncClient, TaskExpired, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .modules import work
from .processes import Processes
from .system import System, starter
from .waiting import until

MODULES = "work delivery_work"
SOON = 0.6
"""Seconds; long enough to look at a task that waits."""

SLACK = 0.002
"""Seconds: clocks of two processes are compared by messages."""


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system with one slot."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 1")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.fixture
def client(up: System) -> Iterator[SyncClient]:
    with up.sync_client() as client:
        yield client


def run[T](main: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(main, 40))


def test_a_task_with_a_delay_is_scheduled_and_starts_no_sooner(client: SyncClient, gates: Gates) -> None:
    began = time.monotonic()
    handle = client.submit("note", (gates.folder, "delayed"), {}, submit_options(delay=SOON))
    assert handle.status() is TaskStatus.SCHEDULED
    assert client.delay("note", gates.folder, "at-once").get(timeout=20) == "at-once"

    assert handle.get(timeout=20) == "delayed"

    assert time.monotonic() - began >= SOON
    assert gates.order() == ["at-once", "delayed"]


def test_a_task_starts_at_its_moment(up: System, gates: Gates) -> None:
    async def main() -> datetime:
        async with Client(up.address):
            moment = datetime.now(UTC) + timedelta(seconds=SOON)
            handle = await work.note.options(at=moment).submit(gates.folder, "timed")
            assert await handle.status() is TaskStatus.SCHEDULED
            assert await handle == "timed"
            return moment

    moment = run(main())
    assert datetime.now(UTC) >= moment - timedelta(seconds=SLACK)


def test_a_moment_that_has_passed_is_now(up: System, gates: Gates) -> None:
    async def main() -> str:
        async with Client(up.address):
            moment = datetime.now(UTC) - timedelta(days=1)
            return await (await work.note.options(at=moment).submit(gates.folder, "overdue"))

    assert run(main()) == "overdue"


def test_tasks_that_become_due_are_served_in_the_order_of_their_moments(client: SyncClient, gates: Gates) -> None:
    occupies = client.delay("wait_at_gate", gates.folder, "occupies")
    gates.wait_until_started("occupies")
    handles = [
        client.submit("note", (gates.folder, f"{delay}"), {}, submit_options(delay=delay)) for delay in (0.3, 0.2, 0.1)
    ]
    until(lambda: {handle.status() for handle in handles} == {TaskStatus.QUEUED})
    gates.open("occupies")

    for handle in (occupies, *handles):
        handle.get(timeout=20)

    assert gates.order() == ["0.1", "0.2", "0.3"]


@pytest.mark.parametrize("as_moment", [False, True], ids=["seconds", "moment"])
def test_a_task_that_was_not_started_in_time_expires_and_never_starts(
    client: SyncClient, gates: Gates, as_moment: bool
) -> None:
    occupies = client.delay("wait_at_gate", gates.folder, "occupies")
    gates.wait_until_started("occupies")
    expires = datetime.now(UTC) + timedelta(seconds=0.3) if as_moment else 0.3
    handle = client.submit("note", (gates.folder, "too-late"), {}, submit_options(expires=expires))
    assert handle.status() is TaskStatus.QUEUED

    with pytest.raises(TaskExpired, match="was not started before its deadline"):
        handle.get(timeout=20)

    gates.open("occupies")
    assert occupies.get(timeout=20) == "occupies"
    assert client.delay("echo", 1).get(timeout=20) == 1
    assert gates.order() == []


def test_a_task_that_was_started_in_time_may_take_longer(client: SyncClient, gates: Gates) -> None:
    handle = client.submit("wait_at_gate", (gates.folder, "in-time"), {}, submit_options(expires=2))
    gates.wait_until_started("in-time", within=2)
    expired_at = time.monotonic() + 2
    until(lambda: time.monotonic() > expired_at)
    gates.open("in-time")

    assert handle.get(timeout=20) == "in-time"


# ---- the command line ----


def test_submit_with_a_delay_waits_for_it_and_prints_the_result(up: System, client: SyncClient) -> None:
    began = time.monotonic()

    finished = up.run("submit", "add", "--args", "2", "3", "--delay", "0.5")

    assert (finished.exit_code, finished.output) == (0, "5\n")
    assert time.monotonic() - began >= 0.5
    later = up.run("submit", "add", "--args", "2", "3", "--delay", "3600", "--no-wait").output.strip()
    assert up.run("status", later).output == "scheduled\n"
    pending = up.run("result", later)
    assert (pending.exit_code, pending.errors) == (3, "scheduled: no result yet\n")
    assert client.cancel(later) == {later: "cancelled"}


def test_submit_that_expires_ends_with_exit_code_1_and_says_so(up: System, client: SyncClient, gates: Gates) -> None:
    client.delay("wait_at_gate", gates.folder, "occupies")
    gates.wait_until_started("occupies")

    finished = up.run("submit", "note", "--args", gates.folder, "too-late", "--expires", "0.2")

    gates.open("occupies")
    assert (finished.exit_code, finished.output) == (1, "")
    assert "was not started before its deadline" in finished.errors
