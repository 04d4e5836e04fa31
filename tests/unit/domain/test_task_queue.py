from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.domain import task_queue
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task
from fastworker.domain.task_queue import QueueView, TaskQueue, service_order

from ...builders import a_task
from .heap_moves import count_moves

CRITICAL, HIGH, NORMAL, LOW = TaskPriority


def a_queue(*tasks: Task) -> TaskQueue:
    queue = TaskQueue()
    for task in tasks:
        queue.push(task)
    return queue


def served(queue: TaskQueue, view: QueueView) -> list[Task]:
    """Pop everything that a view can see."""
    tasks = []
    while (task := view.first()) is not None:
        queue.pop(task)
        tasks.append(task)
    return tasks


def notes(view: QueueView) -> int:
    """Return how many notes a view keeps: its memory cannot be seen from outside."""
    return sum(map(len, view._heads))


def test_tasks_are_served_by_priority():
    low, normal, critical, high = (a_task(priority=priority) for priority in (LOW, NORMAL, CRITICAL, HIGH))
    queue = a_queue(low, normal, critical, high)

    assert served(queue, queue.open_view(frozenset({"echo"}))) == [critical, high, normal, low]


def test_tasks_of_one_priority_are_served_in_the_order_of_their_arrival():
    tasks = [a_task(name=name) for name in ("echo", "add", "echo", "add", "add")]
    queue = a_queue(*tasks)

    assert served(queue, queue.open_view(frozenset({"echo", "add"}))) == tasks


def test_a_view_opened_before_the_tasks_came_shows_the_same():
    queue = TaskQueue()
    view = queue.open_view(frozenset({"echo"}))
    first, second = a_task(priority=LOW), a_task(priority=HIGH)
    queue.push(first)
    queue.push(second)

    assert served(queue, view) == [second, first]


def test_a_view_shows_only_the_names_it_was_opened_for():
    queue = a_queue(a_task(name="add", priority=CRITICAL), echo := a_task(name="echo", priority=LOW))

    assert queue.open_view(frozenset({"echo"})).first() is echo
    assert queue.open_view(frozenset({"resize"})).first() is None
    assert queue.open_view(frozenset()).first() is None


def test_tasks_that_nobody_can_run_hold_up_nobody():
    queue = a_queue(*(a_task(name="unknown", priority=CRITICAL) for _ in range(1000)), echo := a_task(priority=LOW))
    view = queue.open_view(frozenset({"echo"}))

    assert served(queue, view) == [echo]
    assert queue.depths() == {CRITICAL: 1000, HIGH: 0, NORMAL: 0, LOW: 0}


def test_what_one_view_took_no_other_view_shows():
    queue = a_queue(first := a_task(), second := a_task())
    one, other = queue.open_view(frozenset({"echo"})), queue.open_view(frozenset({"echo", "add"}))
    assert one.first() is other.first() is first
    queue.pop(first)

    assert one.first() is other.first() is second


def test_a_task_that_is_given_back_stands_at_its_old_place():
    queue = a_queue(first := a_task(), second := a_task(), third := a_task())
    view = queue.open_view(frozenset({"echo"}))
    queue.pop(first)
    queue.pop(second)
    queue.push(second)
    assert view.first() is second
    queue.push(first)

    assert served(queue, view) == [first, second, third]


def test_a_later_task_that_is_given_back_first_does_not_overtake():
    queue = a_queue(first := a_task(), second := a_task(), third := a_task())
    view = queue.open_view(frozenset({"echo"}))
    queue.pop(first)
    queue.pop(second)
    queue.push(first)
    queue.push(second)

    assert served(queue, view) == [first, second, third]


def test_a_closed_view_costs_nothing_more():
    queue = TaskQueue()
    view = queue.open_view(frozenset({"echo"}))
    queue.close_view(view)
    queue.push(a_task())

    assert view.first() is None


