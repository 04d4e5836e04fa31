import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task
from fastworker.domain.timers import TimerKind, Timers

from ...builders import a_lease, a_task

DUE, EXPIRY, OVERTIME = TimerKind


def a_scheduled_task(due_at: float, task_id: str | None = None) -> Task:
    task = a_task(task_id, status=TaskStatus.SCHEDULED)
    task.due_at = due_at
    return task


def first(timers: Timers) -> tuple[float, TimerKind, str] | None:
    timer = timers.first()
    return None if timer is None else (timer[0], timer[2], timer[3].task_id)


def test_without_timers_nothing_is_to_happen():
    assert Timers().first() is None
    assert Timers().holding() == []


def test_the_soonest_comes_first_and_those_of_one_moment_in_the_order_in_which_they_were_set():
    timers = Timers()
    tasks = [a_scheduled_task(at, f"t{number}") for number, at in enumerate([3.0, 1.0, 2.0, 1.0])]
    for task in tasks:
        timers.set(task.due_at, DUE, task)
    happened = []
    while (timer := timers.first()) is not None:
        happened.append(timer[3].task_id)
        timer[3].status = TaskStatus.QUEUED

    assert happened == ["t1", "t3", "t2", "t0"]


@pytest.mark.parametrize("status", TaskStatus)
def test_a_timer_holds_only_while_what_it_is_for_can_happen(status):
    task = a_task("t1", status=status, lease=a_lease(token=7))
    task.due_at, task.expires_at = 1.0, 2.0
    timers = Timers()
    timers.set(1.0, DUE, task)
    timers.set(2.0, EXPIRY, task)
    timers.set(3.0, OVERTIME, task)
    held = {
        TaskStatus.SCHEDULED: [(1.0, "DUE", "t1"), (2.0, "EXPIRY", "t1")],
        TaskStatus.QUEUED: [(2.0, "EXPIRY", "t1")],
        TaskStatus.RUNNING: [(3.0, "OVERTIME", "t1")],
    }.get(status, [])

    assert timers.holding() == held
    assert (first(timers) is None) is (not held)


def test_a_timer_for_another_moment_or_lease_than_the_present_one_is_dropped():
    task = a_scheduled_task(5.0, "t1")
    running = a_task(status=TaskStatus.RUNNING, lease=a_lease(token=1))
    timers = Timers()
    timers.set(4.0, DUE, task)
    timers.set(5.0, DUE, task)
    timers.set(1.0, OVERTIME, running)
    running.lease = a_lease(token=2)
    timers.set(2.0, EXPIRY, running)

    assert first(timers) == (5.0, DUE, "t1")
    task.due_at = 6.0
    assert first(timers) is None


def test_an_overtime_without_a_lease_does_not_hold():
    timers = Timers()
    timers.set(1.0, OVERTIME, a_task(status=TaskStatus.RUNNING))

    assert first(timers) is None


def test_a_timer_that_was_set_twice_is_shown_once():
    timers = Timers()
    task = a_scheduled_task(5.0, "t1")
    timers.set(5.0, DUE, task)
    timers.set(5.0, DUE, task)

    assert timers.holding() == [(5.0, "DUE", "t1")]


def test_timers_of_cancelled_tasks_far_ahead_do_not_pile_up():
    timers = Timers()
    kept = [a_scheduled_task(1e6 + number) for number in range(10)]
    for task in kept:
        timers.set(task.due_at, DUE, task)
    for number in range(20_000):
        task = a_scheduled_task(2e6 + number)
        timers.set(task.due_at, DUE, task)
        task.status = TaskStatus.CANCELLED

    assert len(timers._heap) <= 1_024 + 1  # its memory cannot be seen from outside
    assert [task_id for _, _, task_id in timers.holding()] == [task.task_id for task in kept]


def test_timers_that_hold_are_all_kept_however_many():
    timers = Timers()
    tasks = [a_scheduled_task(float(number)) for number in range(5_000)]
    for task in reversed(tasks):
        timers.set(task.due_at, DUE, task)

    assert len(timers.holding()) == 5_000
    assert first(timers) == (0.0, DUE, tasks[0].task_id)


@given(st.lists(st.tuples(st.floats(0.0, 100.0), st.booleans()), max_size=40))
def test_the_first_is_the_soonest_that_holds(each):
    timers = Timers()
    tasks = []
    for at, is_over in each:
        task = a_scheduled_task(at)
        timers.set(at, DUE, task)
        task.status = TaskStatus.CANCELLED if is_over else TaskStatus.SCHEDULED
        tasks.append(task)
    held = [task.due_at for task in tasks if task.status is TaskStatus.SCHEDULED]
    timer = timers.first()

    assert (timer and timer[0]) == (min(held) if held else None)
