"""Cancelling tasks, in code and on the command line: where they are, how they are ended, and what is said of it."""

from collections.abc import Iterator

import pytest

from fastworker import Cancellation, SyncClient, TaskCancelled, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import Processes
from .system import StartSystem, System, starter
from .waiting import until

MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system with one worker."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 2")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.fixture
def client(up: System) -> Iterator[SyncClient]:
    with up.sync_client() as client:
        yield client
        until(lambda: client.inspect().workers[0].running == 0)
        assert client.inspect().workers[0].occupied == 0
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("sleep_async", "cancelled while it ran: its code was cancelled"),
        ("clean_up", "cancelled while it ran: its code was cancelled"),
        ("sleep_in_process", "cancelled while it ran: its process was killed"),
    ],
)
def test_a_running_task_that_is_cancelled_ends_with_how_it_was_ended(
    client: SyncClient, gates: Gates, name: str, how: str
) -> None:
    handle = client.delay(name, gates.folder, "running")
    gates.wait_until_started("running", within=30)

    assert handle.cancel() is Cancellation.STOPPING

    with pytest.raises(TaskCancelled, match=how):
        handle.get(timeout=20)
    assert handle.cancel() is Cancellation.CANCELLED  # it is, still
    assert gates.order() == (["running", "running-cleaned-up"] if name == "clean_up" else ["running"])


def test_a_thread_that_looks_learns_that_it_is_cancelled_and_its_own_end_is_told(
    client: SyncClient, gates: Gates
) -> None:
    handle = client.delay("heed", gates.folder, "heeding")
    gates.wait_until_started("heeding")

    assert handle.cancel() is Cancellation.STOPPING

    with pytest.raises(TaskCancelled, match="cancelled while it ran: its code ended with TimeoutError: heeded"):
        handle.get(timeout=20)


def test_a_cancelled_task_is_not_tried_again(client: SyncClient, gates: Gates) -> None:
    handle = client.submit("heed", (gates.folder, "heeding"), {}, submit_options(retries=5, backoff=0))
    gates.wait_until_started("heeding")

    handle.cancel()

    with pytest.raises(TaskCancelled, match="cancelled while it ran: its code ended with TimeoutError: heeded"):
        handle.get(timeout=20)
    assert gates.order() == ["heeding"]


def test_tasks_that_wait_are_gone_at_once_and_never_start(client: SyncClient, gates: Gates) -> None:
    running = [client.delay("counted", gates.folder, f"occupies-{number}") for number in range(2)]
    gates.wait_until_started("occupies-0", "occupies-1")
    queued = client.delay("counted", gates.folder, "queued")
    scheduled = client.submit("counted", (gates.folder, "scheduled"), {}, submit_options(delay=3600))

    answers = client.cancel([queued, scheduled, "never-seen"])

    assert answers == {
        queued: Cancellation.CANCELLED,
        scheduled: Cancellation.CANCELLED,
        "never-seen": Cancellation.UNKNOWN,
    }
    for handle in (queued, scheduled):
        with pytest.raises(TaskCancelled, match="cancelled while it waited"):
            handle.get(timeout=20)
    gates.open("occupies-0", "occupies-1")
    assert [handle.get(timeout=20) for handle in running] == ["occupies-0", "occupies-1"]
    assert sorted(gates.order()) == ["occupies-0", "occupies-1"]


def test_the_cancel_command_says_what_became_of_each_task(up: System, client: SyncClient, gates: Gates) -> None:
    running = client.delay("sleep_async", gates.folder, "running")
    gates.wait_until_started("running")
    scheduled = client.submit("counted", (gates.folder, "scheduled"), {}, submit_options(delay=3600))

    finished = up.run("cancel", running, scheduled)

    assert (finished.exit_code, finished.errors) == (0, "")
    assert finished.output.splitlines() == [
        f"{running}: cancelled while it ran: its code was cancelled",
        f"{scheduled}: cancelled",
    ]
    ended = client.delay("pid")
    ended.get(timeout=20)
    again = up.run("cancel", ended, "never-seen")
    assert (again.exit_code, again.output) == (1, "")
    assert again.errors.splitlines() == [
        f"{ended}: had ended before, as success",
        "never-seen: this control plane has never seen it",
    ]
    assert {running.status(), scheduled.status()} == {TaskStatus.CANCELLED}


def test_the_cancel_command_says_when_a_task_does_not_end(up: System, client: SyncClient, gates: Gates) -> None:
    handle = client.delay("counted_in_thread", gates.folder, "deaf")
    gates.wait_until_started("deaf")

    finished = up.run("cancel", handle, "--wait", "0.1")

    assert (finished.exit_code, finished.output) == (1, "")
    assert finished.errors == f"{handle}: its worker was told to stop it, and it still runs after 0.1 s\n"
    gates.open("deaf")  # well within the grace
    assert handle.get(timeout=20) == "deaf"  # it succeeded although it was told to stop


def test_a_worker_that_is_drained_finishes_what_it_runs_takes_no_more_and_ends_with_exit_code_0(
    system: StartSystem, gates: Gates
) -> None:
    up = system(workers=1, modules=MODULES)
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        running = client.delay("counted", gates.folder, "running")
        gates.wait_until_started("running")

        finished = up.run("workers", "drain", "sw1")

        assert (finished.exit_code, finished.errors) == (0, "")
        assert finished.output == "sw1: takes no more, finishes what it runs within its --drain-timeout, then leaves\n"
        worker.wait_for('"event": "drained"')
        assert ", draining" in up.run("workers").output
        waiting = client.delay("pid")
        assert waiting.status() is TaskStatus.QUEUED
        gates.open("running")
        assert running.get(timeout=20) == "running"
        assert worker.wait(within=20) == 0
        assert waiting.status() is TaskStatus.QUEUED
        other = up.start_worker("sw2")
        assert waiting.get(timeout=20) == other.pid
        unknown = up.run("workers", "drain", "sw1")
        assert (unknown.exit_code, unknown.output) == (1, "")
        assert "no worker 'sw1' is connected; connected: sw2" in unknown.errors
