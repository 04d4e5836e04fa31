"""The tasks that stand first in a priority."""

from fastworker.domain import task_queue
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task
from fastworker.domain.task_queue import TaskQueue

from ...builders import a_task

HIGH, NORMAL = TaskPriority.HIGH, TaskPriority.NORMAL


def a_queue(*tasks: Task) -> TaskQueue:
    queue = TaskQueue()
    for task in tasks:
        queue.push(task)
    return queue


def test_the_first_of_a_priority_are_those_that_are_served_first_whatever_their_names():
    tasks = [a_task(name=name) for name in ("echo", "add", "echo", "add")]
    queue = a_queue(*tasks, a_task(priority=HIGH))

    assert queue.front(NORMAL, most=50) == tasks
    assert queue.front(NORMAL, most=3) == tasks[:3]


def test_who_comes_back_with_another_arrival_stands_where_it_starts():
    first, second, third = a_task(arrival=1), a_task(arrival=2, name="add"), a_task(arrival=3)
    queue = a_queue(first, second, third)
    queue.withdraw(first)
    first.arrival = 4
    queue.push(first)

    assert queue.front(NORMAL, most=50) == [second, third, first]


def test_those_that_have_left_and_those_that_are_held_back_are_left_out():
    tasks = [a_task(name=name) for name in ("echo", "add", "echo", "echo")]
    queue = a_queue(*tasks)
    tasks[2].status = TaskStatus.CANCELLED
    queue.remove(tasks[2])

    assert queue.front(NORMAL, most=50, held={"add"}) == [tasks[0], tasks[3]]


def test_no_more_places_are_looked_at_than_may_be(monkeypatch):
    monkeypatch.setattr(task_queue, "MOST_LOOKED_AT", 3)
    tasks = [a_task() for _ in range(10)]
    queue = a_queue(*tasks)
    for gone in tasks[1:3]:
        gone.status = TaskStatus.CANCELLED
        queue.remove(gone)

    assert queue.front(NORMAL, most=50) == [tasks[0]]
