"""How much of a priority may run, as people say it and the Coordinator keeps it."""

from math import inf

import pytest

from fastworker.application.client import TaskClient
from fastworker.domain.action import Actor
from fastworker.domain.errors import InvalidOption
from fastworker.domain.events import ActionTaken, PriorityDue, TaskLeased
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.queue_limit import BURST_SECONDS
from fastworker.domain.task import Task
from fastworker.domain.terms import Backoff, Terms
from fastworker.domain.worker_registry import LocalExecution
from tests.unit.system.system import HeldTask, a_system
from tests.unit.system.tasks import echo

from ...builders import ManualCoordinator, a_failure, a_submission, an_outcome
from ..domain.ledger_snapshot import snapshot

ANN = Actor("ann", "operator", "127.0.0.1")
HIGH, LOW, NORMAL = TaskPriority.HIGH, TaskPriority.LOW, TaskPriority.NORMAL


def limit(
    plane: ManualCoordinator,
    priority: TaskPriority = NORMAL,
    *,
    at_once: int | None = None,
    per_second: float | None = None,
) -> None:
    plane.coordinator.steering.limit_priority(ANN, priority, at_once=at_once, per_second=per_second, now=plane.now)


def a_plane(*, slots: int = 9) -> ManualCoordinator:
    """A worker with room asks for work."""
    plane = ManualCoordinator()
    plane.join(slots=slots)
    plane.poll()
    return plane


def ids(tasks: list[Task]) -> list[str]:
    return [task.task_id for task in tasks]


def noted(plane: ManualCoordinator) -> list[tuple[str, str, str, str]]:
    actions = [event.action for event in plane.sink.events if isinstance(event, ActionTaken)]
    return [(action.what, action.target, action.before, action.after) for action in actions]


# ---- how many at once ----


def test_no_more_of_a_priority_run_at_once_than_its_limit_and_others_are_not_held_up():
    plane = a_plane()
    limit(plane, at_once=2)
    plane.accepted(*(a_submission(f"t{number}") for number in range(4)), a_submission("low", priority=LOW))

    assert ids(plane.read_leases()) == ["t0", "t1", "low"]
    assert plane.ledger.queue_limits[NORMAL].leased == 2


def end(plane: ManualCoordinator, task: Task, how: str) -> None:
    """Have the lease of a task end."""
    match how:
        case "success":
            plane.report(task)
        case "failure":
            plane.report(task, a_failure(is_retryable=False))
        case "retry":
            plane.report(task, a_failure())
        case "expired":
            plane.report(task, an_outcome(TaskStatus.EXPIRED))
        case "cancelled":
            plane.cancel(task.task_id)
            plane.report(task, an_outcome(TaskStatus.CANCELLED))
        case "over its time":
            plane.beat("other")
            plane.fire_after(100.0)
        case "a lost worker":
            plane.now += 60.0
            plane.beat("other")
            plane.tick_after(0.0)
        case "a worker that joins again":
            plane.join("worker", slots=1)
        case "a worker that leaves":
            plane.leave("worker")


@pytest.mark.parametrize(
    "how",
    [
        "success",
        "failure",
        "retry",
        "expired",
        "cancelled",
        "over its time",
        "a lost worker",
        "a worker that joins again",
        "a worker that leaves",
    ],
)
def test_however_a_lease_ends_its_place_is_free_again(how):
    plane = a_plane(slots=1)
    limit(plane, at_once=1)
    terms = Terms(retries=1, backoff=Backoff(1_000.0), timeout_seconds=20.0)
    plane.accepted(a_submission("t1", terms=terms), a_submission("t2"))
    (task,) = plane.read_leases()
    plane.join("other", slots=1)
    assert plane.poll("other") == []
    end(plane, task, how)
    if plane.ledger.workers.get("worker"):
        plane.poll("worker")

    assert plane.status("t2") is TaskStatus.RUNNING
    assert plane.ledger.queue_limits[NORMAL].leased == 1
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_a_lease_that_never_reached_a_worker_frees_its_place_when_the_worker_leaves():
    plane = a_plane(slots=1)
    limit(plane, at_once=1)
    plane.accepted(a_submission("t1"))
    plane.leave()
    assert (plane.status("t1"), plane.ledger.queue_limits[NORMAL].leased) == (TaskStatus.QUEUED, 0)
    plane.join("other", slots=2)

    assert ids(plane.poll("other")) == ["t1"]


