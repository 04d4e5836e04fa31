"""Processes that cannot start: an exit code, the traceback where it is the user's, and one line that helps."""

from pathlib import Path

import pytest

from .processes import Finished, Processes, free_port
from .system import NO_LOCAL_WORK, StartSystem

pytestmark = pytest.mark.xdist_group("default ports")


def last_line(finished: Finished) -> str:
    return finished.errors.strip().splitlines()[-1]


@pytest.mark.parametrize("command", [("control-plane",), ("start",), ("subworker",), ("worker", "start")])
def test_a_task_module_that_fails_to_import_ends_the_start_with_its_traceback_and_one_line(
    processes: Processes, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "broken.py").write_text("from fastworker import task\n\nprice = {}['missing']\n")

    finished = processes.run("fastworker", *command, "--task-modules", "broken")

    assert finished.exit_code == 1
    assert "price = {}['missing']" in finished.errors
    assert last_line(finished) == "fastworker: task module 'broken' failed to import: KeyError: 'missing'"
    assert finished.output == ""


def test_a_module_that_imports_what_is_not_installed_is_told_from_one_that_is_not_there(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "needy.py").write_text("import no_such_package\n")

    finished = processes.run("fastworker", "control-plane", "--task-modules", "needy")

    assert finished.exit_code == 1
    assert last_line(finished).startswith("fastworker: task module 'needy' failed to import: ModuleNotFoundError")
    assert "import no_such_package" in finished.errors


@pytest.mark.parametrize("command", ["control-plane", "subworker"])
def test_a_module_that_is_not_there_is_named_with_the_folder_that_was_searched(
    processes: Processes, tmp_path: Path, command: str
) -> None:
    finished = processes.run("fastworker", command, "--task-modules", "no_such_module")

    assert finished.exit_code == 1
    assert last_line(finished).startswith(f"fastworker: no module named 'no_such_module' in {tmp_path}")
    assert "without .py" in last_line(finished)


def test_a_file_name_in_place_of_a_module_name_is_answered_with_how_to_write_it(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "mytasks.py").write_text("from fastworker import task\n")

    finished = processes.run("fastworker", "control-plane", "--task-modules", "mytasks.py")

    assert finished.exit_code == 1
    assert "without .py" in last_line(finished)


def test_two_tasks_of_one_name_are_refused_with_both_places(processes: Processes, tmp_path: Path) -> None:
    for module in ("one", "two"):
        (tmp_path / f"{module}.py").write_text("from fastworker import task\n\n@task\ndef same() -> None: ...\n")

    finished = processes.run("fastworker", "control-plane", "--task-modules", "one two")

    assert finished.exit_code == 1
    assert last_line(finished) == (
        "fastworker: two task functions are named 'same': one in one, one in two; "
        "give one of them another name with @task(name=...)"
    )


def test_a_busy_port_is_named_whichever_of_the_three_it_is(system: StartSystem) -> None:
    up = system(workers=1)
    for flag, busy in (
        ("--base-address", up.address),
        ("--worker-address", up.worker_address),
        ("--discovery-address", up.beacon_address),
    ):
        addresses = {
            "--base-address": f"tcp://127.0.0.1:{free_port()}",
            "--worker-address": f"tcp://127.0.0.1:{free_port()}",
            "--discovery-address": f"tcp://127.0.0.1:{free_port()}",
        } | {flag: busy}
        words = [word for pair in addresses.items() for word in pair]

        finished = up.run("control-plane", *words, "--task-modules", "work", *NO_LOCAL_WORK.split())

        assert finished.exit_code == 1
        assert finished.errors.strip().splitlines() == [
            f"fastworker: cannot listen at '{busy}': another process has this address; stop it, or choose another port"
        ]
        assert finished.output == ""  # no banner: it is not up

    busy = up.base_addresses["sw1"]
    worker = up.run(
        *("subworker", "--worker-id", "sw2", "--control-plane-address", up.address, "--base-address", busy),
        *("--task-modules", "work"),
    )
    assert worker.exit_code == 1
    assert worker.errors.strip().splitlines() == [
        f"fastworker: cannot listen at '{busy}': another process has this address; stop it, or choose another port"
    ]
    with up.sync_client() as client:
        assert client.delay("echo", 1).get(timeout=10) == 1


@pytest.mark.parametrize(
    ("command", "flag"),
    [
        ("control-plane", "--base-address"),
        ("control-plane", "--worker-address"),
        ("control-plane", "--discovery-address"),
        ("subworker", "--base-address"),
    ],
)
def test_an_address_that_others_can_reach_is_refused_unless_that_is_spelled_out(
    processes: Processes, command: str, flag: str
) -> None:
    finished = processes.run("fastworker", command, flag, "tcp://0.0.0.0:5999", "--task-modules", "work")

    assert finished.exit_code == 2
    assert f"{flag} tcp://0.0.0.0:5999 can be reached from other machines" in last_line(finished)
    assert "--insecure" in last_line(finished)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("--base-address", "localhost:5555"), "--base-address: expected tcp://HOST:PORT or ipc://PATH"),
        (("--concurrency", "0"), "--concurrency"),
        (("--result-cache-ttl", "-1"), "--result-cache-ttl"),
        (("--local-execution", "sometimes"), "auto"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_its_flag(
    processes: Processes, flags: tuple[str, ...], expected: str
) -> None:
    finished = processes.run("fastworker", "control-plane", *flags)

    assert finished.exit_code == 2
    assert expected in finished.errors


def test_a_subworker_without_any_task_function_is_refused(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("def plain() -> None: ...\n")

    finished = processes.run("fastworker", "subworker", "--task-modules", "empty")

    assert finished.exit_code == 1
    assert (
        last_line(finished) == "fastworker: no task functions in empty: decorate functions with @task from fastworker"
    )
