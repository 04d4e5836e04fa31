"""Settings of a real process: flags over environment over pyproject.toml over defaults."""

from pathlib import Path

import pytest

from .processes import Processes, free_port
from .system import CONTROL_PLANE_IS_UP, WORKER_HAS_JOINED

pytestmark = pytest.mark.xdist_group("default ports")


def address() -> str:
    return f"tcp://127.0.0.1:{free_port()}"


def test_flags_go_over_environment_over_pyproject_over_defaults(processes: Processes, tmp_path: Path) -> None:
    in_file, in_environment, in_flag = address(), address(), address()
    workers, beacon, inspected = address(), address(), address()
    (tmp_path / "pyproject.toml").write_text(
        f"""
        [tool.fastworker]
        task-modules = ["work"]
        discovery-address = "{beacon}"
        concurrency = 3

        [tool.fastworker.control-plane]
        base-address = "{in_file}"
        worker-address = "{workers}"
        local-execution = "never"

        [tool.fastworker.subworker]
        base-address = "{inspected}"
        worker-id = "from-the-file"
        """
    )
    start = ("fastworker", "control-plane")

    from_file = processes.start("file", *start)
    from_file.wait_for(CONTROL_PLANE_IS_UP, f"clients     {in_file}\n", workers, beacon, "runs no tasks itself")
    worker = processes.start("worker", "fastworker", "subworker")
    worker.wait_for(WORKER_HAS_JOINED, "subworker from-the-file", "3 at once", inspected)
    listed = processes.run("fastworker", "workers", environment={"FASTWORKER_ADDRESS": in_file})
    assert "from-the-file" in listed.output
    assert "0/3" in listed.output
    worker.kill()
    from_file.kill()

    environment = {"FASTWORKER_BASE_ADDRESS": in_environment, "FASTWORKER_LOCAL_EXECUTION": "overflow"}
    from_environment = processes.start("environment", *start, environment=environment)
    from_environment.wait_for(
        CONTROL_PLANE_IS_UP, f"clients     {in_environment}\n", "runs tasks when subworkers are full, 3 at once"
    )
    from_environment.kill()

    flags = ("--base-address", in_flag, "--concurrency", "5")
    from_flag = processes.start("flag", *start, *flags, environment=environment)
    from_flag.wait_for(CONTROL_PLANE_IS_UP, f"clients     {in_flag}\n", "5 at once")


def test_task_modules_are_separated_by_spaces_commas_or_flags(processes: Processes, tmp_path: Path) -> None:
    for name in ("one", "two", "three", "four"):
        (tmp_path / f"{name}.py").write_text(f"from fastworker import task\n\n@task\ndef task_{name}() -> None: ...\n")
    addresses = ("--base-address", address(), "--worker-address", address(), "--discovery-address", address())

    started = processes.start(
        "control-plane",
        *("fastworker", "control-plane", *addresses, "--task-modules", "one,two", "three", "--task-modules", "four"),
    )

    started.wait_for(CONTROL_PLANE_IS_UP, "task_four, task_one, task_three, task_two")


def test_a_pyproject_that_cannot_be_read_is_named_in_one_line(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.fastworker\n")

    finished = processes.run("fastworker", "control-plane")

    assert finished.exit_code == 2
    assert f"{tmp_path / 'pyproject.toml'} is no TOML" in finished.errors.splitlines()[-1]
    assert "Traceback" not in finished.errors


def test_logs_are_json_when_nobody_watches_and_lines_for_people_on_demand(processes: Processes) -> None:
    addresses = ("--base-address", address(), "--worker-address", address(), "--discovery-address", address())
    flags = (*addresses, "--task-modules", "work", "--log-format", "console")

    started = processes.start("control-plane", "fastworker", "control-plane", *flags)

    started.wait_for("worker_joined")
    assert '"event"' not in started.log
