"""What is too large or too much is refused with the setting that says so, and what was accepted goes on."""

from collections.abc import Iterator

import pytest

from fastworker import PayloadTooLarge, QueueFull, SyncTaskHandle, TaskFailed, TaskStatus, TooManyUnfinished

from .gates import Gates
from .processes import Processes
from .system import NO_LOCAL_WORK, StartSystem, System, starter
from .waiting import until

LIMITS = {
    "--max-payload-bytes": 2_000,
    "--max-result-bytes": 3_000,
    "--max-queued": 6,
    "--max-queued-bytes": 5_000,
    "--max-unfinished": 5,
}
MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system of little patience, with one slot."""
    flags = " ".join(f"{flag} {value}" for flag, value in LIMITS.items())
    system = starter(standing_processes)(
        modules=MODULES, control_plane=f"{NO_LOCAL_WORK} {flags}", worker="--concurrency 1"
    )
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.fixture
def occupied(up: System, gates: Gates) -> Iterator[SyncTaskHandle[str]]:
    """A task that takes the only slot until its gate opens; afterwards the system is idle."""
    with up.sync_client() as client:
        handle = client.delay("counted", gates.folder, "occupies")
        gates.wait_until_started("occupies")
        yield handle
        gates.open("occupies")
        assert handle.get(timeout=20) == "occupies"
        until(lambda: sum(client.inspect().queued.values()) + client.inspect().running == 0)
        assert client.delay("echo", 1).get(timeout=20) == 1


def test_arguments_over_max_payload_bytes_are_refused_and_nothing_is_submitted(up: System) -> None:
    with up.sync_client() as client:
        text = "x" * 3_000
        with pytest.raises(PayloadTooLarge, match=r"takes 2,000 \(--max-payload-bytes\): pass large data by its path"):
            client.delay("size", text)
        assert client.delay("size", text[:1_500]).get(timeout=20) == 1_500


def test_a_result_over_max_result_bytes_fails_the_task_and_names_the_limit(up: System) -> None:
    with up.sync_client() as client:
        with pytest.raises(TaskFailed, match=r"takes 3,000 \(--max-result-bytes\)") as raised:
            client.delay("text_of_size", 3_500).get(timeout=20)
        assert raised.value.error_type == "PayloadTooLarge"
        assert client.delay("text_of_size", 2_500).get(timeout=20) == "x" * 2_500


def test_a_client_with_too_many_unfinished_tasks_is_refused_more_and_others_are_not(
    up: System, occupied: SyncTaskHandle[str]
) -> None:
    with up.sync_client() as greedy, up.sync_client() as modest:
        accepted = [greedy.delay("echo", number) for number in range(5)]
        with pytest.raises(TooManyUnfinished, match=r"this client has 5 unfinished tasks, .*--max-unfinished"):
            greedy.delay("echo", 5)
        accepted.append(modest.delay("echo", 5))
        assert {handle.status() for handle in accepted} == {TaskStatus.QUEUED}


def test_a_queue_that_is_full_by_count_refuses_more_until_a_task_starts(
    up: System, occupied: SyncTaskHandle[str], gates: Gates
) -> None:
    with up.sync_client() as one, up.sync_client() as other:
        accepted = [client.delay("echo", number) for client in (one, other) for number in range(3)]
        with pytest.raises(QueueFull, match=r"the queue holds 6 tasks, its limit \(--max-queued\)"):
            one.delay("echo", 7)
        gates.open("occupies")
        assert [handle.get(timeout=20) for handle in accepted] == [0, 1, 2] * 2
        assert one.delay("echo", 7).get(timeout=20) == 7


def test_a_queue_that_is_full_by_bytes_refuses_more_until_a_task_ends(
    up: System, occupied: SyncTaskHandle[str], gates: Gates
) -> None:
    with up.sync_client() as client:
        accepted = [client.delay("size", "x" * 1_900) for _ in range(2)]
        with pytest.raises(QueueFull, match=r"exceed the limit of 5,000 \(--max-queued-bytes\)"):
            client.delay("size", "x" * 1_900)
        gates.open("occupies")
        assert [handle.get(timeout=20) for handle in accepted] == [1_900] * 2
        assert client.delay("size", "x" * 1_900).get(timeout=20) == 1_900


def test_more_clients_and_slots_than_allowed_are_refused_with_the_setting(system: StartSystem) -> None:
    few = "--max-clients 1 --max-slots 2"
    up = system(control_plane=f"{NO_LOCAL_WORK} {few}", worker="--concurrency 2")
    with up.sync_client() as client:
        assert client.delay("echo", 1).get(timeout=20) == 1

        refused = up.run("submit", "echo", "--args", "2")

        assert refused.exit_code == 1
        assert "1 clients are connected, the limit (--max-clients)" in refused.errors
        greedy = up.launch_worker("greedy", "--concurrency 3")
        greedy.wait_for("(--max-slots)")
        assert client.delay("echo", 3).get(timeout=20) == 3
