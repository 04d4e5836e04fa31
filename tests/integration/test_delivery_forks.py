"""Tasks that fork: the worker, its port and the tasks after it come to no harm."""

import signal
from collections.abc import Iterator

import pytest

from .gates import Gates
from .processes import Processes, is_free, port_of
from .system import StartSystem, System, starter
from .test_supervisor import has_ended
from .waiting import until

MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system whose worker forks."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 4")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


def assert_unharmed(up: System) -> None:
    """See that the same worker is there, takes work, and was not told to end."""
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        for _ in range(8):  # more than there are slots
            assert client.delay("pid").get(timeout=20) == worker.pid
        assert client.delay("echo", 1).get(timeout=20) == 1
        assert not client.inspect().workers[0].is_draining
    assert worker.is_running
    assert "finishing what runs" not in worker.log
    assert "joining again" not in worker.log


@pytest.mark.parametrize("name", ["fork_in_thread", "fork_in_loop", "fork_in_process"])
def test_a_task_that_forks_a_process_which_ends_harms_nobody(up: System, name: str) -> None:
    with up.sync_client() as client:
        assert [client.delay(name).get(timeout=30) for _ in range(5)] == [7] * 5
    assert_unharmed(up)


@pytest.mark.parametrize(
    ("name", "at_once"),
    [
        ("terminate_in_thread", False),
        ("terminate_in_loop", False),
        ("terminate_in_process", False),
        ("terminate_in_thread", True),
        ("terminate_in_loop", True),
        ("terminate_in_process", True),
    ],
)
def test_a_forked_process_can_be_ended_by_its_task_and_its_signal_reaches_nobody_else(
    system: StartSystem, name: str, at_once: bool
) -> None:
    up = system(modules=MODULES, worker="--concurrency 4")
    with up.sync_client() as client:
        exit_codes = {client.delay(name, at_once).get(timeout=20) for _ in range(5 if at_once else 1)}
        assert exit_codes == {-signal.SIGTERM}
    assert_unharmed(up)


@pytest.mark.parametrize("name", ["leave_a_fork", "leave_a_fork_of_the_child"])
def test_a_forked_process_that_outlives_its_worker_keeps_no_port_of_it(
    system: StartSystem, gates: Gates, name: str
) -> None:
    up = system(modules=MODULES)
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        left = client.delay(name, gates.folder, "left").get(timeout=30)
        worker.send(signal.SIGTERM)
        assert worker.wait(within=10) == 0
        assert not has_ended(left)
        assert is_free(port_of(up.base_addresses["sw1"]))
        gates.open("left")
        until(lambda: has_ended(left))
