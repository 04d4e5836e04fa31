"""`@task`: a function that can be called here, or submitted to run elsewhere."""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from functools import update_wrapper
from typing import Any, Literal, Protocol, overload, override

from fastworker.domain.errors import CallerError, InvalidOption
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Backoff, Terms

from .current_client import current_client, current_sync_client
from .handle import SyncTaskHandle, TaskHandle
from .limits import LONGEST_ID
from .task_options import NO_OPTIONS, Exceptions, Seconds, SubmitOptions, submit_options, task_terms

type Isolation = Literal["process"] | None
"""Where a task runs: in the worker, or in a child process of it that can be killed."""


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

    def __init__(
        self,
        function: Callable[P, T],
        *,
        name: str,
        priority: TaskPriority,
        terms: Terms = NO_TERMS,
        isolation: Isolation = None,
    ) -> None:
        super().__init__(self, NO_OPTIONS)
        update_wrapper(self, function)
        self.function = function
        self.name = name
        self.priority = priority
        self.terms = terms
        self.isolation = isolation
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
        delay: Seconds | None = None,
        at: datetime | None = None,
        expires: Seconds | datetime | None = None,
        retries: int | None = None,
        backoff: Backoff | Seconds | None = None,
        retry_on: Exceptions | None = None,
        never_on: Exceptions | None = None,
        timeout: Seconds | None = None,
        tags: Iterable[str] | None = None,
    ) -> Submittable[P, R]:
        """Return this function with other options for its next submissions; what is left out stays as declared.

        `priority` is a member of TaskPriority or its name in any case, `id` an id of your own. The task starts `delay`
        seconds (or a timedelta) after its submission, or `at` an aware datetime, and never later than `expires`:
        seconds after its submission, or a moment. The others are those of `@task`.

        Raises:
            InvalidOption: a value cannot work.
        """
        options = submit_options(
            priority=priority,
            task_id=id,
            delay=delay,
            at=at,
            expires=expires,
            retries=retries,
            backoff=backoff,
            retry_on=retry_on,
            never_on=never_on,
            timeout=timeout,
            tags=tags,
        )
        return Submittable(self, options)


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
def task(
    *,
    name: str | None = None,
    priority: TaskPriority | str = TaskPriority.NORMAL,
    retries: int = 0,
    backoff: Backoff | Seconds | None = None,
    retry_on: Exceptions | None = None,
    never_on: Exceptions | None = None,
    timeout: Seconds | None = None,
    tags: Iterable[str] | None = None,
    isolation: Isolation = None,
) -> TaskDecorator: ...
def task(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    priority: TaskPriority | str = TaskPriority.NORMAL,
    retries: int | None = None,
    backoff: Backoff | Seconds | None = None,
    retry_on: Exceptions | None = None,
    never_on: Exceptions | None = None,
    timeout: Seconds | None = None,
    tags: Iterable[str] | None = None,
    isolation: Isolation = None,
) -> Any:
    """Make a function a task; used bare or with options.

    `name` is the function's own name unless given; `priority` is a member of TaskPriority or its name in any case.
    A failed attempt, or one whose worker was lost, is tried again up to `retries` times (0), after a `backoff` (a
    `Backoff`, or its first wait in seconds): on exceptions of the classes `retry_on` (every Exception), and `never_on`
    others. An attempt may take `timeout` seconds (without end); `isolation="process"` runs it in a child process,
    which can be killed. Its tasks are found by up to ten `tags` (none), as `tags=("tenant:acme", "nightly")`; those of
    `.options` take their place.

    Raises:
        InvalidPriority: `priority` names none of the four.
        InvalidOption: another value cannot work.
        CallerError: what is decorated is not a plain function.
    """
    parsed = TaskPriority.parse(priority)
    terms = task_terms(
        retries=retries, backoff=backoff, retry_on=retry_on, never_on=never_on, timeout=timeout, tags=tags
    )
    if isolation not in (None, "process"):
        raise InvalidOption(f"isolation is {isolation!r}; expected 'process', or nothing")

    def decorate(function: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
        is_generator = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
        if not inspect.isfunction(function) or is_generator:
            raise CallerError(f"@task takes a plain `def` or `async def` function, not {function!r}")
        if not 1 <= len(name or function.__name__) <= LONGEST_ID:
            raise InvalidOption(f"the name of a task has 1 to {LONGEST_ID} characters")
        return TaskFunction(function, name=name or function.__name__, priority=parsed, terms=terms, isolation=isolation)

    return decorate if function is None else decorate(function)