def test_the_depths_count_what_waits_at_each_priority():
    queue = a_queue(a_task(priority=HIGH), a_task(priority=LOW), a_task(name="add", priority=LOW))
    assert (len(queue), queue.depths()) == (3, {CRITICAL: 0, HIGH: 1, NORMAL: 0, LOW: 2})
    served(queue, queue.open_view(frozenset({"echo"})))

    assert (len(queue), queue.depths()) == (1, {CRITICAL: 0, HIGH: 0, NORMAL: 0, LOW: 1})


def test_iterating_shows_every_waiting_task_in_the_order_of_service():
    queue = a_queue(low := a_task(priority=LOW), add := a_task(name="add"), echo := a_task())

    assert list(queue) == [add, echo, low]


def test_a_view_that_nobody_reads_does_not_grow_with_the_tasks_that_others_take():
    queue = TaskQueue()
    reader, sleeper = queue.open_view(frozenset({"echo"})), queue.open_view(frozenset({"echo", "add"}))
    for _ in range(1000):
        queue.push(a_task())
        served(queue, reader)

    assert notes(sleeper) == 1


def test_a_pop_moves_one_note_however_often_its_line_was_noted_while_nobody_looked(monkeypatch):
    queue = TaskQueue()
    reader, sleeper = queue.open_view(frozenset({"echo"})), queue.open_view(frozenset({"echo", "add"}))
    for _ in range(70):
        queue.push(a_task())
        served(queue, reader)
    for _ in range(100):
        queue.push(a_task())
    moves = count_moves(monkeypatch, task_queue)

    assert len(served(queue, sleeper)) == 100
    assert moves.total() <= 101


def test_tasks_given_back_one_after_another_are_noted_no_more_often_than_fits_and_put_right_once(monkeypatch):
    queue = a_queue(*(tasks := [a_task() for _ in range(500)]))
    view = queue.open_view(frozenset({"echo"}))
    served(queue, view)
    for task in reversed(tasks):
        queue.push(task)
    assert notes(view) < 100
    moves = count_moves(monkeypatch, task_queue)

    assert served(queue, view) == tasks
    assert moves.total() < 500 + 100


def remove(queue: TaskQueue, task: Task) -> None:
    """Have a waiting task end, as the ledger does it."""
    task.status = TaskStatus.CANCELLED
    queue.remove(task)


def test_a_task_that_leaves_from_the_middle_is_not_served():
    queue = a_queue(first := a_task(), second := a_task(), third := a_task())
    view = queue.open_view(frozenset({"echo"}))
    remove(queue, second)
    assert (len(queue), list(queue), queue.depths()[NORMAL]) == (2, [first, third], 2)

    assert served(queue, view) == [first, third]
    assert len(queue) == 0


def test_when_the_head_leaves_the_next_that_waits_is_served():
    queue = a_queue(first := a_task(), second := a_task(), third := a_task())
    view = queue.open_view(frozenset({"echo"}))
    remove(queue, second)
    remove(queue, first)

    assert view.first() is third


def test_when_all_leave_nothing_is_served_and_what_comes_then_is():
    queue = a_queue(first := a_task(), second := a_task())
    view = queue.open_view(frozenset({"echo"}))
    remove(queue, second)
    remove(queue, first)
    assert view.first() is None
    queue.push(third := a_task())

    assert served(queue, view) == [third]


def test_a_task_is_given_back_among_those_that_have_left():
    queue = a_queue(*(tasks := [a_task() for _ in range(6)]))
    view = queue.open_view(frozenset({"echo"}))
    queue.pop(tasks[0])
    queue.pop(tasks[1])
    remove(queue, tasks[3])
    queue.push(tasks[1])
    remove(queue, tasks[2])
    queue.push(tasks[0])

    assert served(queue, view) == [tasks[0], tasks[1], tasks[4], tasks[5]]


def test_gaps_do_not_pile_up_behind_a_task_that_nobody_runs():
    queue = a_queue(head := a_task())
    view = queue.open_view(frozenset({"echo"}))
    for _ in range(1000):
        queue.push(task := a_task())
        remove(queue, task)
    (line,) = (line for line in queue._lines["echo"] if line)

    assert len(line) < 100  # its memory cannot be seen from outside
    assert (view.first(), list(queue), len(queue)) == (head, [head], 1)


