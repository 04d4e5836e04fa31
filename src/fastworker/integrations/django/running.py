"""A Django task as a FastWorker task function: arguments and results as JSON, Django's signals, tidy connections.

Arguments are not converted to what the function's annotations say: Django's tasks are given the JSON that was enqueued.
"""

import os
import socket
from collections.abc import Callable
from inspect import Signature, iscoroutinefunction, signature
from traceback import format_exception
from typing import Any

import anyio
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.tasks import Task, TaskContext, TaskResult, TaskResultStatus
from django.tasks.base import TaskError
from django.tasks.signals import task_finished, task_started
from django.utils import timezone
from django.utils.json import normalize_json

from fastworker.application.current_task import current_task
from fastworker.application.task_function import TaskFunction

from .backend import FastWorkerBackend
from .names import name_of
from .priorities import priority_of
from .results import enqueued_at

CALLED_AS = "called_as"
"""Where a function that takes anything says what is meant: tests name arguments by it."""

type AnyFunction = Callable[..., Any]


def function_of(task: Task) -> TaskFunction[..., Any, Any]:
    """Return the task function that runs a Django task, under the name for its queue."""
    function = _async_function(task) if iscoroutinefunction(task.func) else _function(task)
    function.__module__, function.__doc__ = task.func.__module__, task.func.__doc__
    function.__name__ = function.__qualname__ = task.func.__qualname__
    vars(function)[CALLED_AS] = _signature(task)
    return TaskFunction(function, name=name_of(task), priority=priority_of(task.priority))


def _signature(task: Task) -> Signature:
    """Return how a task is enqueued: without its context."""
    own = signature(task.func)
    return own.replace(parameters=list(own.parameters.values())[task.takes_context :])


def _function(task: Task) -> AnyFunction:
    def run(*args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        result = running_result(task, args, kwargs)
        task_started.send(FastWorkerBackend, task_result=result)
        try:
            value = normalize_json(task.func(*_context(result), *args, **kwargs))
        except BaseException as error:
            task_finished.send(FastWorkerBackend, task_result=failed(result, error))
            raise
        else:
            task_finished.send(FastWorkerBackend, task_result=succeeded(result, value))
            return value
        finally:
            close_old_connections()

    return run


def _async_function(task: Task) -> AnyFunction:
    close = sync_to_async(close_old_connections)

    async def run(*args: Any, **kwargs: Any) -> Any:
        await close()
        result = running_result(task, args, kwargs)
        await task_started.asend(FastWorkerBackend, task_result=result)
        try:
            value = normalize_json(await task.func(*_context(result), *args, **kwargs))
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await task_finished.asend(FastWorkerBackend, task_result=failed(result, error))
            raise
        else:
            await task_finished.asend(FastWorkerBackend, task_result=succeeded(result, value))
            return value
        finally:
            with anyio.CancelScope(shield=True):
                await close()

    return run


def running_result(task: Task, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TaskResult:
    """Return what is known of the attempt that begins now; of the workers of earlier ones, only their number."""
    current, now = current_task(), timezone.now()
    return TaskResult(
        task=task,
        id=current.id,
        status=TaskResultStatus.RUNNING,
        enqueued_at=enqueued_at(current.id),
        started_at=now,
        last_attempted_at=now,
        finished_at=None,
        args=list(args),
        kwargs=kwargs,
        backend=task.backend,
        errors=[],
        worker_ids=[f"{socket.gethostname()}-{os.getpid()}"] * current.attempt,
    )


def failed(result: TaskResult, error: BaseException) -> TaskResult:
    """Make it the result of a task that raised."""
    kind = type(error)
    path = f"{kind.__module__}.{kind.__qualname__}"
    result.errors.append(TaskError(exception_class_path=path, traceback="".join(format_exception(error))))
    return _finished(result, TaskResultStatus.FAILED, None)


def succeeded(result: TaskResult, value: Any) -> TaskResult:
    """Make it the result of a task that returned."""
    return _finished(result, TaskResultStatus.SUCCESSFUL, value)


def _finished(result: TaskResult, status: TaskResultStatus, value: Any) -> TaskResult:
    for name, known in (("status", status), ("finished_at", timezone.now()), ("_return_value", value)):
        object.__setattr__(result, name, known)  # frozen: Django's own backends do so
    return result


def _context(result: TaskResult) -> tuple[TaskContext, ...]:
    return (TaskContext(task_result=result),) if result.task.takes_context else ()
