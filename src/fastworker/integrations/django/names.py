"""How a Django task and the queue that it is for are named in FastWorker, and found again.

FastWorker has one queue, and gives a task only to a worker that knows its name. So a Django queue is a part of the
name: a worker that serves some queues knows the names of those, and is given nothing else.
"""

from collections.abc import Iterable
from importlib import import_module

from django.tasks import DEFAULT_TASK_QUEUE_NAME, Task

MARK = "@"


def name_of(task: Task) -> str:
    """Return the name of a task: its path, and its queue where that is not the default."""
    path: str = task.module_path
    return path if task.queue_name == DEFAULT_TASK_QUEUE_NAME else f"{path}{MARK}{task.queue_name}"


def task_named(name: str) -> Task | None:
    """Return the Django task of that name, for its queue; None when this project has no such task."""
    path, _, queue = name.partition(MARK)
    try:
        module = import_module(path.rpartition(".")[0])
    except (ImportError, TypeError, ValueError):  # the last two: it is no path
        return None
    for task in tasks_in(vars(module).values()):
        if task.module_path == path:
            return task.using(queue_name=queue) if queue else task
    return None


def tasks_in(values: Iterable[object]) -> list[Task]:
    """Return the Django tasks among the values of a module."""
    return [value for value in values if isinstance(value, Task)]
