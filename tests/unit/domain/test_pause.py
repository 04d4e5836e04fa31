"""Tasks that are not to start for now, as the queue holds them back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.domain import task_queue
from fastworker.domain.pause import Pause
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task_queue import TaskQueue, service_order

from ...builders import a_task
from .heap_moves import count_moves
from .test_task_queue import a_queue, notes, remove, served

CRITICAL, HIGH, NORMAL, LOW = TaskPriority
NAMES = frozenset({"echo", "add"})


@pytest.mark.parametrize(("until", "now", "is_over"), [(None, 1e9, False), (10.0, 9.9, False), (10.0, 10.0, True)])
def test_a_pause_is_over_when_its_time_has_passed(until, now, is_over):
    assert Pause("ann", "", 0.0, until).is_over(now) is is_over


def test_a_paused_priority_holds_up_nothing_behind_it():
    first, held, last = a_task(priority=HIGH), a_task(priority=NORMAL), a_task(priority=LOW)
    queue = a_queue(first, held, last)
    view = queue.open_view(NAMES)
    queue.pause_priority(NORMAL)

    assert served(queue, view) == [first, last]
    assert list(queue) == [held]
    assert queue.depths()[NORMAL] == 1


def test_a_paused_function_holds_up_nothing_behind_it():
    held, other = a_task(name="echo"), a_task(name="add")
    queue = a_queue(held, other)
    view = queue.open_view(NAMES)
    queue.pause_name("echo")

    assert served(queue, view) == [other]


def test_what_is_resumed_is_served_in_its_old_order():
    tasks = [a_task(), a_task(priority=HIGH), a_task(), a_task(name="add")]
    queue = a_queue(*tasks[:2])
    view = queue.open_view(NAMES)
    queue.pause_name("echo")
    for task in tasks[2:]:
        queue.push(task)
    assert view.first() is tasks[3]
    queue.resume_name("echo")

    assert served(queue, view) == [tasks[1], tasks[0], tasks[2], tasks[3]]


def test_what_is_paused_twice_has_to_be_resumed_twice():
    task = a_task(priority=LOW)
    queue = a_queue(task)
    view = queue.open_view(NAMES)
    queue.pause_priority(LOW)
    queue.pause_name("echo")
    queue.resume_priority(LOW)
    assert view.first() is None
    queue.resume_name("echo")

    assert view.first() is task


def test_a_priority_that_is_paused_and_closed_has_to_be_resumed_and_opened():
    queue = a_queue(task := a_task())
    view = queue.open_view(NAMES)
    queue.pause_priority(NORMAL)
    queue.close_priority(NORMAL)
    queue.resume_priority(NORMAL)
    assert view.first() is None
    queue.pause_priority(NORMAL)
    queue.open_priority(NORMAL)
    assert view.first() is None
    queue.resume_priority(NORMAL)

    assert view.first() is task


def test_holding_back_a_priority_moves_no_note_however_many_names_wait_in_it(monkeypatch):
    names = [f"task_{number}" for number in range(500)]
    queue = a_queue(*(tasks := [a_task(name=name) for name in names]), low := a_task(name=names[0], priority=LOW))
    view = queue.open_view(frozenset(names))
    moves = count_moves(monkeypatch, task_queue)
    for _ in range(100):
        queue.close_priority(NORMAL)
        assert view.first() is low
        queue.open_priority(NORMAL)
        assert view.first() is tasks[0]

    assert moves.total() == 0


def test_what_is_paused_and_resumed_many_times_has_no_more_heads_than_lines():
    first, second = a_task(), a_task()
    queue = a_queue(first, second)
    view = queue.open_view(NAMES)
    for _ in range(1_000):
        queue.pause_name("echo")
        queue.resume_name("echo")
        queue.pause_priority(NORMAL)
        queue.resume_priority(NORMAL)

    assert notes(view) == 1
    assert served(queue, view) == [first, second]


def test_names_that_come_later_obey_a_pause():
    queue = TaskQueue()
    queue.pause_priority(NORMAL)
    queue.pause_name("add")
    for name, priority in (("echo", NORMAL), ("add", HIGH), ("echo", LOW)):
        queue.push(a_task(name=name, priority=priority))
    (task,) = served(queue, queue.open_view(NAMES))

    assert (task.submission.name, task.submission.priority) == ("echo", LOW)


def test_how_many_wait_is_counted_by_name_without_those_that_have_left():
    gone = a_task()
    queue = a_queue(a_task(), gone, a_task(priority=LOW), a_task(name="add"))
    remove(queue, gone)
    view = queue.open_view(frozenset({"add"}))
    queue.pop(view.first())

    assert queue.depths_by_name() == {"echo": 2}


def test_the_oldest_of_a_priority_is_the_one_that_arrived_first():
    first = a_task(name="add", priority=LOW)
    queue = a_queue(first, a_task(priority=LOW), a_task(priority=HIGH))

    assert queue.oldest(LOW) is first
    assert queue.oldest(CRITICAL) is None


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.sampled_from(sorted(NAMES)), st.sampled_from(TaskPriority)),
        st.tuples(st.sampled_from(["pause", "resume"]), st.sampled_from([*sorted(NAMES), *TaskPriority])),
        st.tuples(st.sampled_from(["close", "open"]), st.sampled_from(TaskPriority)),
        st.tuples(st.sampled_from(["pop", "read", "remove"])),
    ),
    max_size=60,
)


@given(moves=MOVES)
@settings(max_examples=300, deadline=None)
def test_whatever_is_paused_and_resumed_a_view_shows_the_first_of_the_others(moves):
    queue = TaskQueue()
    view = queue.open_view(NAMES)
    waiting, paused, closed = [], set(), set()
    for what, *which in moves:
        held = paused | closed
        free = [task for task in waiting if held.isdisjoint((task.submission.name, task.submission.priority))]
        first = min(free, key=service_order, default=None)
        match what, *which:
            case "push", name, priority:
                waiting.append(a_task(name=name, priority=priority))
                queue.push(waiting[-1])
            case ("read",):
                assert view.first() is first
            case ("pop",):
                assert view.first() is first
                if first is not None:
                    waiting.remove(first)
                    queue.pop(first)
            case ("remove",):
                if waiting:
                    remove(queue, waiting.pop(len(waiting) // 2))
            case "pause", thing:
                paused.add(thing)
                (queue.pause_priority if isinstance(thing, TaskPriority) else queue.pause_name)(thing)
            case "resume", thing:
                paused.discard(thing)
                (queue.resume_priority if isinstance(thing, TaskPriority) else queue.resume_name)(thing)
            case "close", priority:
                closed.add(priority)
                queue.close_priority(priority)
            case "open", priority:
                closed.discard(priority)
                queue.open_priority(priority)