def test_what_the_control_plane_runs_itself_counts():
    plane = ManualCoordinator(local_execution=LocalExecution.OVERFLOW)
    limit(plane, at_once=2)
    plane.join("worker", slots=1)
    plane.join("local", slots=5, is_local=True)
    plane.poll("worker")
    plane.poll("local")
    plane.accepted(*(a_submission(f"t{number}") for number in range(4)))

    assert (ids(plane.read_leases("worker")), ids(plane.read_leases("local"))) == (["t0"], ["t1"])


def test_a_lower_limit_stops_nothing_and_waits_until_enough_has_ended():
    plane = a_plane()
    plane.accepted(*(a_submission(f"t{number}") for number in range(5)))
    tasks = plane.read_leases()
    plane.poll()
    limit(plane, at_once=2)
    plane.accepted(a_submission("next"))
    for task in tasks[:3]:
        assert (plane.stops, plane.status("next")) == ([], TaskStatus.QUEUED)
        plane.report(task)
        plane.poll()
    plane.report(tasks[3])

    assert plane.status("next") is TaskStatus.RUNNING


@pytest.mark.parametrize("at_once", [3, None])
def test_a_limit_that_is_raised_or_taken_away_starts_at_once_what_waits(at_once):
    plane = a_plane()
    limit(plane, at_once=1)
    plane.accepted(*(a_submission(f"t{number}") for number in range(3)))
    plane.read_leases()
    plane.poll()
    limit(plane, at_once=at_once)

    assert ids(plane.read_leases()) == ["t1", "t2"]


def test_a_task_counts_under_the_priority_under_which_it_was_leased():
    plane = a_plane()
    limit(plane, LOW, at_once=1)
    limit(plane, NORMAL, at_once=1)
    plane.accepted(*(a_submission(task_id, terms=Terms(retries=1)) for task_id in ("t1", "t2")))
    (first,) = plane.read_leases()
    plane.poll()
    plane.coordinator.steering.set_priority(ANN, "t2", LOW, now=plane.now)
    (second,) = plane.read_leases()
    assert [plane.ledger.queue_limits[each].leased for each in (NORMAL, LOW)] == [1, 1]
    plane.report(first, a_failure(retry_after=50.0))
    plane.coordinator.steering.set_priority(ANN, "t1", HIGH, now=plane.now)
    plane.report(second)

    assert [plane.ledger.queue_limits[each].leased for each in (NORMAL, LOW)] == [0, 0]


def test_a_paused_priority_stays_paused_whatever_its_limit():
    plane = a_plane()
    plane.coordinator.steering.pause_priority(ANN, NORMAL, now=plane.now)
    limit(plane, at_once=1)
    plane.accepted(a_submission("t1"))
    limit(plane)
    assert plane.read_leases() == []
    plane.coordinator.steering.resume_priority(ANN, NORMAL, now=plane.now)

    assert ids(plane.read_leases()) == ["t1"]


# ---- how many per second ----


def test_a_rate_starts_one_after_the_other_and_wakes_for_each():
    plane = a_plane()
    limit(plane, per_second=2.0)
    plane.accepted(*(a_submission() for _ in range(4)))
    waits = [plane.fire_next() for _ in range(3)]

    assert waits == [0.5, 0.5, 0.5]
    assert [event.lease.leased_at for event in plane.sink.events if isinstance(event, TaskLeased)] == [
        1000.0,
        1000.5,
        1001.0,
        1001.5,
    ]
    assert snapshot(plane.rebuilt()) == snapshot(plane.ledger)


def test_a_rate_whose_next_start_is_due_wakes_nobody_any_more():
    plane = a_plane()
    limit(plane, per_second=2.0)
    plane.accepted(a_submission())
    plane.fire_next()

    assert plane.coordinator.next_timer_at() is None
    assert [event for event in plane.sink.events if isinstance(event, PriorityDue)] == [PriorityDue(NORMAL, 1000.5)]


