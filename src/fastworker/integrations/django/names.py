"""How a Django task and the queue that it is for are named in FastWorker, and found again.

FastWorker has one queue, and gives a task only to a worker that knows its name. So a Django queue is a part of the
name: a worker that serves some queues knows the names of those, and is given nothing else.
"""

from collections.abc import Iterable
from importlib import import_module

from django.tasks import DEFAULT_TASK_QUEUE_NAME, Task

from fastworker.application.stand_in import stand_in
from fastworker.domain.errors import UnknownTask

MARK = "@"


class DjangoTask(Task):
    """A Django task that says its name in FastWorker: tests ask by it what was submitted."""

    __slots__ = ()

    @property
    def fastworker_name(self) -> str:
        """The name under which workers know it, for its queue."""
        return name_of(self)


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


def unknown_task(name: str) -> UnknownTask:
    """Return the error for a task that no worker knows, with what a Django project does about it."""
    if stand_in() is None:
        cure = "is `python manage.py fastworker_subworker` running, and does it serve this queue?"
    else:
        cure = 'give the system for tests "fastworker.integrations.django.worker", which has the tasks of the project'
    return UnknownTask(f"no worker knows the task {name!r}: {cure}")
