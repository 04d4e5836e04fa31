"""How much of a priority may run, as the queue holds it back."""

from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.domain.errors import InvalidOption
from fastworker.domain.events import PriorityDue, PriorityLimited, TaskFinished, TaskLeased, TaskSubmitted, WorkerJoined
from fastworker.domain.ledger import Ledger
from fastworker.domain.priority import TaskPriority
from fastworker.domain.queue_limit import BURST_SECONDS, QueueLimit, check_limit
from fastworker.domain.queue_limits import Allowance, QueueLimits
from fastworker.domain.task import Task
from fastworker.domain.task_queue import QueueView, TaskQueue

from ...builders import a_card, a_lease, a_submission, a_task, an_outcome
from .test_task_queue import a_queue

CRITICAL, HIGH, NORMAL, LOW = TaskPriority


def a_limit(*, at: float = 1000.0, at_once: int | None = None, per_second: float | None = None) -> QueueLimit:
    return QueueLimit("ann", at, at_once, per_second)


def limit(limits: QueueLimits, priority: TaskPriority = NORMAL, **of: float) -> None:
    """Set the limit of a priority of which nothing is leased but what is counted already."""
    limits.apply(PriorityLimited(priority, a_limit(**of) if of else None, 1000.0), [])


def leased(queue: TaskQueue, view: QueueView, limits: QueueLimits, *, at: float = 1000.0) -> list[Task]:
    """Lease all that a view shows."""
    tasks = []
    while (task := view.first()) is not None:
        queue.pop(task)
        limits.lease(task, at)
        tasks.append(task)
    return tasks


# ---- at once ----


def test_no_more_of_a_priority_are_shown_than_may_run_at_once_and_others_are():
    queue = a_queue(*(tasks := [a_task() for _ in range(3)]), low := a_task(priority=LOW))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, at_once=2)

    assert leased(queue, view, limits) == [tasks[0], tasks[1], low]


def test_each_end_of_a_lease_makes_room_for_one_more():
    queue = a_queue(*(tasks := [a_task() for _ in range(3)]))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, at_once=1)
    for task in tasks:
        assert leased(queue, view, limits) == [task]
        limits.end(task)

    assert limits[NORMAL].leased == 0


def test_what_is_leased_already_counts_when_a_limit_is_set():
    ledger = Ledger(names={"echo"})
    ledger.apply(WorkerJoined(a_card(slots=9), 1000.0))
    for number, priority in enumerate((NORMAL, NORMAL, LOW)):
        ledger.apply(TaskSubmitted(a_submission(f"t{number}", priority=priority), "client", 1000.0))
        ledger.apply(TaskLeased(f"t{number}", a_lease(token=number)))
    ledger.apply(PriorityLimited(NORMAL, a_limit(at_once=3), 1000.0))

    assert {priority: each.leased for priority, each in ledger.queue_limits.items()} == {NORMAL: 2}


def test_a_limit_that_is_taken_away_holds_back_nothing():
    queue = a_queue(*(tasks := [a_task() for _ in range(3)]))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, at_once=1)
    leased(queue, view, limits)
    limit(limits)

    assert leased(queue, view, limits) == tasks[1:]
    assert not limits
    assert limits.limit_of(NORMAL) is None


def test_what_has_no_limit_is_not_counted():
    queue = a_queue(task := a_task(priority=HIGH))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, at_once=1)
    leased(queue, view, limits)
    limits.end(task)

    assert limits[NORMAL].leased == 0
    assert limits.limit_of(NORMAL) == a_limit(at_once=1)


# ---- per second ----


def test_a_rate_closes_a_priority_until_the_next_start_is_due():
    queue = a_queue(*(tasks := [a_task() for _ in range(3)]))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, per_second=2.5)
    assert leased(queue, view, limits) == [tasks[0]]
    assert limits.first_due() == (1000.4, NORMAL)
    limits.apply(PriorityDue(NORMAL, 1000.4), [])

    assert limits.first_due() is None
    assert leased(queue, view, limits, at=1000.4) == [tasks[1]]


def test_the_rate_that_is_due_first_is_told():
    queue = a_queue(a_task(), a_task(priority=LOW))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, NORMAL, per_second=2.0)
    limit(limits, LOW, per_second=4.0)
    leased(queue, view, limits)

    assert limits.first_due() == (1000.25, LOW)


def test_a_full_priority_whose_rate_is_due_stays_closed():
    queue = a_queue(*(tasks := [a_task() for _ in range(2)]))
    view, limits = queue.open_view(frozenset({"echo"})), QueueLimits(queue)
    limit(limits, at_once=1, per_second=1.0)
    leased(queue, view, limits)
    limits.apply(PriorityDue(NORMAL, 1001.0), [])
    assert leased(queue, view, limits, at=1001.0) == []
    limits.end(tasks[0])

    assert leased(queue, view, limits, at=1001.0) == [tasks[1]]


@pytest.mark.parametrize(
    ("changed", "due_at"), [({"at_once": 5, "per_second": 0.5}, 1002.0), ({"per_second": 4.0}, None)]
)
def test_a_rate_that_stays_goes_on_and_another_begins_anew(changed, due_at):
    queue = a_queue(a_task())
    limits = QueueLimits(queue)
    limit(limits, per_second=0.5)
    leased(queue, queue.open_view(frozenset({"echo"})), limits)
    limit(limits, at=1001.0, **changed)

    assert limits[NORMAL].opens_at == due_at


def test_up_to_a_tenth_of_a_second_of_starts_come_together():
    allowance = Allowance(a_limit(per_second=100.0), leased=0)
    starts = 0
    while allowance.opens_at is None:
        allowance.take(1000.0)
        starts += 1

    assert starts == 10


