"""The task functions of the loaded modules, by name."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fastworker.domain.errors import InvalidTaskModule, unknown_task_name
from fastworker.domain.terms import NO_TERMS, Terms

from .task_function import TaskFunction


class TaskRegistry:
    """Task functions by name; each name belongs to one function."""

    def __init__(self, functions: Iterable[TaskFunction[..., Any, Any]] = ()) -> None:
        self._functions: dict[str, TaskFunction[..., Any, Any]] = {}
        for function in functions:
            self.add(function)

    def __len__(self) -> int:
        return len(self._functions)

    def __iter__(self) -> Iterator[TaskFunction[..., Any, Any]]:
        return iter(self._functions.values())

    def __getitem__(self, name: str) -> TaskFunction[..., Any, Any]:
        """Return the function of that name; raises `UnknownTask`, with near names, if there is none."""
        try:
            return self._functions[name]
        except KeyError:
            raise unknown_task_name(name, list(self._functions)) from None

    def add(self, function: TaskFunction[..., Any, Any]) -> None:
        """Register a function; the same function twice is once.

        Raises:
            InvalidTaskModule: another function has the name.
        """
        present = self._functions.setdefault(function.name, function)
        if present is not function:
            raise InvalidTaskModule(
                f"two task functions are named {function.name!r}: one in {present.function.__module__}, one in "
                f"{function.function.__module__}; give one of them another name with @task(name=...)"
            )

    @property
    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._functions)

    @property
    def declared(self) -> dict[str, Terms]:
        """What task functions ask for, by name; those that ask for nothing are left out."""
        return {function.name: function.terms for function in self if function.terms is not NO_TERMS}


def load_task_modules(modules: Iterable[str]) -> TaskRegistry:
    """Import modules by their dotted names, the current directory first, and return the tasks found in them.

    Raises:
        InvalidTaskModule: a module cannot be imported (the import error is its cause), or a name is taken twice.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    registry = TaskRegistry()
    for name in modules:
        for function in tasks_of(_import(name)):
            registry.add(function)
    return registry


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            raise InvalidTaskModule(
                f"no module named {name!r} in {Path.cwd()} or on the import path; "
                "start in the folder that holds it, and name it as in `import`, without .py"
            ) from None
        raise _broken(name, error) from error
    except (Exception, SystemExit) as error:
        raise _broken(name, error) from error


def _broken(name: str, error: BaseException) -> InvalidTaskModule:
    return InvalidTaskModule(f"task module {name!r} failed to import: {type(error).__name__}: {error}")


def tasks_of(module: ModuleType) -> list[TaskFunction[..., Any, Any]]:
    """Return the task functions that are names of a module, also those that it imported."""
    return [value for value in vars(module).values() if isinstance(value, TaskFunction)]
