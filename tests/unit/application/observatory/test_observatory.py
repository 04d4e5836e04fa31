"""What an Observatory keeps of the events that it hears."""

from math import inf

import anyio
import pytest
from structlog.testing import capture_logs

from fastworker.adapters.memory import ManualClock, RecordingSink
from fastworker.application.observatory.audit_log import MOST_REFUSALS, AuditLog
from fastworker.application.observatory.changes import MOST_KEPT, Changes
from fastworker.application.observatory.function_tallies import WINDOW_SECONDS, FunctionTally
from fastworker.application.observatory.history import Step
from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_ends import ENDED
from fastworker.application.observatory.task_filter import TaskFilter
from fastworker.application.observatory.task_pages import page
from fastworker.application.several_sinks import SeveralSinks
from fastworker.domain.action import Action, Actor
from fastworker.domain.errors import ResultExpired, UnknownTaskId
from fastworker.domain.events import ActionTaken, DrainStarted, SessionOpened, TaskDue, TaskFinished
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task
from fastworker.domain.terms import Backoff, Terms

from ....builders import ManualCoordinator, a_failure, a_submission, a_uuid7, an_outcome
from .observed import ObservedCoordinator

ANN = Actor("ann", "operator", "127.0.0.1")


def test_several_sinks_hear_the_same():
    sinks = RecordingSink(), RecordingSink()
    SeveralSinks(*sinks).emit(DrainStarted())

    assert [sink.events for sink in sinks] == [[DrainStarted()], [DrainStarted()]]


def test_a_task_whose_priority_is_changed_at_once_was_submitted_at_the_one_before():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1", priority=TaskPriority.LOW))
    plane.coordinator.steering.set_priority(ANN, "t1", TaskPriority.CRITICAL, now=plane.now)

    assert plane.history.second.submitted == [0, 0, 0, 1]
    assert plane.observatory.index.counts_of(TaskPriority.CRITICAL)[TaskStatus.QUEUED] == 1


class DeafToDrains(RecordingSink):
    def ear(self, kind):
        return None if kind is DrainStarted else super().ear(kind)


def test_a_sink_is_spared_what_is_of_no_interest_to_it():
    deaf, other = DeafToDrains(), RecordingSink()
    sinks = SeveralSinks(deaf, other)
    heard = [DrainStarted(), SessionOpened("client", 1.0), DrainStarted()]
    for event in heard:
        sinks.emit(event)

    assert (deaf.events, other.events) == (heard[1:2], heard)


def test_an_observatory_among_several_sinks_hears_what_it_hears_alone():
    alone, among = Observatory(Ledger(), now=0.0), Observatory(Ledger(), now=0.0)
    event = ActionTaken(Action(ANN, "cancel", "t1"), 1.0)
    for sink in (alone, SeveralSinks(among)):
        sink.emit(event)
        sink.emit(DrainStarted())

    assert alone.audit.newest_first() == among.audit.newest_first() != []


class Failing(RecordingSink):
    def emit(self, event):
        super().emit(event)
        raise RuntimeError("full")


def test_an_onlooker_that_fails_is_said_once_and_hears_no_more():
    own, failing, other = RecordingSink(), Failing(), RecordingSink()
    sinks = SeveralSinks(own, failing, other)
    heard = [DrainStarted(), SessionOpened("client", 1.0), DrainStarted()]
    with capture_logs() as lines:
        for event in heard:
            sinks.emit(event)

    assert (own.events, failing.events, other.events) == (heard, heard[:1], heard)
    assert [(line["event"], line["sink"]) for line in lines] == [("onlooker_failed", "Failing")]


def test_an_observatory_that_hears_no_more_knows_since_when_and_why():
    observatory = Observatory(Ledger(), now=7.0)
    assert observatory.blind_since is None
    with capture_logs():
        SeveralSinks(RecordingSink(), observatory).emit(TaskDue("never submitted", 9.0))

    assert (observatory.blind_since, observatory.blind_because) == (7.0, "KeyError: 'never submitted'")


def test_the_coordinator_goes_on_when_an_onlooker_fails():
    own = RecordingSink()
    plane = ManualCoordinator(sink=SeveralSinks(own, Failing()))
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll())

    assert plane.status("t1") is TaskStatus.SUCCESS
    assert any(isinstance(event, TaskFinished) for event in own.events)


def test_a_failure_of_the_own_sink_is_not_hidden():
    with pytest.raises(RuntimeError, match="full"):
        SeveralSinks(Failing(), RecordingSink()).emit(DrainStarted())


# ---- tasks ----