RATES = st.one_of(st.sampled_from([0.25, 1.0, 2.5, 10.0, 25.0, 100.0]), st.floats(0.01, 10_000.0))


@settings(deadline=None)
@given(per_second=RATES, waits=st.lists(st.sampled_from([0.0, 1e-5, 0.003, 0.05, 0.4, 7.0]), max_size=60))
def test_in_any_time_no_more_start_than_its_rate_and_one_burst(per_second, waits):
    allowance = Allowance(a_limit(at=0.0, per_second=per_second), leased=0)
    now, starts = 0.0, []
    for wait in waits:
        now += wait
        for _ in range(50):
            if allowance.opens_at is not None and allowance.opens_at > now:
                break
            allowance.take(now)
            starts.append(now)
    burst = max(1.0, per_second * BURST_SECONDS)

    for first, since in enumerate(starts):
        for last, until in enumerate(starts[first:], first):
            assert last - first + 1 <= burst + per_second * (until - since) + 1e-6


@settings(deadline=None)
@given(per_second=RATES, late=st.floats(0.0, 1.0), number=st.integers(2, 200))
def test_who_wakes_late_by_less_than_a_burst_loses_nothing(per_second, late, number):
    """Whoever has more to start than the rate allows starts as many in the end as if it had woken in time."""
    allowance = Allowance(a_limit(at=0.0, per_second=per_second), leased=0)
    lateness = late * max(0.0, BURST_SECONDS - 1 / per_second)
    now = 0.0
    for _ in range(number):
        if allowance.opens_at is not None:
            now = max(now, allowance.opens_at + lateness)
        allowance.take(now)
    even = (number - 1) / per_second

    assert now <= even + lateness + 1e-6


def test_starts_at_a_low_rate_are_evenly_apart_to_the_bit():
    allowance = Allowance(a_limit(at=0.1, per_second=0.3), leased=0)
    at = 0.1
    moments = []
    for _ in range(100):
        allowance.take(at)
        moments.append(at)
        assert allowance.opens_at is not None
        at = allowance.opens_at

    assert all(later == earlier + 1 / 0.3 for earlier, later in pairwise(moments))


# ---- bounds ----


@pytest.mark.parametrize(
    ("at_once", "per_second", "named"),
    [(0, None, "at_once"), (100_001, 1.0, "at_once")]
    + [(1, rate, "per_second") for rate in (0.0, -1.0, 100_000.1, float("nan"), float("inf"))],
)
def test_what_cannot_be_kept_is_refused_by_name(at_once, per_second, named):
    with pytest.raises(InvalidOption, match=named):
        check_limit(at_once, per_second)


@pytest.mark.parametrize(("at_once", "per_second"), [(None, None), (1, 1e-9), (100_000, 100_000.0)])
def test_what_is_within_the_bounds_is_taken(at_once, per_second):
    check_limit(at_once, per_second)


# ---- whatever happens ----

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.sampled_from(TaskPriority)),
        st.tuples(st.sampled_from(["lease", "end"])),
        st.tuples(st.just("pass"), st.sampled_from([0.25, 0.5, 2.0])),
        st.tuples(
            st.just("limit"),
            st.sampled_from(TaskPriority),
            st.sampled_from([None, 1, 2, 4]),
            st.sampled_from([None, 0.5, 2.0]),
        ),
    ),
    max_size=80,
)


@given(steps=STEPS)
@settings(max_examples=300, deadline=None)
def test_the_count_of_a_limited_priority_is_never_wrong_and_holds_up_no_other(steps):
    ledger = Ledger(names={"echo"})
    ledger.apply(WorkerJoined(a_card(slots=1_000), 0.0))
    view, numbers, now = ledger.queue.open_view(frozenset({"echo"})), count(1), 0.0
    running: dict[str, TaskPriority] = {}
    last: dict[TaskPriority, float] = {}
    for what, *which in steps:
        while (due := ledger.queue_limits.first_due()) is not None and due[0] <= now:
            ledger.apply(PriorityDue(due[1], now))
        match what, *which:
            case "push", priority:
                task_id = f"t{next(numbers)}"
                ledger.apply(TaskSubmitted(a_submission(task_id, priority=priority), "client", now))
            case ("lease",):
                free = [priority for priority in TaskPriority if may_start(ledger, priority, running, last, now)]
                waiting = [task for task in ledger.queue if task.submission.priority in free]
                task = view.first()
                assert task is next(iter(waiting), None)
                if task is not None:
                    ledger.apply(TaskLeased(task.task_id, a_lease(leased_at=now)))
                    running[task.task_id] = task.submission.priority
                    last[task.submission.priority] = now
            case ("end",) if running:
                task_id, _ = running.popitem()
                ledger.apply(TaskFinished(task_id, an_outcome(), now))
            case "pass", seconds:
                now += seconds
            case "limit", priority, at_once, per_second:
                before = ledger.queue_limits.limit_of(priority)
                if before is None or before.per_second != per_second:
                    last.pop(priority, None)
                none = at_once is None and per_second is None
                wanted = None if none else QueueLimit("ann", now, at_once, per_second)
                ledger.apply(PriorityLimited(priority, wanted, now))
        for priority, allowance in ledger.queue_limits.items():
            assert allowance.leased == sum(each is priority for each in running.values())


def may_start(
    ledger: Ledger,
    priority: TaskPriority,
    running: dict[str, TaskPriority],
    last: dict[TaskPriority, float],
    now: float,
) -> bool:
    """Tell by plain search whether the limit of a priority allows one more now."""
    limit = ledger.queue_limits.limit_of(priority)
    if limit is None:
        return True
    is_full = limit.at_once is not None and list(running.values()).count(priority) >= limit.at_once
    is_early = limit.per_second is not None and priority in last and now < last[priority] + 1 / limit.per_second
    return not is_full and not is_early
