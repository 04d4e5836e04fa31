"""The tasks of a Django project: those in the `tasks` module of each app, and in the modules that OPTIONS name."""

import os
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.tasks import DEFAULT_TASK_QUEUE_NAME, Task, task_backends
from django.utils.module_loading import module_has_submodule

from fastworker.application.task_function import TaskFunction

from .backend import FastWorkerBackend
from .names import tasks_in
from .running import function_of

QUEUES_VARIABLE = "FASTWORKER_DJANGO_QUEUES"
"""Which queues a worker serves, separated by commas; all of them unless it is set."""

type AnyTaskFunction = TaskFunction[..., Any, Any]


def project_functions() -> list[AnyTaskFunction]:
    """Return a task function for every Django task and each queue that is served, and the `fastworker.task` functions.

    Raises:
        ImproperlyConfigured: a queue is to be served that no backend has.
        Exception: whatever the import of a module raises.
    """
    backends = [backend for backend in task_backends.all() if isinstance(backend, FastWorkerBackend)]
    queues = {backend.alias: _served(backend) for backend in backends}
    _refuse_unknown_queues(queues.values())
    functions: dict[str, AnyTaskFunction] = {}
    for module in _modules(backends):
        values = list(vars(module).values())
        functions |= {value.name: value for value in values if isinstance(value, TaskFunction)}
        for task in tasks_in(values):
            functions |= {function.name: function for function in _functions_of(task, queues)}
    return list(functions.values())


def _functions_of(task: Task, queues: dict[str, list[str]]) -> Iterator[AnyTaskFunction]:
    for alias, names in queues.items():
        for name in names:
            yield function_of(task.using(backend=alias, queue_name=name))


def _wanted() -> list[str]:
    return [queue for word in os.environ.get(QUEUES_VARIABLE, "").split(",") if (queue := word.strip())]


def _served(backend: FastWorkerBackend) -> list[str]:
    """Return the queues of a backend whose tasks this process takes; a backend without any takes every name."""
    if wanted := _wanted():
        return [queue for queue in wanted if queue in backend.queues or not backend.queues]
    return sorted(backend.queues) or [DEFAULT_TASK_QUEUE_NAME]


def _refuse_unknown_queues(served: Iterable[list[str]]) -> None:
    known = {queue for queues in served for queue in queues}
    unknown = [queue for queue in _wanted() if queue not in known]
    if unknown:
        raise ImproperlyConfigured(f"no backend in TASKS has the queues {unknown}; name them in its QUEUES")


def _modules(backends: Iterable[FastWorkerBackend]) -> Iterator[ModuleType]:
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "tasks"):
            yield import_module(f"{app.name}.tasks")
    for backend in backends:
        yield from map(import_module, backend.options.get("task_modules", ()))
