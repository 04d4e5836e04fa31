"""`manage.py fastworker_subworker`: a subworker for the tasks of this project."""

import os
import sys
from argparse import ArgumentParser
from typing import Any, override

from django.core.management.base import BaseCommand, CommandError
from django.tasks.exceptions import InvalidTaskBackend

from fastworker.domain.errors import FastWorkerError
from fastworker.entrypoints.settings import SubworkerSettings, flag_of
from fastworker.integrations.django.discovery import QUEUES_VARIABLE
from fastworker.integrations.django.project_client import project_address

WORKER = "fastworker.integrations.django.worker"
MODULES = "task_modules"
ADDRESS = "control_plane_address"


class Command(BaseCommand):
    """Takes the flags of `fastworker subworker`; `--task-modules` are modules beside those of the project."""

    help = "Start a FastWorker subworker that runs the tasks of this project."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", action="append", help="Serve this queue; may be repeated. Default: all.")
        for name, field in SubworkerSettings.model_fields.items():
            text = (field.description or "").replace("%", "%%")
            if name == MODULES:
                parser.add_argument(flag_of(name), dest=name, action="append", default=[], help="More task modules.")
            elif field.annotation is bool:
                parser.add_argument(flag_of(name), dest=name, action="store_true", default=None, help=text)
            else:
                parser.add_argument(flag_of(name), dest=name, help=text)

    @override
    def handle(self, *args: Any, queue: list[str] | None = None, **options: Any) -> None:
        if queue:
            os.environ[QUEUES_VARIABLE] = ",".join(queue)  # where worker processes of this one find it, too
        given = {name: options[name] for name in SubworkerSettings.model_fields if options.get(name) is not None}
        try:
            settings = _load(given | {MODULES: [WORKER, *given.get(MODULES, [])]})
        except (FastWorkerError, InvalidTaskBackend) as error:
            raise CommandError(str(error)) from error
        from fastworker.entrypoints.subworker import run

        sys.exit(run(settings))


def _load(given: dict[str, Any]) -> SubworkerSettings:
    """Return the settings; the control plane is that of the default backend, unless they say how it is found."""
    settings = SubworkerSettings.load(**given)
    if settings.model_fields_set & {ADDRESS, "discovery_address"}:
        return settings
    return SubworkerSettings.load(**given | {ADDRESS: project_address()})
