"""Attempts that take longer than their timeout, on each kind of executor."""

from collections.abc import Iterator

import pytest

from fastworker import SyncClient, TaskFailed, TaskStatus
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import Processes
from .system import System, starter
from .waiting import until

MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system whose worker gives tasks little time to end."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 2 --stop-grace 0.3")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.fixture
def client(up: System) -> Iterator[SyncClient]:
    with up.sync_client() as client:
        yield client
        until(lambda: client.inspect().workers[0].occupied == 0)
        assert client.delay("pid").get(timeout=20) == up.workers["sw1"].pid


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("sleep_async", "its code was cancelled"),
        ("clean_up", "its code was cancelled"),
        ("sleep_in_process", "its process was killed"),
    ],
)
def test_an_attempt_over_its_timeout_fails_with_how_it_was_ended(
    client: SyncClient, gates: Gates, name: str, how: str
) -> None:
    handle = client.submit(name, (gates.folder, "slow"), {}, submit_options(timeout=0.3))

    with pytest.raises(TaskFailed, match=f"TaskTimeout: not done within its timeout of 0.3 s: {how}") as raised:
        handle.get(timeout=30)

    assert raised.value.error_type == "TaskTimeout"
    assert gates.order() == (["slow", "slow-cleaned-up"] if name == "clean_up" else ["slow"])


def test_a_thread_that_looks_learns_that_it_is_over_time(client: SyncClient, gates: Gates) -> None:
    handle = client.submit("heed", (gates.folder, "heeding"), {}, submit_options(timeout=0.1))

    with pytest.raises(TaskFailed, match="TimeoutError: heeded"):
        handle.get(timeout=20)


def test_a_thread_that_does_not_look_is_given_up_and_its_slot_is_freed_when_it_returns(
    client: SyncClient, gates: Gates
) -> None:
    handle = client.submit("counted_in_thread", (gates.folder, "deaf"), {}, submit_options(timeout=0.1))

    with pytest.raises(TaskFailed, match="its slot stays taken until it returns"):
        handle.get(timeout=20)

    until(lambda: client.inspect().workers[0].occupied == 1)
    gates.open("deaf")


def test_the_timeout_counts_for_each_attempt_and_is_tried_again_like_any_failure(
    client: SyncClient, gates: Gates
) -> None:
    options = submit_options(timeout=0.1, retries=2, backoff=0)
    handle = client.submit("sleep_async", (gates.folder, "thrice"), {}, options)

    with pytest.raises(TaskFailed):
        handle.get(timeout=20)

    result = handle.result()
    assert result is not None
    assert (result.status, result.attempts) == (TaskStatus.FAILURE, 3)
    assert [attempt.error.error_type for attempt in result.history if attempt.error] == ["TaskTimeout"] * 2
    assert gates.order() == ["thrice"] * 3


def test_a_task_that_is_in_time_knows_nothing_of_its_timeout(client: SyncClient, gates: Gates) -> None:
    gates.open("quick")
    for name in ("counted", "counted_in_thread", "counted_in_process"):
        handle = client.submit(name, (gates.folder, "quick"), {}, submit_options(timeout=60))
        assert handle.get(timeout=30) == "quick"


def test_submit_with_a_timeout_ends_with_exit_code_1_and_says_so(up: System, gates: Gates) -> None:
    finished = up.run("submit", "sleep_async", "--args", gates.folder, "slow", "--timeout", "0.2")

    assert (finished.exit_code, finished.output) == (1, "")
    assert "TaskTimeout: not done within its timeout of 0.2 s: its code was cancelled" in finished.errors
