"""The app's tasks."""

from datetime import datetime
from typing import Any

from django.tasks import TaskContext, task

from fastworker.application.task_function import task as fastworker_task

CALLS: list[Any] = []


@task(priority=7)
def add(one: Any, other: Any = 1) -> Any:
    """Add two values as they come."""
    CALLS.append((one, other))
    return one + other


@task(takes_context=True)
async def attempt(context: TaskContext) -> list[Any]:
    """Tell what the context tells."""
    return [context.attempt, context.task_result.id]


class OutOfStock(Exception):
    """An error of the application's own."""


@task
def sell(thing: str) -> str:
    """Fail."""
    raise OutOfStock(thing)


@task
def now() -> datetime:
    """Return what is no JSON."""
    return datetime.now()


@task(backend="other")
def elsewhere() -> None:
    """Declared for another backend."""


@fastworker_task
def shout(text: str) -> str:
    """Return a text in capitals."""
    return text.upper()


add_again = add
