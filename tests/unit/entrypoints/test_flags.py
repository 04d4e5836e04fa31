"""Flags are made from settings, so that no setting is written twice."""

from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner

from fastworker.entrypoints.cli import control_plane_command, main, subworker_command
from fastworker.entrypoints.cli.flags import given, settings_flags
from fastworker.entrypoints.settings import ControlPlaneSettings, ProcessSettings, SubworkerSettings

COMMANDS = [
    pytest.param(control_plane_command, ControlPlaneSettings, id="control-plane"),
    pytest.param(subworker_command, SubworkerSettings, id="subworker"),
]

EXAMPLES = {
    "task_modules": "one",
    "discovery_address": "tcp://127.0.0.1:7000",
    "base_address": "tcp://127.0.0.1:7001",
    "subworker_base_address": "tcp://127.0.0.1:7001",
    "worker_address": "tcp://127.0.0.1:7002",
    "control_plane_address": "tcp://127.0.0.1:7003",
    "concurrency": "3",
    "drain_timeout": "4.5",
    "log_level": "debug",
    "log_format": "json",
    "result_cache_size": "5",
    "result_cache_ttl": "6",
    "max_queued": "7",
    "lease_seconds": "8",
    "local_execution": "overflow",
    "worker_id": "mine",
    "label": "zone=eu",
    "processes": "2",
    "subworkers": "3",
    "stop_grace": "0.5",
    "process_max_tasks": "11",
    "process_max_bytes": "12000000",
    "blocked_seconds": "0.75",
    "stall_seconds": "13",
    "result_cache_bytes": "24",
    "max_queued_bytes": "14",
    "max_payload_bytes": "15",
    "max_result_bytes": "16",
    "max_unfinished": "17",
    "max_clients": "18",
    "max_workers": "19",
    "max_slots": "20",
    "max_losses": "21",
    "attempts_kept": "22",
    "log_lines_kept": "23",
    "spans_kept": "24",
    "advertised_worker_address": "tcp://127.0.0.1:7004",
    "dashboard_host": "::1",
    "dashboard_port": "25",
    "dashboard_token_file": "tokens",
    "dashboard_role": "viewer",
    "dashboard_root_path": "/ops",
    "dashboard_allowed_host": "ops.example",
    "dashboard_frame_ancestors": "https://ops.example",
    "dashboard_redact": "password",
    "dashboard_trusted_proxy": "10.0.0.5",
    "dashboard_user_header": "X-User",
    "dashboard_role_header": "X-Role",
    "trace_url_template": "https://tracing.example/trace/{trace_id}",
}


def flag_of(name: str) -> str:
    """Every flag is named after its setting, but the one that names the command again."""
    return "--base-address" if name == "subworker_base_address" else "--" + name.replace("_", "-")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> list[Any]:
    """The settings that servers were started with; they end at once with exit code 7."""
    monkeypatch.chdir(tmp_path)
    settings: list[Any] = []

    def run(given: Any) -> int:
        settings.append(given)
        return 7

    monkeypatch.setattr("fastworker.entrypoints.control_plane.run", run)
    monkeypatch.setattr("fastworker.entrypoints.subworker.run", run)
    return settings


@pytest.mark.parametrize(("command", "settings"), COMMANDS)
def test_every_setting_has_a_flag_with_a_help_text(command: click.Command, settings: type[ProcessSettings]) -> None:
    options = {option.name: option for option in command.params if isinstance(option, click.Option)}
    assert list(options) == list(settings.model_fields)
    for name, option in options.items():
        assert option.opts == [flag_of(name)]
        assert option.help
        assert option.help.startswith(str(settings.model_fields[name].description))
        assert option.default is None or option.default == () or not option.required