def test_a_task_is_found_without_counting_as_a_use():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"), a_submission("t2"))
    plane.report(*plane.poll())
    events = len(plane.sink.events)

    assert plane.observatory.task("t1", now=plane.now).status is TaskStatus.SUCCESS
    assert plane.observatory.task("t2", now=plane.now).status is not TaskStatus.SUCCESS
    assert len(plane.sink.events) == events


def test_a_task_never_seen_is_told_from_one_that_is_forgotten():
    plane = ObservedCoordinator(result_capacity=1)
    plane.join()
    for milliseconds in (1, 2):
        plane.accepted(a_submission(a_uuid7(milliseconds)))
        plane.report(*plane.poll())

    with pytest.raises(ResultExpired):
        plane.observatory.task(a_uuid7(1), now=plane.now)
    with pytest.raises(UnknownTaskId):
        plane.observatory.task("my-own-id", now=plane.now)


def test_the_index_follows_a_task_through_its_life():
    plane = ObservedCoordinator(result_capacity=1)
    plane.join()
    seen = []

    def look() -> None:
        seen.append([status for status, number in plane.observatory.index.counts().items() if number])

    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(5.0), delay_seconds=3.0)))
    look()
    plane.fire_after(3.0)
    look()
    (task,) = plane.poll()
    look()
    plane.report(task, a_failure())
    look()
    plane.fire_after(5.0)
    look()
    plane.poll()
    plane.leave()
    look()

    scheduled, queued, running = [TaskStatus.SCHEDULED], [TaskStatus.QUEUED], [TaskStatus.RUNNING]
    assert seen == [scheduled, queued, running, scheduled, queued, [TaskStatus.LOST]]


def test_tasks_are_found_by_their_latest_worker_whenever_they_are_looked_for():
    plane = ObservedCoordinator()
    index = plane.observatory.index
    plane.join("w1", slots=2)
    plane.join("w2", slots=2)

    def of(worker_id: str) -> list[str]:
        return [task.task_id for task in page(index, TaskFilter(workers=frozenset({worker_id}))).tasks]

    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(0.0))))
    assert of("w1") == []
    (task,) = plane.poll("w1")
    assert of("w1") == ["t1"]
    plane.report(task, a_failure())
    plane.fire_after(0.0)
    plane.leave("w1")
    plane.poll("w2")

    assert (of("w1"), of("w2")) == ([], ["t1"])


def test_a_task_that_comes_and_is_due_or_given_back_while_nobody_looks_is_found_where_it_is():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("due", terms=Terms(delay_seconds=1.0)))
    plane.fire_after(1.0)
    other = ObservedCoordinator()
    other.join()
    other.accepted(a_submission("given back"))
    other.coordinator.poll("worker", "first life", 0, 0, now=other.now)
    other.leave()

    for each in (plane, other):
        assert each.observatory.index.counts()[TaskStatus.QUEUED] == 1


def test_a_failure_whose_id_is_used_again_at_once_is_counted():
    plane = ObservedCoordinator(result_capacity=0)
    plane.join()
    plane.accepted(a_submission("same"))
    plane.report(*plane.poll(), a_failure())
    plane.accepted(a_submission("same"))
    (group,) = plane.observatory.errors.newest_first()

    assert group.workers == []
    assert (group.count, group.task_ids, page(plane.observatory.index).tasks) == (1, ["same"], [plane.find("same")])


@pytest.mark.parametrize("rounds", [1, 2, 5])
@pytest.mark.parametrize("capacity", [0, 1, 10])
def test_one_id_again_and_again_while_nobody_looks_is_one_task(rounds, capacity):
    plane = ObservedCoordinator(result_capacity=capacity, result_ttl_seconds=0.0)
    plane.join()
    for _ in range(rounds):
        plane.accepted(a_submission("same"))
        (task,) = plane.poll()
        plane.report(task)
    plane.tick_history(1.0)
    (sample,) = plane.history.samples(Step.SECOND)
    index = plane.observatory.index

    assert (sum(sample.submitted), sum(sample.leased), sample.finished) == (rounds, rounds, rounds)
    assert page(index).tasks == ended(plane) == list(plane.ledger.results.by_id.values())
    assert len(index) == min(capacity, 1)


def ended(plane: ObservedCoordinator) -> list[Task]:
    return list(plane.observatory.ends.between(ENDED, (-inf, 0), (inf, 0), is_falling=True))


