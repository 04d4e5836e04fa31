"""`manage.py fastworker_subworker`, up to the start of the worker."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.tasks import task_backends

from fastworker.entrypoints import subworker
from fastworker.entrypoints.settings import SubworkerSettings, flag_of
from fastworker.integrations.django.discovery import QUEUES_VARIABLE

COMMAND = "fastworker_subworker"
WORKER = "fastworker.integrations.django.worker"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[SubworkerSettings]:
    """The settings with which workers were started."""
    settings: list[SubworkerSettings] = []

    def run(given: SubworkerSettings) -> int:
        settings.append(given)
        return 3

    monkeypatch.setattr(subworker, "run", run)
    monkeypatch.delenv(QUEUES_VARIABLE, raising=False)
    return settings


def call(*flags: str, **options: Any) -> None:
    with pytest.raises(SystemExit) as left:
        call_command(COMMAND, *flags, **options)
    assert left.value.code == 3


def test_the_worker_has_the_tasks_of_the_project_and_the_settings_of_the_flags(
    started: list[SubworkerSettings],
) -> None:
    call("--worker-id", "django-1", "--concurrency=4", "--insecure", "--task-modules", "more")
    [settings] = started
    assert (settings.worker_id, settings.concurrency, settings.insecure) == ("django-1", 4, True)
    assert settings.task_modules == [WORKER, "more"]


def test_without_flags_the_settings_are_those_of_any_subworker(started: list[SubworkerSettings]) -> None:
    call()
    assert started == [SubworkerSettings(worker_id=started[0].worker_id, task_modules=[WORKER])]
    assert QUEUES_VARIABLE not in os.environ


@pytest.fixture
def default_options() -> Iterator[dict[str, Any]]:
    """OPTIONS of the default backend."""
    options: dict[str, Any] = task_backends["default"].options
    yield options
    options.clear()


def test_the_control_plane_is_that_of_the_default_backend(
    started: list[SubworkerSettings], default_options: dict[str, Any]
) -> None:
    default_options["address"] = "tcp://127.0.0.1:5998"
    call()
    assert started[0].control_plane_address == "tcp://127.0.0.1:5998"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("control_plane_address", "tcp://127.0.0.1:5997"), ("discovery_address", "tcp://127.0.0.1:5996")],
)
@pytest.mark.parametrize("is_variable", [False, True])
def test_the_command_line_and_the_environment_go_before_it(
    started: list[SubworkerSettings],
    default_options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
    is_variable: bool,
) -> None:
    default_options["address"] = "tcp://127.0.0.1:5998"
    if is_variable:
        monkeypatch.setenv(f"FASTWORKER_{setting.upper()}", value)
    call(*([] if is_variable else [f"{flag_of(setting)}={value}"]))
    assert getattr(started[0], setting) == value
    assert started[0].control_plane_address != "tcp://127.0.0.1:5998"


def test_the_queues_go_to_where_the_worker_looks_for_them(
    started: list[SubworkerSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(QUEUES_VARIABLE, "")
    call("--queue", "letters", "--queue", "default")
    assert os.environ[QUEUES_VARIABLE] == "letters,default"


def test_a_setting_that_cannot_work_is_an_error_of_the_command(started: list[SubworkerSettings]) -> None:
    with pytest.raises(CommandError, match="--concurrency"):
        call_command(COMMAND, "--concurrency", "0")
    assert started == []


def test_checking_the_project_tells_of_a_misspelt_option() -> None:
    with pytest.raises(SystemCheckError, match="adress"):
        call_command("check")