@pytest.mark.parametrize(("command", "settings"), COMMANDS)
def test_every_flag_reaches_its_setting(
    command: click.Command, settings: type[ProcessSettings], started: list[Any]
) -> None:
    for name, field in settings.model_fields.items():
        flag = flag_of(name)
        arguments = [flag] if field.annotation is bool else [flag, EXAMPLES[name]]
        outcome = CliRunner().invoke(command, arguments)
        assert outcome.exit_code == 7, outcome.output
        value = getattr(started[-1], name)
        assert value != field.get_default()
        assert value == settings.load(**{name: True if field.annotation is bool else EXAMPLES[name]}).__dict__[name]


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        (["--task-modules", "one"], ["one"]),
        (["--task-modules", "one", "two"], ["one", "two"]),
        (["--task-modules", "one two"], ["one", "two"]),
        (["--task-modules", "one,two", "three"], ["one", "two", "three"]),
        (["--task-modules", "one", "--task-modules", "two"], ["one", "two"]),
    ],
)
def test_task_modules_may_be_repeated_or_follow_each_other(
    arguments: list[str], modules: list[str], started: list[Any]
) -> None:
    for command in (control_plane_command, subworker_command):
        CliRunner().invoke(command, [*arguments, "--concurrency", "2"])
        assert started[-1].task_modules == modules


def test_flags_that_are_not_given_leave_the_setting_to_the_environment(
    started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FASTWORKER_CONCURRENCY", "9")
    monkeypatch.setenv("FASTWORKER_TASK_MODULES", "mine")
    monkeypatch.setenv("FASTWORKER_INSECURE", "1")
    CliRunner().invoke(control_plane_command, [])
    settings = started[-1]
    assert (settings.concurrency, settings.task_modules, settings.insecure) == (9, ["mine"], True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--concurrency", "0"], "--concurrency: Input should be greater than or equal to 1 (was 0)"),
        (["--concurrency", "many"], "'many' is not a valid integer"),
        (["--log-level", "loud"], "is not one of"),
        (["--base-address", "tcp://0.0.0.0:5555"], "can be reached from other machines"),
        (["--no-such-flag"], "No such option"),
    ],
)
def test_a_flag_that_cannot_work_ends_the_command_with_exit_code_2_and_says_why(
    arguments: list[str], said: str, started: list[Any]
) -> None:
    outcome = CliRunner().invoke(control_plane_command, arguments)
    assert outcome.exit_code == 2
    assert said in outcome.output
    assert started == []


@pytest.mark.parametrize("words", [["control-plane"], ["start"], ["subworker"], ["worker", "start"]])
def test_the_servers_are_started_under_all_their_names(words: list[str], started: list[Any]) -> None:
    assert CliRunner().invoke(main, words).exit_code == 7
    expected = ControlPlaneSettings if words[0] in ("control-plane", "start") else SubworkerSettings
    assert isinstance(started[-1], expected)


def test_flags_that_were_not_given_are_left_out() -> None:
    assert given({"one": None, "two": (), "three": 0, "four": "", "five": False}) == {
        "three": 0,
        "four": "",
        "five": False,
    }


def test_the_help_shows_defaults_that_say_something() -> None:
    @click.command
    @settings_flags(ControlPlaneSettings)
    def command(**_: Any) -> None: ...

    shown: Callable[[str], str] = lambda name: next(  # noqa: E731
        option.help or "" for option in command.params if isinstance(option, click.Option) and option.name == name
    )
    assert shown("drain_timeout").endswith("[default: 30]")
    assert shown("local_execution").endswith("[default: auto]")
    assert "[default" not in shown("insecure")
    assert "[default" not in shown("task_modules")


def test_only_lists_of_modules_are_shown_as_modules() -> None:
    options = [option for option in control_plane_command.params if isinstance(option, click.Option)]
    shown = {option.name: option.metavar for option in options if option.multiple}
    assert shown.pop("task_modules") == "MODULE"
    assert "MODULE" not in shown.values()
    assert (shown["dashboard_redact"], shown["dashboard_trusted_proxy"]) == ("NAME", "NETWORK")
