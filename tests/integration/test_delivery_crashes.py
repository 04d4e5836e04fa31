"""Tasks that crash their process, with isolation="process": that attempt fails, and nobody else notices."""

from collections.abc import Iterator

import pytest

from fastworker import TaskFailed
from fastworker.application.task_options import submit_options

from .gates import Gates
from .processes import Processes
from .system import System, starter
from .waiting import until

MODULES = "work delivery_work"


@pytest.fixture(scope="module")
def up(standing_processes: Processes) -> Iterator[System]:
    """A system whose worker has child processes."""
    system = starter(standing_processes)(modules=MODULES, worker="--concurrency 3 --stop-grace 0.5")
    yield system
    for process in (*system.workers.values(), system.control_plane):
        process.kill()


@pytest.mark.parametrize(
    ("name", "args", "error_type", "text"),
    [
        ("crash", (), "ProcessDied", "was ended by SIGSEGV"),
        ("exit_at_once", (3,), "ProcessDied", "exited with code 3"),
        ("kill_itself", (), "ProcessDied", r"was ended by SIGKILL \(the kernel does this when memory runs out\)"),
        ("take_too_much_memory", (), "MemoryError", "MemoryError"),
    ],
)
def test_a_task_that_ends_its_child_process_fails_and_harms_nobody(
    up: System, gates: Gates, name: str, args: tuple[int, ...], error_type: str, text: str
) -> None:
    worker = up.workers["sw1"]
    with up.sync_client() as client:
        beside = [client.delay(task, gates.folder, task) for task in ("counted", "counted_in_process")]
        gates.wait_until_started("counted", "counted_in_process", within=30)

        with pytest.raises(TaskFailed, match=text) as raised:
            client.delay(name, *args).get(timeout=30)

        assert raised.value.error_type == error_type
        gates.open("counted", "counted_in_process")
        assert [handle.get(timeout=20) for handle in beside] == ["counted", "counted_in_process"]
        assert client.delay("pid_of_child").get(timeout=30) != worker.pid
        assert client.delay("pid").get(timeout=20) == worker.pid


def test_a_crash_is_tried_again_as_often_as_was_asked(up: System) -> None:
    with up.sync_client() as client:
        handle = client.submit("crash", (), {}, submit_options(retries=2, backoff=0))
        with pytest.raises(TaskFailed):
            handle.get(timeout=30)
        result = handle.result()
        assert result is not None
        assert result.attempts == 3
        assert [attempt.error.error_type for attempt in result.history if attempt.error] == ["ProcessDied"] * 2


@pytest.mark.parametrize(
    ("name", "how"), [("match_for_ever", "its code was interrupted"), ("count_for_ever", "its process was killed")]
)
def test_a_task_that_holds_the_interpreter_for_ever_is_ended_at_its_timeout_and_the_others_go_on(
    up: System, gates: Gates, name: str, how: str
) -> None:
    with up.sync_client() as client:
        beside = client.delay("counted", gates.folder, "beside")
        stuck = client.delay(name, gates.folder, "stuck")
        child = gates.wait_until_started("stuck", within=30)["stuck"]
        assert child != up.workers["sw1"].pid
        assert client.delay("echo", 1).get(timeout=20) == 1  # meanwhile

        with pytest.raises(TaskFailed, match=f"not done within its timeout of 1 s: {how}") as raised:
            stuck.get(timeout=30)

        assert raised.value.error_type == "TaskTimeout"
        gates.open("beside")
        assert beside.get(timeout=20) == "beside"
        until(lambda: client.inspect().workers[0].running == 0)
        assert client.inspect().workers[0].occupied == 0
        assert client.delay("pid_of_child").get(timeout=30) != up.workers["sw1"].pid
