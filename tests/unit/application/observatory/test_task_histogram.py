"""When tasks were submitted, in equal steps of time."""

import pytest

from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_histogram import PART, SHORTEST_STEP_SECONDS, histogram
from fastworker.application.observatory.task_index import BLOCK, TaskIndex
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from ....builders import a_task


def an_index(*moments: float, **kwargs: object) -> TaskIndex:
    index = TaskIndex()
    index.add(numbered(moments, **kwargs))
    return index


def numbered(moments: tuple[float, ...], **kwargs: object) -> list[Task]:
    tasks = [a_task(**kwargs) for _ in moments]
    for number, (task, at) in enumerate(zip(tasks, moments, strict=True), start=1):
        task.number, task.submitted_at = number, at
    return tasks


def test_tasks_are_counted_from_the_first_one_until_now():
    found = histogram(an_index(100.0, 101.0, 105.0, 109.0), now=110.0, steps=5)

    assert (found.began_at, found.step_seconds, found.counts) == (100.0, 2.0, [2, 0, 1, 0, 1])
    assert found.is_complete


def test_where_a_time_is_asked_for_its_steps_are_told():
    index = an_index(*(float(at) for at in range(100, 110)))
    found = histogram(index, TaskFilter(since=102.0, until=106.0), now=200.0, steps=4)

    assert (found.began_at, found.step_seconds, found.counts) == (102.0, 1.0, [1, 1, 1, 2])


def test_nothing_is_told_of_nothing():
    found = histogram(TaskIndex(), now=50.0, steps=3)

    assert (found.began_at, found.step_seconds, found.counts) == (50.0, SHORTEST_STEP_SECONDS, [0, 0, 0])


def test_a_time_that_has_not_come_has_no_tasks():
    found = histogram(an_index(1.0), TaskFilter(since=100.0), now=50.0, steps=2)

    assert (found.began_at, found.counts) == (100.0, [0, 0])


def test_only_what_is_wanted_is_counted():
    index = an_index(1.0, 2.0, name="echo")
    tasks = numbered((3.0,), name="add")
    tasks[0].number = 3
    index.add(tasks)

    assert sum(histogram(index, TaskFilter(names=frozenset({"add"})), now=4.0).counts) == 1


MANY = tuple(float(at) for at in range(10 * BLOCK))


@pytest.mark.parametrize(
    "wanted", [EVERY_TASK, TaskFilter(statuses=frozenset({TaskStatus.QUEUED})), TaskFilter(since=0.0)]
)
def test_many_tasks_are_counted_by_parts_as_exactly_as_neighbours_are_near(wanted):
    found = histogram(an_index(*MANY), wanted, now=MANY[-1], steps=10, most_work=600)

    assert found.is_complete
    assert sum(found.counts) == len(MANY)
    assert max(abs(count - len(MANY) / 10) for count in found.counts) <= PART


def test_parts_outside_of_the_time_are_left_out():
    found = histogram(an_index(*MANY), TaskFilter(since=1280.0, until=2303.0), now=9999.0, steps=1, most_work=200)

    assert (found.began_at, found.counts) == (1280.0, [1024])


def test_parts_without_a_wanted_task_are_passed():
    index = an_index(*MANY)
    nobody = TaskFilter(statuses=frozenset({TaskStatus.LOST}))

    assert sum(histogram(index, nobody, now=9999.0, most_work=2).counts) == 0


def test_where_looking_is_given_up_the_newest_are_told_and_the_picture_begins_there():
    wanted = TaskFilter(since=0.0, also=lambda task: True)
    found = histogram(an_index(*MANY), wanted, now=MANY[-1], steps=5, most_work=2_000)

    assert not found.is_complete
    assert found.began_at > 2_000
    assert 0 < sum(found.counts) < 100


def test_also_the_parts_may_be_too_many():
    found = histogram(an_index(*MANY), now=MANY[-1], steps=5, most_work=40)

    assert not found.is_complete
    assert sum(found.counts) == BLOCK + 1  # the last block has one task