def test_the_order_of_ends_follows_what_ends_is_forgotten_and_is_deleted():
    plane = ObservedCoordinator(result_capacity=3)
    plane.join()
    for task_id in "abcd":
        plane.now += 1.0
        plane.accepted(a_submission(task_id))
        plane.report(*plane.poll(), a_failure() if task_id in "bd" else an_outcome())
    assert [task.task_id for task in ended(plane)] == ["d", "c", "b"]

    plane.coordinator.steering.delete(ANN, "c", now=plane.now)
    plane.accepted(a_submission("waits"))
    assert [task.task_id for task in ended(plane)] == ["d", "b"]


# ---- changes ----


def test_changes_are_kept_while_somebody_watches():
    plane = ObservedCoordinator()
    changes = plane.observatory.changes
    plane.accepted(a_submission("unseen"))
    assert changes.take() == ([], 0, [], 0)
    changes.is_on = True
    plane.join(slots=3)
    plane.accepted(a_submission("t1", terms=Terms(retries=1)), a_submission("t2"))
    for task, outcome in zip(plane.poll_all()[1:], (a_failure(), an_outcome()), strict=True):
        plane.report(task, outcome)
    plane.fire_after(10.0)
    tasks, others, *_ = changes.take()

    assert ({task.task_id: task.status.value for task in tasks}, others) == (
        {"unseen": "running", "t1": "running", "t2": "success"},
        0,
    )
    assert changes.take() == ([], 0, [], 0)


def test_beyond_a_bound_changes_are_only_counted():
    plane = ObservedCoordinator()
    plane.observatory.changes.is_on = True
    plane.accepted(*(a_submission(f"t{number}") for number in range(MOST_KEPT + 7)))
    plane.cancel("t0")
    tasks, others, *_ = plane.observatory.changes.take()

    assert (len(tasks), others, tasks[0].status) == (MOST_KEPT, 7, TaskStatus.CANCELLED)


# ---- failures ----


def test_failures_are_grouped_and_counted_for_their_function_and_worker():
    plane = ObservedCoordinator()
    plane.join(slots=3)
    plane.accepted(
        a_submission("t1", terms=Terms(retries=1)), a_submission("t2"), a_submission("t3"), a_submission("t4")
    )
    first, second, third = plane.poll_all()
    plane.report(first, a_failure())
    plane.report(second, a_failure())
    plane.report(third, an_outcome(run_seconds=2.0))
    plane.tick_history(1.0)
    (group,) = plane.observatory.errors.newest_first()
    tally = plane.observatory.functions.of("echo", plane.now)

    assert (group.count, group.retried, group.task_ids, group.workers) == (2, 1, ["t2", "t1"], ["worker"])
    assert (tally.succeeded, tally.failed, tally.retried) == (1, 1, 1)
    assert (tally.runs(now=plane.now).count, tally.runs(now=plane.now).longest) == (3, 2.0)
    assert plane.observatory.workers.of("worker").failed == 2


def test_a_failure_that_a_worker_thought_lost_reports_late_counts_for_no_worker():
    plane = ObservedCoordinator()
    plane.join("old")
    plane.accepted(a_submission("t1", terms=Terms(retries=2, backoff=Backoff(60.0))))
    (task,) = plane.poll("old")
    lease = task.lease
    plane.leave("old")
    plane.join("new")
    plane.coordinator.report(
        "new", "first life", [("t1", lease.token, a_failure(is_retryable=False))], 0, now=plane.now
    )

    assert plane.status("t1") is TaskStatus.FAILURE
    assert plane.observatory.workers.of("new").failed == 0
    assert sum(group.count for group in plane.observatory.errors.newest_first()) == 2


def test_a_failure_without_a_word_is_counted_and_has_no_group():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.report(*plane.poll(), an_outcome(TaskStatus.FAILURE))

    assert plane.observatory.workers.of("worker").failed == 1
    assert len(plane.observatory.errors) == 0


# ---- functions ----


def test_the_run_times_of_a_function_are_those_of_the_last_minutes():
    tally = FunctionTally(0.0)
    tally.succeed([1.0, 2.0], now=10.0)
    tally.fail([8.0], is_retried=False, now=WINDOW_SECONDS + 10.0)
    assert tally.runs(now=WINDOW_SECONDS + 20.0).count == 3
    assert tally.runs(now=2 * WINDOW_SECONDS + 20.0).count == 1
    assert tally.runs(now=9 * WINDOW_SECONDS).count == 0

    assert (tally.succeeded, tally.failed, tally.retried) == (2, 1, 0)