def test_closing_gaps_keeps_the_order_and_whoever_is_added_later():
    queue = a_queue(*(tasks := [a_task() for _ in range(200)]))
    view = queue.open_view(frozenset({"echo"}))
    for task in tasks[1::2] + tasks[2:100:4]:
        remove(queue, task)
    left = [task for task in tasks if task.status is TaskStatus.QUEUED]
    queue.push(last := a_task())
    assert list(queue) == [*left, last]

    assert served(queue, view) == [*left, last]


def move(queue: TaskQueue, task: Task, priority: TaskPriority, arrival: int) -> None:
    """Have a waiting task stand somewhere else, as the ledger does it."""
    queue.withdraw(task)
    task.submission = replace(task.submission, priority=priority)
    task.arrival = arrival
    queue.push(task)


def test_a_withdrawn_task_is_served_where_it_is_pushed_again_and_nowhere_else():
    queue = a_queue(first := a_task(arrival=1), second := a_task(arrival=2), high := a_task(arrival=3, priority=HIGH))
    view = queue.open_view(frozenset({"echo"}))
    move(queue, second, HIGH, 4)
    assert (list(queue), queue.depths()[NORMAL], queue.depths()[HIGH]) == ([high, second, first], 1, 2)
    move(queue, first, LOW, 5)
    move(queue, second, NORMAL, 6)

    assert served(queue, view) == [high, second, first]
    assert all(not line and not line.gaps for line in queue._lines["echo"])


def test_what_stands_at_the_old_place_of_a_withdrawn_task_holds_nothing():
    queue = a_queue(a_task(arrival=1), task := a_task(arrival=2), a_task(arrival=3))
    move(queue, task, HIGH, 4)
    [gap] = [each for line in queue._lines["echo"] for each in line if each.status is not TaskStatus.QUEUED]

    assert (gap.submission.payload, gap.history, gap.journal, gap.outcome) == (b"", (), None, None)


NAMES = ("add", "echo", "resize")
VIEWS = [frozenset({"add"}), frozenset({"add", "echo"}), frozenset(NAMES)]
operations = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(1, 40), st.sampled_from(NAMES), st.sampled_from(TaskPriority)),
        st.tuples(st.just("take"), st.sampled_from(range(len(VIEWS)))),
        st.tuples(st.just("give back"), st.integers(0, 50)),
        st.tuples(st.just("remove"), st.integers(0, 50)),
        st.tuples(st.just("remove many"), st.integers(0, 3)),
        st.tuples(st.just("move"), st.integers(0, 50), st.sampled_from(TaskPriority)),
        st.tuples(st.just("reopen"), st.sampled_from(range(len(VIEWS)))),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=150)
@given(operations)
def test_the_queue_behaves_like_a_sorted_list(operations):
    queue = TaskQueue()
    views = [queue.open_view(names) for names in VIEWS]
    model: list[Task] = []
    taken: list[Task] = []
    arrivals = count()
    for operation in operations:
        match operation:
            case "push", number, name, priority:
                for _ in range(number):
                    task = a_task(name=name, priority=priority, arrival=next(arrivals))
                    queue.push(task)
                    model.append(task)
            case "remove", index if model:
                remove(queue, model.pop(index % len(model)))
            case "remove many", one_in:
                for task in [task for task in model if one_in == 0 or task.arrival % (one_in + 1)]:
                    model.remove(task)
                    remove(queue, task)
            case "move", index, priority if model:
                move(queue, model[index % len(model)], priority, next(arrivals))
            case "take", index if (task := views[index].first()) is not None:
                queue.pop(task)
                model.remove(task)
                taken.append(task)
            case "give back", index if taken:
                task = taken.pop(index % len(taken))
                queue.push(task)
                model.append(task)
            case "reopen", index:
                queue.close_view(views[index])
                views[index] = queue.open_view(VIEWS[index])
        model.sort(key=service_order)

        assert list(queue) == model
        assert len(queue) == len(model)
        for view in views:
            assert view.first() is next((task for task in model if task.submission.name in view.names), None)