@pytest.mark.parametrize(("delay", "next_at"), [(0.2, 1000.2), (5.0, 1000.5)])
def test_the_earlier_of_a_timer_and_a_rate_is_next(delay, next_at):
    plane = a_plane()
    limit(plane, per_second=2.0)
    plane.accepted(a_submission(), a_submission(terms=Terms(delay_seconds=delay)))

    assert plane.coordinator.next_timer_at() == next_at


def test_without_a_limit_that_wants_to_wake_the_next_timer_is_that_of_a_task():
    plane = a_plane()
    limit(plane, at_once=1)
    plane.accepted(a_submission(terms=Terms(delay_seconds=5.0)))

    assert plane.coordinator.next_timer_at() == 1005.0


def test_a_rate_counts_starts_and_so_retries_too():
    plane = a_plane()
    limit(plane, per_second=0.1)
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(0.0))))
    plane.report(*plane.read_leases(), a_failure())
    plane.poll()
    plane.fire_after(9.0)
    assert plane.status("t1") is TaskStatus.QUEUED
    plane.fire_after(1.0)

    assert plane.status("t1") is TaskStatus.RUNNING


def test_a_rate_that_is_due_while_the_control_plane_drains_wakes_nobody_again():
    plane = a_plane()
    limit(plane, per_second=1.0)
    plane.accepted(a_submission(), a_submission())
    plane.coordinator.drain()
    plane.fire_next()

    assert plane.coordinator.next_timer_at() is None
    assert len(plane.ledger.queue) == 1


@pytest.mark.parametrize("clock_at", [0.0, 1e6, 1e8])
@pytest.mark.parametrize("per_second", [0.000001, 1 / 3, 3.0, 10.0, 20.0, 30.0, 99_999.9, 100_000.0])
def test_a_rate_is_kept_whatever_the_clock_shows_and_no_wake_is_for_nothing(per_second, clock_at):
    """A clock that has run for three years tells moments that are a hundred millionth of a second apart."""
    plane = ManualCoordinator(now=clock_at)
    plane.join(slots=1_000)
    plane.poll()
    limit(plane, per_second=per_second)
    plane.accepted(*(a_submission() for _ in range(500)))
    at_first = started = plane.ledger.running
    while plane.ledger.queue:
        assert plane.fire_next() > 0.0
        assert plane.ledger.running > started, "a wake at which nothing started"
        started = plane.ledger.running

    burst = max(1, round(per_second * BURST_SECONDS))
    assert at_first in (min(burst, 500), burst - 1)
    even = (500 - min(burst, 500)) / per_second
    assert plane.now - clock_at == pytest.approx(even, rel=0.002, abs=1e-6)


def test_a_rate_of_next_to_nothing_starts_one_and_disturbs_no_other_timer():
    plane = a_plane()
    limit(plane, per_second=5e-324)  # the next start is after the end of time, as a float tells it
    plane.accepted(a_submission(), a_submission("t2"))
    assert plane.coordinator.next_timer_at() == inf
    plane.accepted(a_submission(priority=LOW, terms=Terms(delay_seconds=5.0)))
    assert plane.coordinator.next_timer_at() == 1005.0
    limit(plane)

    assert plane.status("t2") is TaskStatus.RUNNING


def test_a_control_plane_that_ends_frees_the_places_of_what_it_gives_up_and_starts_nothing_there():
    plane = a_plane()
    limit(plane, at_once=2)
    plane.accepted(*(a_submission(f"t{number}", terms=Terms(retries=1)) for number in range(4)))
    plane.coordinator.drain()
    plane.coordinator.dismiss_workers(now=plane.now)
    plane.fire_after(100.0)

    assert (plane.ledger.queue_limits[NORMAL].leased, plane.ledger.running, len(plane.ledger.queue)) == (0, 0, 2)


# ---- what people say ----


