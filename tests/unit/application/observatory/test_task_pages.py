"""Pages, counts and scans of remembered tasks, against plain lists."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.application.observatory.task_index import BLOCK, TaskIndex
from fastworker.application.observatory.task_pages import Place, count, counted_page, page, scan
from fastworker.application.observatory.task_walk import WORK_PER_BLOCK, Order
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord, Task
from fastworker.domain.terms import NO_TERMS, Terms

from ....builders import a_lease, a_task, an_outcome

NEWEST, OLDEST = Order
NAMES = [f"name-{number}" for number in range(300)]  # more than there are keys: some must share one


def an_index(*tasks: Task) -> TaskIndex:
    index = TaskIndex()
    for number, task in enumerate(tasks, start=1):
        task.number = number
        task.submitted_at = float(number)
    index.add(tasks)
    return index


def many(number: int, **kwargs: object) -> list[Task]:
    return [a_task(**kwargs) for _ in range(number)]


def numbers(tasks: list[Task]) -> list[int]:
    return [task.number for task in tasks]


def all_pages(index: TaskIndex, wanted: TaskFilter, order: Order, *, limit: int, most_work: int = 5_000) -> list[Task]:
    """Read page after page to the end."""
    found, at = [], None
    while True:
        shown = page(index, wanted, order=order, at=at, limit=limit, most_work=most_work)
        found += shown.tasks
        if shown.next is None:
            return found
        at = shown.next


def test_an_empty_index_has_an_empty_page():
    shown = page(TaskIndex())

    assert (shown.tasks, shown.previous, shown.next, shown.is_complete, shown.looked) == ([], None, None, True, 0)


def test_the_first_page_shows_the_newest():
    shown = page(an_index(*many(10)), limit=3)

    assert numbers(shown.tasks) == [10, 9, 8]
    assert (shown.previous, shown.next) == (None, Place(8, NEWEST))


def test_pages_go_on_and_back_without_a_gap():
    index = an_index(*many(7))
    second = page(index, limit=3, at=page(index, limit=3).next)
    third = page(index, limit=3, at=second.next)
    back = page(index, limit=3, at=third.previous)

    assert [numbers(each.tasks) for each in (second, third, back)] == [[4, 3, 2], [1], [4, 3, 2]]
    assert third.next is None
    assert (back.previous, back.next) == (second.previous, second.next)
    assert page(index, limit=3, at=back.previous).previous is None


def test_a_page_back_beyond_the_beginning_has_nothing_before_it():
    index = an_index(*many(4))
    second = page(index, limit=3, at=page(index, limit=3).next)
    first = page(index, limit=5, at=second.previous)

    assert (numbers(first.tasks), first.previous, first.next) == ([4, 3, 2], None, Place(2, NEWEST))


def test_new_tasks_move_no_page():
    tasks = many(6)
    index = an_index(*tasks[:5])
    place = page(index, limit=2).next
    tasks[5].number = 6
    index.add(tasks[5:])

    assert numbers(page(index, limit=2, at=place).tasks) == [3, 2]


def test_a_page_goes_on_where_it_was_even_when_the_task_there_is_forgotten():
    tasks = many(600)
    index = an_index(*tasks)
    place = page(index, limit=2).next
    index.forget(tasks[250:599])

    assert numbers(page(index, limit=2, at=place).tasks) == [250, 249]
    assert page(index, limit=2, at=Place(600, OLDEST)).tasks == []
    assert page(index, limit=2, at=Place(600, OLDEST)).next == Place(600, NEWEST)


def test_a_block_whose_tasks_are_all_forgotten_is_let_go():
    tasks = many(2 * BLOCK)
    index = an_index(*tasks)
    index.forget(tasks[:-1])

    assert (len(index.blocks), len(index), numbers(page(index).tasks)) == (1, 1, [512])


def test_one_old_task_keeps_no_whole_block():
    tasks = many(4 * BLOCK)
    index = an_index(*tasks)
    index.forget([task for task in tasks if task.number % BLOCK])

    assert [len(block.tasks) for block in index.blocks.values()] == [2, 2, 2, BLOCK]
    assert numbers(page(index).tasks) == [1024, 768, 512, 256]


def test_what_few_are_left_of_when_it_is_full_is_made_narrow_then():
    tasks = many(BLOCK)
    index = an_index(*tasks[:-1])
    index.forget(tasks[1:-1])
    assert len(index.blocks[0].tasks) == BLOCK
    tasks[-1].number = BLOCK
    index.add(tasks[-1:])

    assert len(index.blocks[0].tasks) == 1
    assert numbers(page(index).tasks) == [BLOCK, 1]


def test_a_task_that_comes_late_has_its_place_among_the_few_that_are_left():
    tasks = many(2 * BLOCK)
    index = an_index(*tasks)
    index.forget(tasks[3 : BLOCK - 1])
    tasks[1].status = TaskStatus.RUNNING
    index.move(tasks[1:2])
    assert len(index.blocks[0].tasks) == 8
    index.add(tasks[9:10])
    running = TaskFilter(statuses=frozenset({TaskStatus.RUNNING}))

    assert numbers(page(index, order=OLDEST, limit=5).tasks) == [1, 2, 3, 10, 256]
    assert numbers(page(index, running).tasks) == [2]


def test_what_is_forgotten_twice_is_forgotten_once_also_where_few_are_left():
    tasks = many(2 * BLOCK)
    index = an_index(*tasks)
    for _ in range(2):
        index.forget(tasks[5:BLOCK])
    assert len(index) == 5 + BLOCK
    for _ in range(2):
        index.forget(tasks)

    assert (len(index), index.blocks) == (0, {})


def test_a_block_that_begins_late_stands_in_its_place():
    late, early = many(2)
    late.number, early.number = 300, 2
    index = TaskIndex()
    index.add([late, early])

    assert numbers(page(index, order=OLDEST).tasks) == [2, 300]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (TaskFilter(statuses=frozenset({TaskStatus.FAILURE})), [2, 4]),
        (TaskFilter(statuses=frozenset({TaskStatus.QUEUED, TaskStatus.SUCCESS})), [1, 3, 5]),
        (TaskFilter(priorities=frozenset({TaskPriority.LOW})), [3]),
        (TaskFilter(names=frozenset({"add"})), [4, 5]),
        (TaskFilter(names=frozenset({"add"}), statuses=frozenset({TaskStatus.FAILURE})), [4]),
        (TaskFilter(workers=frozenset({"w2"})), [4]),
        (TaskFilter(tags=frozenset({"red"})), [3, 5]),
        (TaskFilter(tags=frozenset({"red", "blue"})), [3, 4, 5]),
        (TaskFilter(tags=frozenset({"green"})), []),
        (TaskFilter(tags=frozenset({"red"}), names=frozenset({"add"})), [5]),
        (TaskFilter(tags=frozenset({"blue"}), statuses=frozenset({TaskStatus.FAILURE})), [4]),
        (TaskFilter(parents=frozenset({"task-a"})), [3, 4]),
        (TaskFilter(parents=frozenset({"task-a", "task-c"}), names=frozenset({"add"})), [4, 5]),
        (TaskFilter(parents=frozenset({"task-e"})), []),
        (TaskFilter(origins=frozenset({"task-b"})), [5]),
        (TaskFilter(parents=frozenset({"task-a"}), origins=frozenset({"task-b"})), []),
        (TaskFilter(workers=frozenset({"w1", "w2"}), names=frozenset({"echo"})), [2]),
        (TaskFilter(since=3.0), [3, 4, 5]),
        (TaskFilter(since=2.0, until=3.0), [2, 3]),
        (TaskFilter(text="TASK-B"), [2]),
        (TaskFilter(text="ech"), [1, 2, 3]),
        (TaskFilter(text="disk FULL"), [2]),
        (TaskFilter(text="valueerror"), [2, 4]),
        (TaskFilter(fingerprint="none"), []),
        (TaskFilter(also=lambda task: task.task_id > "task-c"), [4, 5]),
        (EVERY_TASK, [1, 2, 3, 4, 5]),
    ],
)
def test_a_filter_finds_what_fits_each_of_its_parts(wanted, expected):
    full, other = ErrorRecord("ValueError", "the disk full"), ErrorRecord("ValueError", "no")
    index = an_index(
        a_task("task-a"),
        a_task(
            "task-b", status=TaskStatus.FAILURE, lease=a_lease("w1"), outcome=an_outcome(TaskStatus.FAILURE, error=full)
        ),
        a_task("task-c", priority=TaskPriority.LOW, terms=Terms(parent="task-a", tags=("red",))),
        a_task(
            "task-d",
            name="add",
            terms=Terms(parent="task-a", retries=1, tags=("blue",)),
            status=TaskStatus.FAILURE,
            lease=a_lease("w2"),
            outcome=an_outcome(TaskStatus.FAILURE, error=other),
        ),
        a_task(
            "task-e",
            name="add",
            terms=Terms(parent="task-c", origin="task-b", tags=("blue", "red")),
            status=TaskStatus.SUCCESS,
            outcome=an_outcome(),
        ),
    )

    assert numbers(page(index, wanted, order=OLDEST).tasks) == expected
    assert count(index, wanted).value == len(expected)


def test_parents_that_share_a_key_are_told_apart():
    index = an_index(*(a_task(terms=Terms(parent=name)) for name in NAMES))

    for number, name in enumerate(NAMES, start=1):
        assert numbers(page(index, TaskFilter(parents=frozenset({name}))).tasks) == [number]


def test_relatives_of_few_that_are_left_of_many_are_found_and_so_are_those_of_one_that_comes_late():
    tasks = [a_task(terms=Terms(parent=f"p{number % 2}", origin=f"o{number % 3}")) for number in range(2 * BLOCK)]
    index = an_index(*tasks[:-1])
    late = tasks[-1]
    late.number = tasks[100].number
    index.forget(tasks[10:BLOCK])
    assert len(index.blocks[0].tasks) < BLOCK

    assert numbers(page(index, TaskFilter(parents=frozenset({"p0"})), at=Place(11, NEWEST)).tasks) == [9, 7, 5, 3, 1]
    index.add([late])
    wanted = TaskFilter(parents=frozenset({"p1"}), origins=frozenset({"o1"}))
    assert numbers(page(index, wanted, at=Place(BLOCK, NEWEST)).tasks) == [late.number, 8, 2]


def test_blocks_without_relatives_hold_no_bytes_for_them():
    index = an_index(*many(BLOCK - 1), a_task(terms=Terms(parent="p", retries=1)))
    plain, mixed = index.blocks.values()

    assert plain.parents is plain.origins is mixed.origins
    assert isinstance(mixed.parents, bytearray)
    assert count(index, TaskFilter(parents=frozenset({"p"}))).value == 1


def test_tags_of_few_that_are_left_of_many_are_found_and_so_are_those_of_one_that_comes_late():
    tasks = [a_task(terms=Terms(tags=(f"t{number % 2}",)) if number % 3 else NO_TERMS) for number in range(2 * BLOCK)]
    index = an_index(*tasks[:-1])
    late = tasks[-1]
    late.number = tasks[100].number
    index.forget(tasks[10:BLOCK])
    assert len(index.blocks[0].tasks) < BLOCK

    wanted = TaskFilter(tags=frozenset({"t1"}))
    assert numbers(page(index, wanted, at=Place(11, NEWEST)).tasks) == [8, 6, 2]
    index.add([late])
    assert numbers(page(index, wanted, at=Place(BLOCK, NEWEST)).tasks) == [late.number, 8, 6, 2]


def test_tasks_with_a_tag_are_found_without_a_look_at_others():
    index = an_index(*(a_task(terms=Terms(tags=(f"order:{number}",))) for number in range(40 * BLOCK)))
    found = page(index, TaskFilter(tags=frozenset({"order:7"})), most_work=400)

    assert (numbers(found.tasks), found.is_complete, found.looked) == ([8], True, 40 * BLOCK)


def test_blocks_without_tags_hold_nothing_for_them():
    index = an_index(*many(BLOCK - 1), a_task(terms=Terms(retries=1)), a_task(terms=Terms(tags=("red",))))
    plain, mixed = index.blocks.values()

    assert (plain.tags, mixed.tags and list(mixed.tags)) == (None, ["red"])
    assert count(index, TaskFilter(tags=frozenset({"red"}))).value == 1


def test_names_that_share_a_key_are_told_apart():
    index = an_index(*(a_task(name=name) for name in NAMES))

    for number, name in enumerate(NAMES, start=1):
        assert numbers(page(index, TaskFilter(names=frozenset({name}))).tasks) == [number]


def test_looking_is_given_up_when_it_takes_too_long_and_goes_on_there():
    index = an_index(*many(900), a_task(name="add"), *many(600))
    wanted = TaskFilter(text="add")
    first = page(index, wanted, most_work=200)

    assert (first.tasks, first.is_complete, first.next) == ([], False, Place(1462, NEWEST))
    assert numbers(all_pages(index, wanted, NEWEST, limit=5, most_work=200)) == [901]
    assert count(index, wanted, most_work=200).is_exact is False
    assert count(index, wanted, most_work=10_000).is_exact is True


@pytest.mark.parametrize("order", Order)
def test_looking_is_given_up_among_blocks_in_which_nothing_fits_and_goes_on_there(order):
    index = an_index(*many(20 * BLOCK), a_task(priority=TaskPriority.HIGH), *many(20 * BLOCK))
    wanted = TaskFilter(priorities=frozenset({TaskPriority.HIGH}))
    first = page(index, wanted, order=order, most_work=5 * WORK_PER_BLOCK)

    assert (first.tasks, first.is_complete) == ([], False)
    assert first.looked <= 5 * BLOCK
    assert numbers(all_pages(index, wanted, order, limit=5, most_work=1)) == [20 * BLOCK + 1]


def test_a_scan_gives_way_among_blocks_in_which_nothing_fits():
    index = an_index(*many(10 * BLOCK))
    lists = list(scan(index, TaskFilter(priorities=frozenset({TaskPriority.HIGH})), work=WORK_PER_BLOCK))

    assert lists == [[]] * len(index.blocks)


def with_long_arguments(tasks: list[Task]) -> list[Task]:
    for task in tasks:
        task.submission = replace(task.submission, payload=b"x" * LONG)
    return tasks


LONG = 100_000
LONG_ERROR = an_outcome(TaskStatus.FAILURE, error=ErrorRecord("ValueError", "x" * LONG, "y" * LONG))


@pytest.mark.parametrize(
    ("wanted", "kwargs"),
    [
        (TaskFilter(text="nothing"), {"status": TaskStatus.FAILURE, "outcome": LONG_ERROR}),
        (TaskFilter(fingerprint="nothing"), {"status": TaskStatus.FAILURE, "outcome": LONG_ERROR}),
        (TaskFilter(also=lambda task: False), {}),
    ],
)
def test_what_is_long_to_read_costs_more_to_look_at(wanted, kwargs):
    short, long = an_index(*many(100)), an_index(*with_long_arguments(many(100, **kwargs)))

    assert page(short, wanted, most_work=4_000).is_complete
    assert not page(long, wanted, most_work=4_000).is_complete


def test_what_is_not_asked_of_a_task_costs_nothing():
    index = an_index(*with_long_arguments(many(100)))

    assert count(index, TaskFilter(text="nothing", also=lambda task: True), most_work=1_000).is_exact


def test_a_time_long_ago_is_found_without_looking_at_what_came_later():
    index = an_index(*many(5_000))
    wanted = TaskFilter(since=100.0, until=104.0)

    assert numbers(page(index, wanted, most_work=400).tasks) == [104, 103, 102, 101, 100]


def test_counting_by_status_and_priority_looks_at_no_task():
    index = an_index(*many(1_000), *many(30, priority=TaskPriority.HIGH))
    high = TaskFilter(priorities=frozenset({TaskPriority.HIGH}))

    assert (count(index, high, most_work=0).value, count(index, most_work=0).value) == (30, 1_030)
    assert index.counts_of(TaskPriority.HIGH)[TaskStatus.QUEUED] == 30
    assert index.counts()[TaskStatus.QUEUED] == 1_030


def test_a_scan_gives_way_and_shows_what_fits_when_it_comes_there():
    tasks = many(1_000)
    index = an_index(*tasks)
    lists = scan(index, TaskFilter(text="task"), work=400)
    first = next(lists)
    index.forget(tasks[-1:])
    rest = [task for some in lists for task in some]

    assert numbers(first) == list(range(1, 81))
    assert numbers(rest) == list(range(81, 1_000))


@given(
    which=st.lists(
        st.tuples(
            st.sampled_from(TaskStatus),
            st.sampled_from(TaskPriority),
            st.sampled_from(NAMES[:3]),
            st.sampled_from([None, "p1", "p2"]),
            st.booleans(),
        ),
        max_size=40,
    ),
    spread=st.integers(1, 150),
    wanted=st.builds(
        TaskFilter,
        statuses=st.frozensets(st.sampled_from(TaskStatus), max_size=2),
        priorities=st.frozensets(st.sampled_from(TaskPriority), max_size=2),
        names=st.frozensets(st.sampled_from(NAMES[:3]), max_size=2),
        parents=st.frozensets(st.sampled_from(["p1", "p2", "p3"]), max_size=1),
    ),
    limit=st.integers(1, 12),
)
@settings(max_examples=200, deadline=None)
def test_pages_are_the_parts_of_a_plain_list(which, spread, wanted, limit):
    index, tasks = TaskIndex(), []
    for number, (status, priority, name, parent, is_forgotten) in enumerate(which, start=1):
        task = a_task(status=TaskStatus.QUEUED, priority=priority, name=name, terms=Terms(parent=parent))
        task.number = number * spread
        index.add([task])
        task.status = status
        index.move([task])
        if is_forgotten:
            index.forget([task])
        elif wanted.fits(task):
            tasks.append(task)

    assert all_pages(index, wanted, OLDEST, limit=limit) == tasks
    assert all_pages(index, wanted, NEWEST, limit=limit, most_work=7) == tasks[::-1]
    assert count(index, wanted).value == len(tasks)


@pytest.mark.parametrize(("status", "priority"), list(product(TaskStatus, TaskPriority)))
def test_every_status_and_priority_has_a_place_of_its_own(status, priority):
    index = an_index(a_task(status=status, priority=priority))
    counts = {each: index.counts_of(each) for each in TaskPriority}

    assert [(s, p) for p, of in counts.items() for s, value in of.items() if value] == [(status, priority)]


# ---- a page with its count ----

SHORT = TaskFilter(text="echo")


def test_the_first_page_is_counted_on_from_where_it_ends():
    index = an_index(*many(40))
    shown, counted = counted_page(index, SHORT, limit=3)

    assert shown == page(index, SHORT, limit=3)
    assert (counted.value, counted.is_exact) == (40, True)


def test_a_page_and_its_count_cost_no_more_than_one_of_them():
    looked_at = []

    def note(task: Task) -> bool:
        looked_at.append(task.number)
        return True

    index, wanted = an_index(*many(1_000)), TaskFilter(also=note)
    shown, counted = counted_page(index, wanted, limit=50)

    assert (len(shown.tasks), shown.is_complete) == (50, True)
    assert (counted.is_exact, counted.value) == (False, len(looked_at))
    assert len(looked_at) == len(set(looked_at))


def test_a_page_that_is_given_up_is_all_that_was_counted():
    index = an_index(*many(600))
    shown, counted = counted_page(index, TaskFilter(text="nothing"), limit=5, most_work=100)

    assert (shown.tasks, shown.is_complete, counted.value, counted.is_exact) == ([], False, 0, False)


@pytest.mark.parametrize("order", Order)
def test_another_page_has_the_count_of_all(order):
    index = an_index(*many(10))
    first, _ = counted_page(index, SHORT, order=order, limit=4)
    second, counted = counted_page(index, SHORT, order=order, at=first.next, limit=4)

    assert (len(second.tasks), counted.value) == (4, 10)


def test_what_statuses_tell_is_counted_without_looking():
    index = an_index(*many(10_000))
    shown, counted = counted_page(index, limit=2)

    assert (len(shown.tasks), counted.value, counted.is_exact) == (2, 10_000, True)
