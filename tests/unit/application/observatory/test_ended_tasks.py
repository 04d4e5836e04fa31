"""Pages of tasks by the moment of their end, against sorted lists."""

from itertools import pairwise

import pytest

from fastworker.application.observatory.ended_tasks import ENDED, Edge, EndedPage, EndOrder, ended_page
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_index import TaskIndex
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from ....builders import a_task

LATEST, EARLIEST = EndOrder


def an_index(*ends: float | None, status: TaskStatus = TaskStatus.FAILURE) -> TaskIndex:
    """Return tasks in the order of submission; None for one that waits."""
    tasks = [a_task(status=TaskStatus.QUEUED if end is None else status) for end in ends]
    for number, (task, end) in enumerate(zip(tasks, ends, strict=True), start=1):
        task.number, task.submitted_at, task.finished_at = number, float(number), end
    index = TaskIndex()
    index.add(tasks)
    return index


def numbers(tasks: list[Task]) -> list[int]:
    return [task.number for task in tasks]


def all_pages(index: TaskIndex, order: EndOrder, *, limit: int = 2) -> list[EndedPage]:
    found: list[EndedPage] = []
    at: Edge | None = None
    while not found or at is not None:
        found.append(ended_page(index, EVERY_TASK, order=order, at=at, limit=limit))
        at = found[-1].next
    return found


def test_what_ended_last_comes_first_and_what_waits_is_left_out():
    shown = ended_page(an_index(30.0, None, 10.0, 20.0), EVERY_TASK, order=LATEST, limit=9)

    assert numbers(shown.tasks) == [1, 4, 3]
    assert (shown.previous, shown.next, shown.matching, shown.is_complete) == (None, None, 3, True)


@pytest.mark.parametrize(("order", "expected"), [(LATEST, [1, 5, 3, 4, 2]), (EARLIEST, [2, 4, 3, 5, 1])])
def test_pages_go_on_and_back_without_a_gap_also_among_equal_ends(order: EndOrder, expected: list[int]):
    index = an_index(9.0, 1.0, 5.0, 4.0, 5.0)
    pages = all_pages(index, order)

    assert [number for each in pages for number in numbers(each.tasks)] == expected
    for one, other in pairwise(pages):
        back = ended_page(index, EVERY_TASK, order=order, at=other.previous, limit=2)
        assert numbers(back.tasks) == numbers(one.tasks)
        assert back.next == one.next
    assert pages[-1].next is None


def test_a_page_behind_which_everything_was_forgotten_leads_back():
    edge = Edge((1.0, 1))
    shown = ended_page(TaskIndex(), EVERY_TASK, order=LATEST, at=edge, limit=2)

    assert (shown.tasks, shown.next, shown.previous) == ([], None, Edge((1.0, 1), is_backward=True))


def test_a_filter_of_statuses_that_are_no_ends_finds_nothing():
    wanted = TaskFilter(statuses=frozenset({TaskStatus.RUNNING}))
    assert ended_page(an_index(1.0), wanted, order=LATEST, limit=9).tasks == []


def test_only_the_wanted_ends_are_shown():
    wanted = TaskFilter(statuses=frozenset({TaskStatus.LOST, TaskStatus.QUEUED}))

    assert ended_page(an_index(1.0, None), wanted, order=LATEST, limit=9).matching == 0
    assert ended_page(an_index(1.0, status=TaskStatus.LOST), wanted, order=LATEST, limit=9).matching == 1
    assert TaskStatus.QUEUED not in ENDED


def test_where_looking_is_given_up_there_are_at_least_so_many():
    shown = ended_page(an_index(*map(float, range(600))), EVERY_TASK, order=LATEST, limit=3, most_work=300)

    assert numbers(shown.tasks) == [600, 599, 598]
    assert (shown.is_complete, 3 < shown.matching < 600) == (False, True)
