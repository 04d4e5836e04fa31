"""A module that only a worker can import, as one whose import depends on the process."""

import os

from fastworker.application.task_function import task

if os.getppid() == int(os.environ.get("BROKEN_FOR_CHILDREN_OF", "0")):
    raise ImportError("not in a child process")


@task
def nothing_at_all() -> None:
    pass
