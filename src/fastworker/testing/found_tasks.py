"""The task functions that a test names: by their modules, themselves, or as text."""

from collections.abc import Sequence
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

from fastworker.application.task_function import TaskFunction
from fastworker.application.task_registry import TaskRegistry, tasks_of
from fastworker.domain.errors import InvalidTaskModule

type AnyTask = TaskFunction[..., Any, Any]
type Tasks = ModuleType | AnyTask | str
"""A module with task functions, one of them, or the dotted name of either."""


def registry_of(tasks: Sequence[Tasks]) -> TaskRegistry:
    """Return the task functions that were named.

    Raises:
        InvalidTaskModule: there are none, a name leads nowhere, or two functions have one name.
    """
    if not tasks:
        raise InvalidTaskModule("a system needs tasks: LocalSystem(mytasks), with their modules or the functions")
    return TaskRegistry(function for each in tasks for function in _functions(each))


def _functions(tasks: Tasks) -> list[AnyTask]:
    found: object = _named(tasks) if isinstance(tasks, str) else tasks
    if isinstance(found, TaskFunction):
        return [found]
    functions = tasks_of(found) if isinstance(found, ModuleType) else []
    if not functions:
        raise InvalidTaskModule(f"no task functions in {tasks!r}: decorate functions with @task from fastworker")
    return functions


def _named(name: str) -> object:
    try:
        return resolve_name(name)
    except (AttributeError, ImportError, ValueError) as error:
        raise InvalidTaskModule(
            f"{name!r} names no module and no task ({type(error).__name__}: {error}); "
            "write it as in `import`: package.module, or package.module.task"
        ) from error
