"""`@task`: a function that can be called here, or submitted to run elsewhere."""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Protocol, overload, override

from fastworker.domain.errors import CallerError
from fastworker.domain.priority import TaskPriority

from .current_client import current_client, current_sync_client
from .handle import SyncTaskHandle, TaskHandle


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """How one submission differs from the defaults of its function; None leaves the default."""

    priority: TaskPriority | None = None
    task_id: str | None = None


class Submittable[**P, R]:
    """A task function together with the options of its next submissions."""

    def __init__(self, function: "TaskFunction[P, Any, R]", options: SubmitOptions) -> None:
        self._function = function
        self._options = options

    async def submit(self, *args: P.args, **kwargs: P.kwargs) -> TaskHandle[R]:
        """Submit to the current client; returns when the control plane has accepted the task.

        Raises:
            CallerError: the call is wrong (arguments, size, unknown name); nothing was submitted.
            ControlPlaneError: the control plane cannot be reached or does not take the task.
        """
        return await current_client().submit(self._function, args, kwargs, self._options)

    async def map(self, calls: Iterable[Sequence[Any]]) -> list[TaskHandle[R]]:
        """Submit one task per tuple of positional arguments; raises what `submit` does, a wrong call before any."""
        return await current_client().submit_many(self._function, calls, self._options)

    def submit_sync(self, *args: P.args, **kwargs: P.kwargs) -> SyncTaskHandle[R]:
        """Submit from blocking code; raises what `submit` does."""
        return current_sync_client().submit(self._function, args, kwargs, self._options)


class TaskFunction[**P, T, R](Submittable[P, R]):
    """A registered function. Calling it gives T, as before; as a task its result is R: T, awaited if need be."""

    def __init__(self, function: Callable[P, T], *, name: str, priority: TaskPriority) -> None:
        super().__init__(self, SubmitOptions())
        update_wrapper(self, function)
        self.function = function
        self.name = name
        self.priority = priority
        self.is_async = inspect.iscoroutinefunction(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.function(*args, **kwargs)

    @override
    def __repr__(self) -> str:
        return f"<task {self.name!r} of module {self.function.__module__}>"

    def options(
        self,
        *,
        priority: TaskPriority | str | None = None,
        id: str | None = None,
    ) -> Submittable[P, R]:
        """Return this function with other options: a priority (member, or its name in any case), an id of your own."""
        parsed = None if priority is None else TaskPriority.parse(priority)
        return Submittable(self, SubmitOptions(parsed, id))


class TaskDecorator(Protocol):
    """What `@task(...)` returns."""

    @overload
    def __call__[**P, R](
        self, function: Callable[P, Coroutine[Any, Any, R]], /
    ) -> TaskFunction[P, Coroutine[Any, Any, R], R]: ...
    @overload
    def __call__[**P, R](self, function: Callable[P, R], /) -> TaskFunction[P, R, R]: ...


@overload
def task[**P, R](function: Callable[P, Coroutine[Any, Any, R]], /) -> TaskFunction[P, Coroutine[Any, Any, R], R]: ...
@overload
def task[**P, R](function: Callable[P, R], /) -> TaskFunction[P, R, R]: ...
@overload
def task(*, name: str | None = None, priority: TaskPriority | str = TaskPriority.NORMAL) -> TaskDecorator: ...
def task(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    priority: TaskPriority | str = TaskPriority.NORMAL,
) -> Any:
    """Make a function a task; used bare or with options.

    `name` is the function's own name unless given; `priority` is a member of TaskPriority or its name in any case.

    Raises:
        InvalidPriority: `priority` names none of the four.
        CallerError: what is decorated is not a plain function.
    """
    parsed = TaskPriority.parse(priority)

    def decorate(function: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        is_generator = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
        if not inspect.isfunction(function) or is_generator:
            raise CallerError(f"@task takes a plain `def` or `async def` function, not {function!r}")
        return TaskFunction(function, name=name or function.__name__, priority=parsed)

    return decorate if function is None else decorate(function)
