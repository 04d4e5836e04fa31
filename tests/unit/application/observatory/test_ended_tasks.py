"""Pages of tasks by the moment of their end, against sorted lists."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.application.observatory.ended_tasks import Edge, EndedPage, EndOrder, ended_page
from fastworker.application.observatory.task_ends import BLOCK, TaskEnds, end_of
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_index import TaskIndex
from fastworker.application.observatory.task_pages import Count
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from ....builders import a_task

LATEST, EARLIEST = EndOrder
FAILURE, LOST, QUEUED, SUCCESS = TaskStatus.FAILURE, TaskStatus.LOST, TaskStatus.QUEUED, TaskStatus.SUCCESS
DEAD = TaskFilter(statuses=frozenset({FAILURE, LOST}))


class Remembered:
    """Tasks as an observatory keeps them."""

    def __init__(self, tasks: Iterable[Task] = ()) -> None:
        self.index, self.ends = TaskIndex(), TaskEnds()
        self.tasks = list(tasks)
        self.index.add(self.tasks)
        self.ends.add(self.tasks)

    def forget(self, tasks: list[Task]) -> None:
        self.index.forget(tasks)
        self.ends.forget(tasks)

    def page(
        self,
        wanted: TaskFilter = EVERY_TASK,
        *,
        order: EndOrder = LATEST,
        at: Edge | None = None,
        limit: int = 9,
        most_work: int = 6_000,
    ) -> EndedPage:
        return ended_page(self.index, self.ends, wanted, order=order, at=at, limit=limit, most_work=most_work)

    def pages(
        self, wanted: TaskFilter = EVERY_TASK, *, order: EndOrder = LATEST, limit: int = 2, most_work: int = 6_000
    ) -> list[EndedPage]:
        """Read page after page to the end."""
        found = [self.page(wanted, order=order, limit=limit, most_work=most_work)]
        while found[-1].next is not None:
            found.append(self.page(wanted, order=order, at=found[-1].next, limit=limit, most_work=most_work))
        return found


def tasks_with(*ends: float | None, status: TaskStatus = FAILURE) -> list[Task]:
    """Return tasks in the order of submission; None for one that waits."""
    tasks = [a_task(status=QUEUED if end is None else status) for end in ends]
    for number, (task, end) in enumerate(zip(tasks, ends, strict=True), start=1):
        task.number, task.submitted_at, task.finished_at = number, 0.0, end
    return tasks


def remembered(*ends: float | None, status: TaskStatus = FAILURE) -> Remembered:
    return Remembered(tasks_with(*ends, status=status))


def numbers(tasks: Iterable[Task]) -> list[int]:
    return [task.number for task in tasks]


def all_numbers(pages: list[EndedPage]) -> list[int]:
    return [number for each in pages for number in numbers(each.tasks)]


def test_what_ended_last_comes_first_and_what_waits_is_left_out():
    shown = remembered(30.0, None, 10.0, 20.0).page()

    assert numbers(shown.tasks) == [1, 4, 3]
    assert (shown.previous, shown.next, shown.total.value, shown.is_complete) == (None, None, 3, True)


@pytest.mark.parametrize(("order", "expected"), [(LATEST, [1, 5, 3, 4, 2]), (EARLIEST, [2, 4, 3, 5, 1])])
def test_pages_go_on_and_back_without_a_gap_also_among_equal_ends(order: EndOrder, expected: list[int]):
    seen = remembered(9.0, 1.0, 5.0, 4.0, 5.0)
    pages = seen.pages(order=order)

    assert all_numbers(pages) == expected
    for one, other in pairwise(pages):
        back = seen.page(order=order, at=other.previous, limit=2)
        assert numbers(back.tasks) == numbers(one.tasks)
        assert back.next == one.next
    assert pages[-1].next is None


@pytest.mark.parametrize("order", EndOrder)
def test_every_dead_letter_of_thousands_is_reached_from_the_very_first_or_last(order: EndOrder):
    seen = remembered(*(float(end) for end in range(5_000)))
    pages = seen.pages(DEAD, order=order, limit=200)

    assert all_numbers(pages) == list(range(1, 5_001))[:: 1 if order is EARLIEST else -1]
    assert {(each.total, each.is_complete) for each in pages} == {(Count(5_000, is_exact=True, looked=5_000), True)}


def test_few_dead_letters_are_found_among_many_successes_without_a_look_at_these():
    tasks = tasks_with(*(float(end) for end in range(3_000)), status=SUCCESS)
    tasks[0].status = tasks[1_500].status = FAILURE
    tasks[7].status = LOST
    shown = Remembered(tasks).page(DEAD, order=EARLIEST, most_work=40)

    assert numbers(shown.tasks) == [1, 8, 1_501]
    assert (shown.is_complete, shown.total.value) == (True, 3)


def test_a_page_behind_which_everything_was_forgotten_leads_back():
    shown = Remembered().page(at=Edge((1.0, 1)), limit=2)

    assert (shown.tasks, shown.next, shown.previous) == ([], None, Edge((1.0, 1), is_backward=True))


def test_a_filter_of_statuses_that_are_no_ends_finds_nothing():
    shown = remembered(1.0).page(TaskFilter(statuses=frozenset({TaskStatus.RUNNING})))

    assert (shown.tasks, shown.total.value, shown.is_complete) == ([], 0, True)


def test_only_the_wanted_ends_are_shown():
    wanted = TaskFilter(statuses=frozenset({LOST, QUEUED}))

    assert remembered(1.0, None).page(wanted).total.value == 0
    assert remembered(1.0, status=LOST).page(wanted).total.value == 1


def test_a_filter_is_asked_of_those_that_ended_since_it_begins():
    tasks = tasks_with(10.0, 20.0, 30.0, 40.0)
    for task in tasks[2:]:
        task.submitted_at = 25.0
    tasks[3].submission = a_task(priority=TaskPriority.LOW).submission
    seen = Remembered(tasks)

    for order in EndOrder:
        shown = seen.page(TaskFilter(since=25.0), order=order)
        assert (sorted(numbers(shown.tasks)), shown.looked) == ([3, 4], 2)
    assert numbers(seen.page(TaskFilter(priorities=frozenset({TaskPriority.LOW}))).tasks) == [4]
    assert numbers(seen.page(TaskFilter(since=25.0), order=EARLIEST, at=Edge((30.0, 3))).tasks) == [4]


@pytest.mark.parametrize("order", EndOrder)
def test_where_looking_is_given_up_the_next_page_goes_on(order: EndOrder):
    seen = remembered(*(float(end) for end in range(600)))
    wanted = TaskFilter(also=lambda task: task.number % 250 == 0)
    first = seen.page(wanted, order=order, limit=3, most_work=1_000)

    assert (first.is_complete, first.total.is_exact, len(first.tasks)) == (False, False, 0)
    assert 0 < first.looked < 250
    pages = seen.pages(wanted, order=order, limit=3, most_work=1_000)
    assert sorted(all_numbers(pages)) == [250, 500]


# ---- the order that is kept ----


def test_what_is_forgotten_is_let_go_wherever_it_stands():
    seen = remembered(*(float(end) for end in range(3 * BLOCK)))
    first, middle, rest = seen.tasks[:BLOCK], seen.tasks[BLOCK + 5 :: 2], seen.tasks[BLOCK:]
    for some in (first, middle, middle):
        seen.forget(some)
    left = sorted(set(numbers(rest)) - set(numbers(middle)))

    assert all_numbers(seen.pages(order=EARLIEST, limit=200)) == left
    seen.forget(seen.tasks)
    assert seen.page().tasks == []


def test_a_task_that_comes_twice_or_has_not_ended_is_taken_in_once_or_not_at_all():
    tasks = tasks_with(1.0, None, 2.0)
    ends = TaskEnds()
    ends.add([*tasks, *tasks])
    ends.forget(tasks_with(5.0))

    found = ends.between([FAILURE], (0.0, 0), (9.0, 0), is_falling=False)
    assert numbers(found) == [1, 3]


@settings(max_examples=100, deadline=None)
@given(
    which=st.lists(st.tuples(st.integers(0, 6), st.sampled_from([SUCCESS, FAILURE, LOST]), st.booleans()), max_size=40),
    low=st.tuples(st.integers(0, 6), st.integers(0, 40)),
    high=st.tuples(st.integers(0, 6), st.integers(0, 40)),
    is_falling=st.booleans(),
)
def test_a_part_of_the_order_is_that_of_a_sorted_list(which, low, high, is_falling):
    tasks = tasks_with(*(float(end) for end, _, _ in which))
    for task, (_, status, _) in zip(tasks, which, strict=True):
        task.status = status
    seen = Remembered(tasks)
    seen.forget([task for task, (_, _, is_forgotten) in zip(tasks, which, strict=True) if is_forgotten])
    kept = [task for task, (_, _, is_forgotten) in zip(tasks, which, strict=True) if not is_forgotten]
    dead = [task for task in kept if low <= end_of(task) < high and task.status in DEAD.statuses]
    expected = sorted(dead, key=end_of, reverse=is_falling)

    found = list(seen.ends.between(DEAD.statuses, low, high, is_falling=is_falling))
    assert found == expected