def test_the_rate_of_a_function_is_that_of_its_attempts_of_the_last_minute():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=1, backoff=Backoff(1.0))), a_submission("t2"))
    for outcome in (a_failure(), an_outcome()):
        plane.report(*plane.poll(), outcome)
    plane.fire_after(19.0)
    plane.report(*plane.poll(), a_failure(is_retryable=False))
    plane.now += 1.0

    def rate():
        return plane.observatory.functions.of("echo", plane.now).ended.per_second(now=plane.now)

    assert rate() == 3 / 22.5  # the present step counts as half
    plane.now += 40.0
    assert rate() == 1 / 57.5  # the first step has gone
    plane.now += 20.0
    assert rate() == 0.0


def test_first_attempts_are_told_from_later_ones_by_how_long_they_ran():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=2, backoff=Backoff(1.0))), a_submission("t2"))
    plane.report(*plane.poll(), a_failure())  # 0.5 s
    plane.report(*plane.poll(), an_outcome(run_seconds=2.0))
    plane.fire_after(1.0)
    plane.report(*plane.poll(), a_failure())
    plane.fire_after(2.0)
    plane.report(*plane.poll(), an_outcome(run_seconds=4.0))
    measures = plane.observatory.measures

    assert (measures.runs_of("echo").seconds, sum(measures.runs_of("echo").counts)) == (7.0, 4)
    assert (measures.later_runs_of("echo").seconds, sum(measures.later_runs_of("echo").counts)) == (4.5, 2)
    assert sum(measures.later_runs_of("add").counts) == 0


# ---- workers ----


def test_workers_that_come_and_go_are_remembered():
    plane = ObservedCoordinator()
    plane.join("w1")
    plane.now += 5.0
    plane.join("w2")
    plane.leave("w1")
    workers = plane.observatory.workers

    assert [(move.worker_id, move.is_coming, move.reason) for move in workers.moves()] == [
        ("w1", False, "left"),
        ("w2", True, ""),
        ("w1", True, ""),
    ]
    assert [(move.number, move.at) for move in workers.moves("w2")] == [(2, 1005.0)]
    assert (workers.of("w1"), workers.of("w2").failed) == (None, 0)


def test_only_who_went_against_its_will_and_is_not_back_at_once_is_a_loss():
    plane = ObservedCoordinator()
    plane.join("w1")
    plane.join("w1")
    plane.join("w1", incarnation="second life")
    plane.leave("w1")

    gone = [(move.reason, move.is_loss) for move in plane.observatory.workers.moves() if not move.is_coming]
    assert gone == [
        ("left", False),
        ("replaced by another process of the same worker id", True),
        ("joined again", False),
    ]


def test_what_was_lost_with_a_worker_is_not_held_against_its_successor():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.join(incarnation="second life")

    assert plane.status("t1") is TaskStatus.LOST
    assert plane.observatory.workers.of("worker").failed == 0
    assert plane.observatory.functions.of("echo", plane.now).failed == 1


def test_how_long_a_lost_attempt_ran_is_not_known():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.poll()
    plane.now += 100.0
    plane.leave()
    plane.tick_history(1.0)

    assert plane.history.samples(Step.SECOND)[-1].run.count == 0


# ---- the record ----


def test_actions_are_kept_in_order_the_newest_first():
    audit = AuditLog()
    actions = [Action(ANN, what, "t1") for what in ("cancel", "rerun", "submit")]
    for action in actions:
        audit.add(ActionTaken(action, 1000.0))
    newest, older = audit.newest_first(limit=2)

    assert (newest.action, older.action, len(audit), audit.last) == (actions[2], actions[1], 3, 3)
    assert [entry.number for entry in audit.newest_first(before=older.number)] == [1]


def test_old_actions_make_room():
    audit = AuditLog()
    for _ in range(1_100):
        audit.add(ActionTaken(Action(ANN, "cancel", "t1"), 1000.0))

    assert (len(audit), audit.newest_first(limit=5_000)[-1].number) == (1_000, 101)
    assert [entry.number for entry in audit.of("t1")] == list(range(101, 1_101))
    for _ in range(1_000):
        audit.add(ActionTaken(Action(ANN, "cancel", "t2"), 1000.0))
    assert (list(audit.of("t1")), len(audit.of("t2"))) == ([], 1_000)


def test_what_is_on_record_under_an_id_cannot_change_unseen():
    audit = AuditLog()
    assert audit.extent_of("t1") is None
    audit.add(ActionTaken(Action(ANN, "submit", "t1"), 1000.0))
    for _ in range(999):
        audit.add(ActionTaken(Action(ANN, "submit", "t2"), 1000.0))
    assert audit.extent_of("t1") == (1, 1)
    audit.add(ActionTaken(Action(ANN, "rerun", "t1"), 1000.0))  # which pushes out the one before

    assert (len(audit.of("t1")), audit.extent_of("t1")) == (1, (1_001, 1_001))


