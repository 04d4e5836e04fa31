"""`fastworker control-plane` and `fastworker subworker`."""

import sys
from typing import Any

import click

from fastworker.domain.errors import FastWorkerError

from ..settings import ControlPlaneSettings, ProcessSettings, SubworkerSettings
from .flags import given, settings_flags


def _load[S: ProcessSettings](settings: type[S], more_modules: tuple[str, ...], flags: dict[str, Any]) -> S:
    if more_modules:
        flags["task_modules"] = (*flags["task_modules"], *more_modules)
    try:
        return settings.load(**given(flags))
    except FastWorkerError as error:
        raise click.UsageError(str(error)) from error


@click.command("control-plane")
@settings_flags(ControlPlaneSettings)
@click.argument("more_modules", nargs=-1, metavar="")
def control_plane_command(more_modules: tuple[str, ...], **flags: Any) -> None:
    """Start a control plane. It queues, dispatches and remembers tasks, and runs them when no subworker can."""
    settings = _load(ControlPlaneSettings, more_modules, flags)
    from ..control_plane import run

    sys.exit(run(settings))


@click.command("subworker")
@settings_flags(SubworkerSettings)
@click.argument("more_modules", nargs=-1, metavar="")
def subworker_command(more_modules: tuple[str, ...], **flags: Any) -> None:
    """Start a subworker: it joins a control plane and runs tasks."""
    settings = _load(SubworkerSettings, more_modules, flags)
    from ..subworker import run

    sys.exit(run(settings))
