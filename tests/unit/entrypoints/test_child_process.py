"""Subworker processes are started with everything that their parent was told, however it was told."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fastworker.domain.errors import InvalidSetting
from fastworker.entrypoints.child_process import ChildProcess, shortened, start, subworker_command, worker_ids
from fastworker.entrypoints.cli import subworker_command as command_line
from fastworker.entrypoints.die_with_parent import PARENT_VARIABLE, end_with_parent
from fastworker.entrypoints.settings import ControlPlaneSettings, SubworkerSettings

SETTINGS: dict[str, Any] = {
    "task_modules": ["one", "two"],
    "discovery_address": "tcp://127.0.0.1:7000",
    "control_plane_address": "tcp://127.0.0.1:7001",
    "concurrency": 3,
    "drain_timeout": 4.5,
    "insecure": True,
    "log_level": "debug",
    "log_format": "json",
    "worker_id": "-odd name",
    "processes": 3,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("FASTWORKER_"):
            monkeypatch.delenv(name)
    return tmp_path


def read_by_a_child(settings: SubworkerSettings, worker_id: str, monkeypatch: pytest.MonkeyPatch) -> SubworkerSettings:
    """Return the settings that a process reads from the command line that it is started with."""
    found: list[SubworkerSettings] = []

    def run(settings: SubworkerSettings) -> int:
        found.append(settings)
        return 7

    monkeypatch.setattr("fastworker.entrypoints.subworker.run", run)
    program, *arguments = subworker_command(settings, worker_id)
    assert (program, arguments[:2]) == (sys.executable, ["-m", "fastworker.entrypoints.subworker"])
    outcome = CliRunner().invoke(command_line, arguments[2:])
    assert outcome.exit_code == 7, outcome.output
    return found[0]


def write_table(folder: Path) -> None:
    """Say everything in the file, in place of flags."""
    lines = [f"{name} = {str(value).lower() if value is True else repr(value)}" for name, value in SETTINGS.items()]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.fastworker.subworker]", *lines]))


def write_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say everything in the environment, in place of flags."""
    for name, value in SETTINGS.items():
        text = " ".join(value) if isinstance(value, list) else str(value)
        monkeypatch.setenv(f"FASTWORKER_{name.upper()}", text)


@pytest.mark.parametrize("source", ["flags", "environment", "file"])
def test_a_process_has_the_settings_of_its_parent_but_for_its_own_name_and_number(
    source: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "environment":
        write_environment(monkeypatch)
    elif source == "file":
        write_table(folder)
    parent = SubworkerSettings.load(**(SETTINGS if source == "flags" else {}))
    assert parent.processes == 3

    child = read_by_a_child(parent, "-odd name-2", monkeypatch)

    assert child == parent.model_copy(update={"worker_id": "-odd name-2", "processes": 1})


def test_a_process_of_defaults_has_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = SubworkerSettings.load()
    assert read_by_a_child(parent, "w-1", monkeypatch) == parent.model_copy(update={"worker_id": "w-1"})


def test_processes_are_named_after_their_parent() -> None:
    assert worker_ids(SubworkerSettings.load(worker_id="w", processes=3)) == ["w-1", "w-2", "w-3"]
    assert worker_ids(SubworkerSettings.load(processes=2))[1].endswith(f"-{os.getpid()}-2")


def test_a_row_of_names_stays_short() -> None:
    assert shortened(["w-1"]) == "w-1"
    assert shortened(["w-1", "w-2", "w-3"]) == "w-1, w-2, w-3"
    assert shortened([f"w-{number}" for number in range(1, 9)]) == "w-1 to w-8"


# ---- what several processes cannot share ----


def test_an_address_to_inspect_is_for_one_process() -> None:
    inspected = {"subworker_base_address": "tcp://127.0.0.1:7002"}
    assert SubworkerSettings.load(**inspected).processes == 1
    with pytest.raises(InvalidSetting, match=r"^--base-address tcp://127\.0\.0\.1:7002 .* one by one"):
        SubworkerSettings.load(**inspected, processes=2)


def test_a_worker_id_must_leave_room_for_the_number() -> None:
    assert SubworkerSettings.load(worker_id="x" * 200).processes == 1
    assert SubworkerSettings.load(worker_id="x" * 197, processes=10).processes == 10
    with pytest.raises(InvalidSetting, match="--worker-id: at most 197 characters for 10 processes"):
        SubworkerSettings.load(worker_id="x" * 198, processes=10)


# ---- the subworkers of a control plane ----


def test_the_subworkers_of_a_control_plane_have_its_settings_where_both_have_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pyproject.toml").write_text("[tool.fastworker.subworker]\nconcurrency = 99\nprocesses = 7")
    monkeypatch.setenv("FASTWORKER_WORKER_ID", "another")
    control_plane = ControlPlaneSettings.load(concurrency=5, drain_timeout=7, log_level="error", subworkers=2)

    parent = control_plane.of_subworkers(task_modules=["mine"], control_plane_address="tcp://127.0.0.1:7003")
    child = read_by_a_child(parent, "subworker-2", monkeypatch)

    assert worker_ids(parent) == ["subworker-1", "subworker-2"]
    assert (child.concurrency, child.drain_timeout, child.log_level) == (5, 7, "error")
    assert (child.task_modules, child.control_plane_address) == (["mine"], "tcp://127.0.0.1:7003")
    assert (child.worker_id, child.processes) == ("subworker-2", 1)


def test_a_control_plane_refuses_what_its_subworkers_cannot_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWORKER_SUBWORKER_BASE_ADDRESS", "tcp://127.0.0.1:7002")
    assert ControlPlaneSettings.load().subworkers == 0
    assert ControlPlaneSettings.load(subworkers=1).subworkers == 1
    with pytest.raises(InvalidSetting, match="--base-address"):
        ControlPlaneSettings.load(subworkers=2)


# ---- real processes ----


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_process_is_in_a_session_of_its_own_and_knows_its_parent(anyio_backend: str) -> None:
    program = "import os, sys; sys.exit(os.getsid(0) != os.getpid() or os.environ[sys.argv[1]] != str(os.getppid()))"
    child = ChildProcess(await start([sys.executable, "-c", program, PARENT_VARIABLE]))
    assert await child.wait() == 0
    child.send_signal(signal.SIGTERM)  # it is too late, and that is no error


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_process_that_is_killed_says_by_which_signal(anyio_backend: str) -> None:
    child = ChildProcess(await start([sys.executable, "-c", "import time; time.sleep(60)"]))
    child.send_signal(signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL


def test_a_process_that_nobody_supervises_goes_on_without_its_parent() -> None:
    assert not end_with_parent()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
async def test_a_process_whose_parent_has_ended_before_it_could_ask_to_be_told_ends(anyio_backend: str) -> None:
    program = (
        f"import os; os.environ['{PARENT_VARIABLE}'] = '1'\n"
        "from fastworker.entrypoints.die_with_parent import end_with_parent\n"
        "end_with_parent()\n"
        "print('goes on')"
    )
    child = ChildProcess(await start([sys.executable, "-c", program]))
    assert await child.wait() == -signal.SIGTERM


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_a_supervised_process_starts_is_not_taken_for_supervised(anyio_backend: str) -> None:
    program = (
        "import os, sys\n"
        "from fastworker.entrypoints.die_with_parent import end_with_parent\n"
        f"sys.exit(not end_with_parent() or '{PARENT_VARIABLE}' in os.environ)"
    )
    child = ChildProcess(await start([sys.executable, "-c", program]))
    assert await child.wait() == 0