def test_refusals_have_a_room_of_their_own_and_stand_in_order_among_what_was_done():
    audit = AuditLog()
    audit.add(ActionTaken(Action(ANN, "submit", "t1"), 1000.0))
    for _ in range(MOST_REFUSALS + 10):
        audit.add(ActionTaken(Action(ANN, "cancel", "t1", refusal="no"), 1001.0))
    audit.add(ActionTaken(Action(ANN, "rerun", "t1"), 1002.0))
    whole = audit.newest_first(limit=5_000)
    assert [entry.action.what for entry in audit.of("t1")] == ["submit", "rerun"]

    assert [entry.number for entry in whole] == [512, *range(511, 11, -1), 1]
    assert len(audit) == len(whole) == MOST_REFUSALS + 2


# ---- time ----


@pytest.mark.anyio
async def test_each_second_is_ended_while_it_runs():
    clock = ManualClock()
    observatory = Observatory(Ledger(), now=clock.now())
    async with anyio.create_task_group() as group:
        group.start_soon(observatory.run, clock)
        await clock.advance(3.5)
        group.cancel_scope.cancel()
    samples = observatory.history.samples(Step.SECOND)

    assert [(round(sample.at, 6), sample.lag_seconds) for sample in samples] == [
        (1001.0, pytest.approx(0.0, abs=1e-6)),
        (1002.0, pytest.approx(0.0, abs=1e-6)),
        (1003.0, pytest.approx(0.0, abs=1e-6)),
    ]


class StumblingClock(ManualClock):
    """Returns late from one sleep."""

    stumble = 4.0

    async def sleep_until(self, deadline: float) -> None:
        await super().sleep_until(deadline)
        self._now += self.stumble
        self.stumble = 0.0


@pytest.mark.anyio
async def test_time_in_which_the_loop_stood_still_is_a_lag_and_is_not_made_up_for():
    clock = StumblingClock()
    observatory = Observatory(Ledger(), now=clock.now())
    async with anyio.create_task_group() as group:
        group.start_soon(observatory.run, clock)
        await clock.advance(5.5)
        group.cancel_scope.cancel()
    (sample,) = observatory.history.samples(Step.SECOND)

    assert (round(sample.seconds, 6), round(sample.lag_seconds, 6)) == (5.0, 4.0)


class CountingClock(ManualClock):
    """Counts the sleeps."""

    sleeps = 0

    async def sleep_until(self, deadline: float) -> None:
        self.sleeps += 1
        await super().sleep_until(deadline)


@pytest.mark.anyio
async def test_the_loop_is_timed_often_while_something_happens_and_else_once_per_second():
    clock = CountingClock()
    observed = ObservedCoordinator()
    async with anyio.create_task_group() as group:
        group.start_soon(observed.observatory.run, clock)
        await clock.advance(3.5)
        while_idle = clock.sleeps
        for number in range(16):
            observed.accepted(a_submission(f"t{number}"))
            await clock.advance(0.1)
        while_busy = clock.sleeps - while_idle
        group.cancel_scope.cancel()

    assert while_idle == 4  # three, and the one that goes on
    assert 10 <= while_busy <= 13  # the first is noticed with the tick


def test_what_somebody_deletes_is_told_to_whoever_looks_and_is_in_no_list_any_more():
    plane = ObservedCoordinator()
    changes, steering = plane.observatory.changes, plane.coordinator.steering
    plane.join(slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2"))
    leased = plane.poll_all()
    plane.report(leased[0])
    steering.delete(Actor("ann", "operator", ""), "t1", now=plane.now)
    assert changes.take() == ([], 0, [], 0), "nobody looks"
    changes.is_on = True
    plane.report(leased[1])
    steering.delete(Actor("ann", "operator", ""), "t2", now=plane.now)

    assert changes.take() == ([], 0, ["t2"], 0), "that it ended matters no more"
    assert changes.take() == ([], 0, [], 0)
    assert len(plane.observatory.index) == 0


def test_beyond_a_bound_deletions_are_only_counted():
    changes = Changes()
    for number in range(MOST_KEPT + 3):
        changes.note_deleted(f"t{number}")

    taken = changes.take()

    assert (len(taken.deleted), taken.others_deleted) == (MOST_KEPT, 3)
    assert changes.take().others_deleted == 0
