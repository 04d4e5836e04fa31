"""Messages that get lost between real processes: what they carried comes again, and nothing runs or counts twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from fastworker import Cancellation, SyncClient, TaskCancelled, TaskStatus
from fastworker.application.task_options import submit_options
from tests.soak.fault_proxy import BLACK_HOLE, FaultProxy, Way

from .gates import Gates
from .processes import Processes, free_port, port_of
from .system import NO_LOCAL_WORK, StartSystem, System, starter
from .waiting import until

MODULES = "work delivery_work"
LONG_LEASE = "--lease-seconds 60"

SUBMITS_AND_DIES = """
import asyncio, pathlib, sys
from fastworker import Client
from fastworker.application.task_options import submit_options

async def main(folder, task_id):
    async with Client() as client:
        await client.inspect()
        print("ready", flush=True)
        while not pathlib.Path(folder, "submit.open").exists():
            await asyncio.sleep(0.01)
        await client.submit("counted", (folder, task_id), {}, submit_options(task_id=task_id))
        print("accepted", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Line:
    """A connection that can lose what is sent one way, and is broken when it carries messages again."""

    def __init__(self, portal: BlockingPortal, proxy: FaultProxy) -> None:
        self.address = proxy.address
        self._portal = portal
        self._proxy = proxy

    def lose(self, *ways: Way) -> None:
        """Lose every byte of these directions from now on."""
        self._portal.call(self._proxy.set, BLACK_HOLE, *ways)

    def has_lost(self, way: Way) -> bool:
        """Tell whether something was lost in a direction since it was whole."""
        return any(way in link.torn for link in self._portal.call(list, self._proxy._links))

    def mend(self) -> None:
        """Let everything pass again; what has lost bytes is reset."""
        self._portal.call(self._proxy.heal)


@contextmanager
def a_line(*, to: str, port: int | None = None) -> Iterator[Line]:
    """Open a line to an address, at a port that may have been chosen before."""
    proxy = FaultProxy(port=port or free_port(), target_port=port_of(to))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(proxy):
        yield Line(portal, proxy)


@pytest.fixture(scope="module")
def client_system(standing_processes: Processes) -> Iterator[System]:
    """A system with one worker."""
    up = starter(standing_processes)(modules=MODULES)
    yield up
    end(up)


@pytest.fixture
def client_line(client_system: System) -> Iterator[tuple[System, Line]]:
    """A system, and a line on which clients can reach it."""
    with a_line(to=client_system.address) as line:
        yield client_system, line


@pytest.fixture(scope="module")
def worker_system(standing_processes: Processes) -> Iterator[tuple[System, Line]]:
    """A system whose only worker reaches it on a line."""
    with started_with_worker_line(starter(standing_processes), f"{NO_LOCAL_WORK} {LONG_LEASE}") as (up, line):
        yield up, line
    end(up)


@pytest.fixture
def worker_line(worker_system: tuple[System, Line]) -> Iterator[tuple[System, Line]]:
    """The same, whole again after each test."""
    yield worker_system
    worker_system[1].mend()


def end(up: System) -> None:
    for process in (*up.workers.values(), up.control_plane):
        process.kill()


@contextmanager
def started_with_worker_line(system: StartSystem, control_plane: str) -> Iterator[tuple[System, Line]]:
    port = free_port()
    flags = f"{control_plane} --advertised-worker-address tcp://127.0.0.1:{port}"
    up = system(workers=0, modules=MODULES, control_plane=flags)
    with a_line(to=up.worker_address, port=port) as line:
        up.start_worker("sw1")
        yield up, line


def finished(client: SyncClient) -> Counter[TaskStatus]:
    """Return how many tasks have ended in which way."""
    return Counter(client.inspect().finished)


def runs_nothing(up: System, worker_id: str) -> Callable[[], bool]:
    """Return the question whether the worker itself runs nothing."""
    return lambda: "runs nothing now" in up.run("inspect", up.base_addresses[worker_id]).errors


# ---- between client and control plane ----


def test_a_submission_whose_reply_is_lost_runs_once_and_its_handle_completes(
    client_line: tuple[System, Line], gates: Gates
) -> None:
    up, line = client_line
    with SyncClient(line.address) as client, up.sync_client() as witness, ThreadPoolExecutor(1) as pool:
        before = finished(witness)
        client.inspect()
        line.lose(Way.DOWN)
        submitting = pool.submit(client.delay, "counted", gates.folder, "once")
        gates.wait_until_started("once")  # so it was accepted
        until(lambda: line.has_lost(Way.DOWN))
        assert not submitting.done()

        line.mend()

        handle = submitting.result(20)
        gates.open("once")
        assert handle.get(timeout=20) == "once"
        assert gates.order() == ["once"]
        assert finished(witness) - before == {TaskStatus.SUCCESS: 1}


def test_the_task_of_a_client_that_dies_before_the_reply_goes_on_and_its_result_is_found_by_its_id(
    client_line: tuple[System, Line], gates: Gates
) -> None:
    up, line = client_line
    doomed = up.processes.start(
        *("client", "python", "-c", SUBMITS_AND_DIES, gates.folder, "an-orphan"),
        environment={"FASTWORKER_ADDRESS": line.address},
    )
    doomed.wait_for("ready")
    line.lose(Way.DOWN)
    gates.open("submit")
    gates.wait_until_started("an-orphan")

    doomed.kill()

    gates.open("an-orphan")
    with up.sync_client() as client:
        found = client.wait_for_end("an-orphan", timeout=20)
        assert (found.status, found.result, found.attempts) == (TaskStatus.SUCCESS, "an-orphan", 1)
    assert "accepted" not in doomed.log
    assert gates.order() == ["an-orphan"]


def test_a_completion_that_is_lost_on_its_way_to_the_client_comes_again(
    client_line: tuple[System, Line], gates: Gates
) -> None:
    up, line = client_line
    with SyncClient(line.address) as client, up.sync_client() as witness, ThreadPoolExecutor(1) as pool:
        before = finished(witness)
        handles = [client.delay("counted", gates.folder, name) for name in ("one", "two")]
        waiting = [pool.submit(handle.get, 30) for handle in handles]
        gates.wait_until_started("one", "two")
        line.lose(Way.DOWN)
        gates.open("one", "two")
        until(lambda: finished(witness) - before == {TaskStatus.SUCCESS: 2})
        until(lambda: line.has_lost(Way.DOWN))
        assert not waiting[0].done()

        line.mend()

        assert [each.result(20) for each in waiting] == ["one", "two"]
        assert finished(witness) - before == {TaskStatus.SUCCESS: 2}


def test_a_cancel_whose_reply_is_lost_is_asked_again_and_the_task_is_cancelled_once(
    client_line: tuple[System, Line], gates: Gates
) -> None:
    up, line = client_line
    with SyncClient(line.address) as client, up.sync_client() as witness, ThreadPoolExecutor(1) as pool:
        before = finished(witness)
        handle = client.delay("sleep_async", gates.folder, "endless")
        gates.wait_until_started("endless")
        line.lose(Way.DOWN)
        cancelling = pool.submit(handle.cancel)
        until(lambda: finished(witness) - before == {TaskStatus.CANCELLED: 1})

        line.mend()

        assert cancelling.result(20) is Cancellation.CANCELLED
        with pytest.raises(TaskCancelled):
            handle.get(timeout=20)
        assert finished(witness) - before == {TaskStatus.CANCELLED: 1}


# ---- between worker and control plane ----


def test_a_lease_that_is_lost_on_its_way_comes_again_and_the_task_starts_once(
    worker_line: tuple[System, Line], gates: Gates
) -> None:
    up, line = worker_line
    with up.sync_client() as client:
        line.lose(Way.DOWN)
        handle = client.delay("counted", gates.folder, "leased")
        until(lambda: handle.status() is TaskStatus.RUNNING)
        until(lambda: line.has_lost(Way.DOWN))
        assert gates.started() == {}

        line.mend()

        gates.wait_until_started("leased", within=20)
        gates.open("leased")
        assert handle.get(timeout=20) == "leased"
        assert gates.order() == ["leased"]
        result = handle.result()
        assert result is not None
        assert result.attempts == 1


@pytest.mark.parametrize("way", list(Way), ids=["the report is lost", "its reply is lost"])
def test_a_report_that_is_lost_is_sent_again_and_counted_once(
    worker_line: tuple[System, Line], gates: Gates, way: Way
) -> None:
    up, line = worker_line
    with up.sync_client() as client:
        before = client.inspect()
        handle = client.delay("counted", gates.folder, "reported")
        gates.wait_until_started("reported")
        line.lose(way)
        gates.open("reported")
        until(runs_nothing(up, "sw1"), within=20)
        until(lambda: line.has_lost(way))

        line.mend()

        assert handle.get(timeout=20) == "reported"
        assert client.delay("echo", 1).get(timeout=20) == 1  # the same worker, after all that came again
        state = client.inspect()
        assert state.finished[TaskStatus.SUCCESS] == before.finished[TaskStatus.SUCCESS] + 2
        assert state.superseded == 0
        assert gates.order() == ["reported"]


def test_an_order_to_stop_that_is_lost_comes_again(worker_line: tuple[System, Line], gates: Gates) -> None:
    up, line = worker_line
    with up.sync_client() as client:
        handle = client.delay("sleep_async", gates.folder, "endless")
        gates.wait_until_started("endless")
        line.lose(Way.DOWN)
        assert handle.cancel() is Cancellation.STOPPING
        until(lambda: line.has_lost(Way.DOWN))
        assert handle.status() is TaskStatus.RUNNING

        line.mend()

        with pytest.raises(TaskCancelled, match="cancelled while it ran"):
            handle.get(timeout=20)
        assert up.workers["sw1"].is_running


def test_a_worker_that_nothing_reaches_any_more_is_lost_and_what_it_finished_meanwhile_changes_nothing(
    system: StartSystem, gates: Gates
) -> None:
    control_plane = "--lease-seconds 1 --local-execution auto"
    with started_with_worker_line(system, control_plane) as (up, line), up.sync_client() as client:
        before = finished(client)
        handle = client.submit("counted", (gates.folder, "torn"), {}, submit_options(retries=1, backoff=0))
        assert gates.wait_until_started("torn") == {"torn": up.workers["sw1"].pid}

        line.lose()  # both ways
        until(lambda: gates.started() == {"torn": up.control_plane.pid}, within=20)
        gates.open("torn")
        assert handle.get(timeout=20) == "torn"
        line.mend()

        until(lambda: client.inspect().superseded == 1, within=20)
        result = handle.result()
        assert result is not None
        assert (result.worker_id, result.attempts) == ("control-plane", 2)
        assert [attempt.status for attempt in result.history] == [TaskStatus.LOST]
        assert finished(client) - before == {TaskStatus.SUCCESS: 1}
        until(lambda: client.delay("pid").get(timeout=20) == up.workers["sw1"].pid)  # it has joined again
