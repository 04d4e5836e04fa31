"""Runs that do not do what their function does, because a test wants them to fail."""

from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from copy import copy
from dataclasses import dataclass
from typing import Any, Never, override

from fastworker.application.execution import Execution
from fastworker.application.ports.task_executor import Done, Noted, TaskExecutor

from .errors import FaultUnused
from .found_tasks import AnyTask

type Raisable = BaseException | type[BaseException]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens in place of a run: `error` is raised, or, without one, its worker dies."""

    error: Raisable | None


class Faults:
    """What the next runs of task functions meet, by name, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._next: dict[str, deque[Fault]] = {}

    def add(self, name: str, fault: Fault) -> None:
        """Have one more run of a task function meet a fault."""
        self._next.setdefault(name, deque()).append(fault)

    def take(self, name: str) -> Fault | None:
        """Return what this run of a task function meets, if anything."""
        waiting = self._next.get(name)
        return waiting.popleft() if waiting else None

    def check_all_used(self) -> None:
        """Raise `FaultUnused` if a test has asked for more than has happened."""
        unused = [f"{name}: {_said(fault)}" for name, waiting in self._next.items() for fault in waiting]
        if unused:
            lines = "\n  ".join(unused)
            raise FaultUnused(f"these were to happen at the next run of a task, and no such run came:\n  {lines}")


class FaultyExecutor(TaskExecutor):
    """Runs attempts as another executor does, but for those that are to meet a fault."""

    def __init__(self, inner: TaskExecutor, faults: Faults, *, die: Callable[[], None]) -> None:
        self._inner = inner
        self._faults = faults
        self._die = die

    @override
    def open(self, done: Done, noted: Noted) -> AbstractAsyncContextManager[None]:
        return self._inner.open(done, noted)

    @override
    def start(self, execution: Execution) -> None:
        fault = self._faults.take(execution.function.name)
        if fault is None:
            self._inner.start(execution)
        elif fault.error is None:
            self._die()
        else:
            execution.function = _raising(execution.function, fault.error)
            self._inner.start(execution)

    @override
    def stop(self, execution: Execution) -> None:
        self._inner.stop(execution)

    @override
    def resize(self, slots: int) -> None:
        self._inner.resize(slots)

    @override
    def stack(self, execution: Execution) -> str:
        return self._inner.stack(execution)


def _raising(function: AnyTask, error: Raisable) -> AnyTask:
    """Return a task function that is like another, and raises when it is called."""

    def fail(*_: Any, **__: Any) -> Never:
        raise error

    async def fail_async(*_: Any, **__: Any) -> Never:
        raise error

    twin = copy(function)
    twin.function = fail_async if function.is_async else fail
    return twin


def _said(fault: Fault) -> str:
    return "its worker dies" if fault.error is None else f"raises {fault.error!r}"
