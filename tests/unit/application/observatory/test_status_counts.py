"""Counts by status of the wanted tasks, against counting them one by one."""

from collections import Counter
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.application.observatory.status_counts import WORK_PER_TASK, WORK_PER_WHOLE_BLOCK, status_counts
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_index import BLOCK, TaskIndex
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from ....builders import a_task

SUCCESS, FAILURE, QUEUED = TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.QUEUED


def an_index(tasks: list[Task]) -> TaskIndex:
    index = TaskIndex()
    for number, task in enumerate(tasks, start=1):
        task.number, task.submitted_at = number, float(number)
    index.add(tasks)
    return index


def a_mix(number: int, name: str = "echo") -> list[Task]:
    """Return tasks of which each tenth failed."""
    return [a_task(name=name, status=FAILURE if each % 10 == 0 else SUCCESS) for each in range(number)]


def counts(index: TaskIndex, wanted: TaskFilter, **options: int) -> dict[TaskStatus, int]:
    return {status: number for status, number in status_counts(index, wanted, **options).by_status.items() if number}


def test_without_a_filter_all_are_counted_without_a_look():
    found = status_counts(an_index(a_mix(1000)), EVERY_TASK, most_work=0)

    assert (found.by_status[FAILURE], found.by_status[SUCCESS], found.at_least) == (100, 900, frozenset())


def test_a_filter_is_counted_by_status():
    index = an_index([*a_mix(20), *a_mix(30, name="add")])

    assert counts(index, TaskFilter(names=frozenset({"add"}))) == {FAILURE: 3, SUCCESS: 27}
    assert counts(index, TaskFilter(text="add", statuses=frozenset({FAILURE}))) == {FAILURE: 3}
    assert counts(index, TaskFilter(priorities=frozenset({TaskPriority.LOW}))) == {}


SINCE, UNTIL = st.integers(0, 1500), st.integers(0, 1500)


@settings(max_examples=60, deadline=None)
@given(SINCE, UNTIL, st.sampled_from([frozenset(), frozenset({FAILURE})]))
def test_a_time_is_counted_by_blocks_as_exactly_as_one_by_one(since, until, statuses):
    tasks = [a_task(status=status) for status in islice(cycle([SUCCESS, SUCCESS, FAILURE, QUEUED]), 5 * BLOCK)]
    index = an_index(tasks)
    wanted = TaskFilter(since=float(since), until=float(until), statuses=statuses)

    assert counts(index, wanted) == Counter(task.status for task in tasks if wanted.fits(task))


def test_a_time_of_whole_blocks_needs_no_look_at_their_tasks():
    found = status_counts(an_index(a_mix(20 * BLOCK)), TaskFilter(since=0.0), most_work=1000)

    assert (sum(found.by_status.values()), found.at_least) == (20 * BLOCK, frozenset())


MANY = 4_000


@pytest.mark.parametrize("wanted", [TaskFilter(text="echo"), TaskFilter(names=frozenset({"echo"}))])
def test_where_tasks_are_too_many_the_rare_ones_are_still_all_counted(wanted):
    index = an_index([a_task(status=FAILURE if each % 400 == 0 else SUCCESS) for each in range(MANY)])
    found = status_counts(index, wanted, most_work=3_000)

    assert (found.by_status[FAILURE], found.at_least) == (10, frozenset({SUCCESS}))
    assert 100 < found.by_status[SUCCESS] < MANY
    assert found.looked < MANY


def test_a_time_of_more_blocks_than_can_be_counted_says_so():
    found = status_counts(an_index(a_mix(20 * BLOCK)), TaskFilter(since=0.0), most_work=100)

    assert found.at_least == {SUCCESS, FAILURE}
    assert 0 < found.by_status[SUCCESS] < 18 * BLOCK


def test_a_block_at_the_edge_of_a_time_is_not_looked_at_when_that_would_cost_more_than_is_left():
    index, wanted = an_index(a_mix(3 * BLOCK - 1)), TaskFilter(since=BLOCK + 9.0)
    whole = status_counts(index, wanted, most_work=WORK_PER_WHOLE_BLOCK + WORK_PER_TASK * BLOCK)
    given_up = status_counts(index, wanted, most_work=WORK_PER_WHOLE_BLOCK + WORK_PER_TASK * BLOCK - 1)

    assert (sum(whole.by_status.values()), whole.at_least) == (2 * BLOCK - 9, frozenset())
    assert (sum(given_up.by_status.values()), given_up.at_least) == (BLOCK, {SUCCESS, FAILURE})


def test_what_is_left_of_the_work_is_for_the_statuses_that_are_not_sure_yet():
    index = an_index([a_task(status=FAILURE if each % 40 == 0 else SUCCESS) for each in range(MANY)])
    found = status_counts(index, TaskFilter(text="echo"), most_work=3_000)

    assert (found.by_status[FAILURE], found.at_least) == (100, frozenset({SUCCESS}))


def test_a_status_of_which_all_were_found_on_the_way_is_sure():
    tasks = [*a_mix(MANY), a_task(status=QUEUED)]
    found = status_counts(an_index(tasks), TaskFilter(text="echo"), most_work=600)

    assert QUEUED not in found.at_least
    assert found.by_status[QUEUED] == 1
