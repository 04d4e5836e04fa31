"""Where settings come from, and which are refused."""

import os
import re
import socket
from pathlib import Path

import pytest

from fastworker.domain.errors import InvalidSetting
from fastworker.domain.worker_registry import LocalExecution
from fastworker.entrypoints.settings import (
    ControlPlaneSettings,
    ProcessSettings,
    SubworkerSettings,
    default_modules,
    read_table,
)

EVERYWHERE = [ControlPlaneSettings, SubworkerSettings]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("FASTWORKER_"):
            monkeypatch.delenv(name)
    return tmp_path


def write_table(folder: Path, text: str) -> None:
    """Write pyproject.toml."""
    (folder / "pyproject.toml").write_text(text)


# ---- where they come from ----


def test_without_any_source_the_defaults_hold() -> None:
    settings = ControlPlaneSettings.load()
    assert settings.base_address == "tcp://127.0.0.1:5555"
    assert settings.worker_address == "tcp://127.0.0.1:5556"
    assert settings.discovery_address == "tcp://127.0.0.1:5550"
    assert (settings.result_cache_size, settings.result_cache_ttl) == (10_000, 3_600)
    assert (settings.max_queued, settings.drain_timeout) == (1_000_000, 30)
    assert settings.local_execution is LocalExecution.AUTO
    assert settings.task_modules == []
    assert not settings.insecure


def test_a_subworker_is_named_after_its_machine_and_process() -> None:
    settings = SubworkerSettings.load()
    assert settings.worker_id == f"{socket.gethostname()}-{os.getpid()}"
    assert (settings.control_plane_address, settings.subworker_base_address) == (None, None)


def test_flags_win_over_the_environment_over_the_file_over_defaults(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def value(**flags: int) -> int:
        return ControlPlaneSettings.load(**flags).concurrency

    assert value() == 16
    write_table(folder, "[tool.fastworker]\nconcurrency = 2")
    assert value() == 2
    write_table(folder, "[tool.fastworker]\nconcurrency = 2\n[tool.fastworker.control-plane]\nconcurrency = 3")
    assert value() == 3
    monkeypatch.setenv("FASTWORKER_CONCURRENCY", "4")
    assert value() == 4
    assert value(concurrency=5) == 5


def test_the_table_of_one_kind_of_process_does_not_concern_the_other(folder: Path) -> None:
    write_table(folder, "[tool.fastworker.subworker]\nconcurrency = 7\nworker-id = 'mine'")
    assert ControlPlaneSettings.load().concurrency == 16
    subworker = SubworkerSettings.load()
    assert (subworker.concurrency, subworker.worker_id) == (7, "mine")


def test_what_only_one_kind_of_process_knows_may_stand_in_the_shared_table(folder: Path) -> None:
    write_table(folder, "[tool.fastworker]\nworker-id = 'mine'\nmax-queued = 5")
    assert ControlPlaneSettings.load().max_queued == 5
    assert SubworkerSettings.load().worker_id == "mine"


def test_names_in_the_file_are_written_like_flags_or_like_fields(folder: Path) -> None:
    write_table(folder, "[tool.fastworker]\ndrain-timeout = 5\nlog_level = 'debug'")
    settings = ControlPlaneSettings.load()
    assert (settings.drain_timeout, settings.log_level) == (5, "debug")


@pytest.mark.parametrize("settings", EVERYWHERE)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("one", ["one"]),
        ("one two", ["one", "two"]),
        ("one,two", ["one", "two"]),
        (" one , two\n three ", ["one", "two", "three"]),
        ("", []),
    ],
)
def test_task_modules_are_separated_by_spaces_or_commas(
    settings: type[ProcessSettings], given: str, expected: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.load(task_modules=[given]).task_modules == expected
    assert settings.load(task_modules=(given, "last")).task_modules == [*expected, "last"]
    monkeypatch.setenv("FASTWORKER_TASK_MODULES", given)
    assert settings.load().task_modules == expected
    monkeypatch.delenv("FASTWORKER_TASK_MODULES")
    write_table(folder, f"[tool.fastworker]\ntask-modules = {given!r}" if "\n" not in given else "")
    assert settings.load().task_modules == ([] if "\n" in given else expected)


def test_task_modules_in_the_file_may_be_a_list(folder: Path) -> None:
    write_table(folder, "[tool.fastworker]\ntask-modules = ['one', 'two']")
    assert ControlPlaneSettings.load().task_modules == ["one", "two"]


def test_a_switch_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWORKER_INSECURE", "true")
    assert ControlPlaneSettings.load(base_address="tcp://0.0.0.0:5555").insecure


# ---- what is refused ----


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"concurrency": 0}, "--concurrency: Input should be greater than or equal to 1 (was 0)"),
        ({"concurrency": "many"}, "--concurrency: "),
        ({"drain_timeout": 0}, "--drain-timeout: Input should be greater than 0 (was 0)"),
        ({"drain_timeout": float("inf")}, "--drain-timeout: "),
        ({"drain_timeout": float("nan")}, "--drain-timeout: "),
        ({"max_queued": 0}, "--max-queued: "),
        ({"result_cache_size": -1}, "--result-cache-size: "),
        ({"log_level": "loud"}, "--log-level: "),
        ({"local_execution": "sometimes"}, "--local-execution: "),
        ({"task_modules": 5}, "--task-modules: "),
        ({"base_address": "nowhere"}, "--base-address: expected tcp://HOST:PORT or ipc://PATH (was 'nowhere')"),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_the_flag_and_the_value(flags: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{re.escape(said)}"):
        ControlPlaneSettings.load(**flags)


def test_all_values_that_cannot_work_are_named_at_once() -> None:
    with pytest.raises(InvalidSetting, match=r"--concurrency: .*; --max-queued: "):
        ControlPlaneSettings.load(concurrency=0, max_queued=0)


def test_values_from_the_environment_and_the_file_are_checked_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTWORKER_CONCURRENCY", "none")
    with pytest.raises(InvalidSetting, match=r"--concurrency: .* \(was 'none'\)"):
        SubworkerSettings.load()
    monkeypatch.delenv("FASTWORKER_CONCURRENCY")
    write_table(folder, "[tool.fastworker]\nconcurrency = 'none'")
    with pytest.raises(InvalidSetting, match=r"--concurrency: .* \(was 'none'\)"):
        SubworkerSettings.load()


@pytest.mark.parametrize(
    "address",
    ["", "5555", "127.0.0.1:5555", "tcp://127.0.0.1", "tcp://:5555", "tcp://127.0.0.1:port", "tcp://127.0.0.1:99999",
     "http://127.0.0.1:5555", "ipc://"],
)  # fmt: skip
def test_an_address_must_say_everything(address: str) -> None:
    with pytest.raises(InvalidSetting, match="expected tcp://HOST:PORT or ipc://PATH"):
        ControlPlaneSettings.load(base_address=address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "tcp://localhost:5555", "tcp://[::1]:5555", "ipc:///tmp/fw"])
