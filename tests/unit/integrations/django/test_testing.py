"""Django tasks in a system for tests, as docs/testing.md shows."""

import re
from pathlib import Path
from typing import Any

import pytest

from fastworker.domain.errors import UnknownTask
from fastworker.testing import SyncLocalSystem
from fastworker.testing.errors import NotSubmitted

from .shop import tasks

WORKER = "fastworker.integrations.django.worker"
PAGE = Path(__file__).parents[4] / "docs" / "testing.md"


def test_the_snippet_of_the_page_works() -> None:
    [snippet] = re.findall(r"## Django tasks\n.*?```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet.replace("from shop import tasks", f"from {tasks.__package__} import tasks"), names)
    names["test_a_sum_is_enqueued"]()


def test_arguments_are_compared_by_the_names_that_the_task_gives_them() -> None:
    with SyncLocalSystem(WORKER) as system:
        tasks.add.enqueue(1)
        tasks.add.using(queue_name="letters").enqueue(other=3, one=2)
        tasks.attempt.enqueue()
        assert [each.arguments for each in system.submissions()] == [{"one": 1, "other": 1}, {"other": 3, "one": 2}, {}]
        system.submitted(tasks.add.using(queue_name="letters"), one=2)
        with pytest.raises(NotSubmitted):
            system.submitted(tasks.add, one=2)


def test_arguments_that_do_not_fit_are_shown_as_they_are() -> None:
    with SyncLocalSystem(WORKER) as system:
        tasks.attempt.enqueue(5, six=6)
        assert [each.arguments for each in system.submissions()] == [{"*": [5], "six": 6}]


def test_a_fault_can_be_asked_for_by_a_django_task() -> None:
    with SyncLocalSystem(WORKER) as system:
        system.fail_next(tasks.add, OSError("no"))
        result = tasks.add.enqueue(1)
        system.drain()
        result.refresh()
        assert (result.status, result.errors[0].exception_class) == ("FAILED", OSError)


def test_a_system_without_the_tasks_of_the_project_says_which_it_needs() -> None:
    with (
        SyncLocalSystem(tasks) as _,
        pytest.raises(UnknownTask, match=re.escape(f'give the system for tests "{WORKER}"')),
    ):
        tasks.add.enqueue(1)
