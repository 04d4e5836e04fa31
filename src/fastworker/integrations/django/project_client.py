"""The clients of `fn.submit` and `fn.submit_sync` in a Django project: of the control plane of its default backend.

`FASTWORKER_ADDRESS` goes before the address in `OPTIONS`.
"""

import os
from typing import Any

from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends

import fastworker.entrypoints.default_clients  # noqa: F401 - imported later, it would undo what is set here
from fastworker.application.client import TaskClient
from fastworker.application.current_client import set_default_clients
from fastworker.application.named_address import VARIABLE
from fastworker.application.sync_client import SyncTaskClient
from fastworker.entrypoints.client import Client

from ..application_client import shared_sync_client
from .backend import FastWorkerBackend
from .options import CLIENT_OPTIONS


def use_default_backend() -> None:
    """Have clients that are made on first use take what the default backend says, if it is one of FastWorker."""
    set_default_clients(_new_client, _new_sync_client)


def project_address() -> str | None:
    """Return the address in OPTIONS of the default backend."""
    return _options()["address"] or None


def _new_client() -> TaskClient:
    return Client(**_unless_the_environment_says())


def _new_sync_client() -> SyncTaskClient:
    return shared_sync_client(**_unless_the_environment_says()).running()


def _unless_the_environment_says() -> dict[str, Any]:
    return _options() | ({"address": None} if os.environ.get(VARIABLE) else {})


def _options() -> dict[str, Any]:
    backends = {backend.alias: backend for backend in task_backends.all()}
    default = backends.get(DEFAULT_TASK_BACKEND_ALIAS)
    return default.client_options() if isinstance(default, FastWorkerBackend) else CLIENT_OPTIONS