def test_a_limit_is_noted_with_what_was_before():
    plane = a_plane()
    limit(plane, LOW, at_once=1_000)
    limit(plane, LOW, at_once=5, per_second=2.5)
    limit(plane, LOW, per_second=0.5)
    limit(plane, LOW)

    assert noted(plane) == [
        ("limit priority", "low", "no limit", "at most 1,000 at once"),
        ("limit priority", "low", "at most 1,000 at once", "at most 5 at once, at most 2.5/s"),
        ("limit priority", "low", "at most 5 at once, at most 2.5/s", "at most 0.5/s"),
        ("limit priority", "low", "at most 0.5/s", "no limit"),
    ]


def test_a_rate_is_noted_as_it_was_said():
    plane = a_plane()
    limit(plane, per_second=12_345.678)
    limit(plane, per_second=12_345.679)

    assert noted(plane)[-1][2:] == ("at most 12,345.678/s", "at most 12,345.679/s")


def test_taking_away_a_limit_that_is_none_changes_nothing():
    plane = a_plane()
    before = len(plane.sink.events)
    limit(plane)

    assert len(plane.sink.events) == before


def test_the_same_limits_once_more_change_nothing_whoever_says_them():
    plane = a_plane()
    limit(plane, at_once=5, per_second=2.0)
    before, set_before = len(plane.sink.events), plane.ledger.queue_limits.limit_of(NORMAL)
    plane.now += 50.0
    plane.coordinator.steering.limit_priority(
        Actor("bob", "admin", "127.0.0.1"), NORMAL, at_once=5, per_second=2, now=plane.now
    )

    assert (len(plane.sink.events), plane.ledger.queue_limits.limit_of(NORMAL)) == (before, set_before)


@pytest.mark.parametrize("wrong", [{"at_once": 0}, {"per_second": float("nan")}])
def test_a_limit_that_cannot_be_kept_is_refused_and_changes_nothing(wrong):
    plane = a_plane()
    with pytest.raises(InvalidOption):
        limit(plane, **wrong)

    assert not plane.ledger.queue_limits
    assert noted(plane) == []


# ---- the whole system, in virtual time ----


@pytest.mark.anyio
async def test_a_rate_is_kept_to_the_moment_while_others_run_at_once() -> None:
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        await system.start_worker("w1", echo, slots=4)
        control_plane.role.steer(
            lambda steering, now: steering.limit_priority(ANN, NORMAL, at_once=None, per_second=4.0, now=now)
        )
        async with system.client() as client:
            began_at = system.clock.now()
            limited = [system.call(echoed, client, number, "normal") for number in range(5)]
            await system.settle()
            high = system.call(echoed, client, 9, "high")
            await system.settle()
            assert high.result() == 9
            for seconds, done in ((0.24, 1), (0.01, 2), (0.24, 2), (0.01, 3), (0.5, 5)):
                await system.advance(seconds)
                assert sum(call.is_done for call in limited) == done
        leased_at = [event.lease.leased_at - began_at for event in control_plane.happened(TaskLeased)]
        assert sorted(leased_at) == pytest.approx([0.0, 0.0, 0.25, 0.5, 0.75, 1.0])


@pytest.mark.anyio
async def test_a_killed_worker_frees_the_places_of_what_it_ran() -> None:
    held = HeldTask()
    async with a_system() as system:
        control_plane = await system.start_control_plane()
        worker = await system.start_worker("w1", held.function, slots=4)
        control_plane.role.steer(
            lambda steering, now: steering.limit_priority(ANN, NORMAL, at_once=2, per_second=None, now=now)
        )
        async with system.client() as client:
            handles = await client.map("held", [(number,) for number in range(3)])
            await system.settle()
            assert control_plane.ledger.running == 2
            await worker.kill()
            await system.start_worker("w2", held.function, slots=4)
            await system.advance(20.0)
            assert control_plane.ledger.running == 1
            held.release()
            assert await handles[2] == 2
        assert control_plane.ledger.queue_limits[NORMAL].leased == 0


async def echoed(client: TaskClient, number: int, priority: str) -> object:
    return await (await client.delay("echo", number, priority=priority))