def test_addresses_of_this_machine_need_nothing_more(address: str) -> None:
    assert ControlPlaneSettings.load(base_address=address).base_address == address


@pytest.mark.parametrize("name", ["base_address", "worker_address", "discovery_address"])
@pytest.mark.parametrize("address", ["tcp://0.0.0.0:7000", "tcp://10.0.0.5:7000", "tcp://[::]:7000"])
def test_an_address_that_other_machines_reach_is_refused_unless_that_is_spelled_out(name: str, address: str) -> None:
    flag = "--" + name.replace("_", "-")
    with pytest.raises(InvalidSetting, match=f"^{flag} {re.escape(address)} can be reached .*--insecure$"):
        ControlPlaneSettings.load(**{name: address})
    assert getattr(ControlPlaneSettings.load(**{name: address, "insecure": True}), name) == address


def test_a_subworker_may_connect_to_another_machine_but_not_listen_there() -> None:
    far = "tcp://10.0.0.5:5555"
    settings = SubworkerSettings.load(control_plane_address=far, discovery_address=far)
    assert settings.control_plane_address == far
    with pytest.raises(InvalidSetting, match="--base-address"):
        SubworkerSettings.load(subworker_base_address="tcp://0.0.0.0:7000")


def test_a_process_that_listens_nowhere_can_bind_nothing() -> None:
    assert ProcessSettings.listening(SubworkerSettings.load()) == ()


@pytest.mark.parametrize("worker_id", ["", "x" * 201])
def test_a_worker_needs_a_name_of_sensible_length(worker_id: str) -> None:
    with pytest.raises(InvalidSetting, match="--worker-id"):
        SubworkerSettings.load(worker_id=worker_id)


# ---- the file ----


def test_a_folder_without_a_file_and_a_file_without_a_table_say_nothing(folder: Path) -> None:
    assert read_table(folder, "control-plane") == {}
    write_table(folder, "[project]\nname = 'x'")
    assert read_table(folder, "control-plane") == {}


def test_a_file_that_is_no_toml_is_refused(folder: Path) -> None:
    write_table(folder, "[tool.fastworker\n")
    with pytest.raises(InvalidSetting, match=r"pyproject\.toml is no TOML: "):
        ControlPlaneSettings.load()


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidSetting, match=r"pyproject\.toml"):
        ControlPlaneSettings.load()


@pytest.mark.parametrize("text", ["[tool]\nfastworker = 5", "tool = 5", "[tool.fastworker]\ncontrol-plane = 5"])
def test_a_table_that_is_no_table_is_refused(folder: Path, text: str) -> None:
    write_table(folder, text)
    with pytest.raises(InvalidSetting, match=r"pyproject\.toml"):
        ControlPlaneSettings.load()


# ---- modules that nobody named ----


def test_a_tasks_module_or_package_in_the_folder_is_the_default(folder: Path) -> None:
    assert default_modules(folder) == []
    (folder / "tasks").mkdir()
    assert default_modules(folder) == []
    (folder / "tasks" / "__init__.py").touch()
    assert default_modules(folder) == ["tasks"]


def test_a_tasks_file_in_the_folder_is_the_default(folder: Path) -> None:
    (folder / "tasks.py").touch()
    assert default_modules(folder) == ["tasks"]


def test_labels_may_be_given_in_every_way_in_which_lists_are(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    assert SubworkerSettings.load().label == []
    assert SubworkerSettings.load(label=("zone=eu", "gpu=a100 rack=7")).label == ["zone=eu", "gpu=a100", "rack=7"]
    monkeypatch.setenv("FASTWORKER_LABEL", "zone=us, gpu=none")
    assert SubworkerSettings.load().label == ["zone=us", "gpu=none"]
    monkeypatch.delenv("FASTWORKER_LABEL")
    (folder / "pyproject.toml").write_text('[tool.fastworker.subworker]\nlabel = ["zone=eu", "rack=7"]\n')
    assert SubworkerSettings.load().label == ["zone=eu", "rack=7"]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("zone", "--label: expected KEY=VALUE with a value of 1 to 100"),
        ("=eu", "--label: expected KEY=VALUE with a key of 1 to 60"),
        ("zone=eu zone=us", "--label: each key can be given once"),
        (" ".join(f"k{number}=1" for number in range(17)), "--label: a worker has at most 16 labels"),
    ],
)
def test_labels_that_cannot_be_shown_are_refused(label: str, said: str) -> None:
    with pytest.raises(InvalidSetting, match=said):
        SubworkerSettings.load(label=label)
