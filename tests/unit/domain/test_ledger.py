from typing import TypeAliasType

import pytest

from fastworker.domain import ledger as ledger_module
from fastworker.domain.action import Action, Actor
from fastworker.domain.directive import Directive
from fastworker.domain.events import (
    ActionTaken,
    DrainStarted,
    Event,
    FunctionPaused,
    FunctionResumed,
    LocalsTold,
    PriorityChanged,
    PriorityDue,
    PriorityLimited,
    PriorityPaused,
    PriorityResumed,
    ReportSuperseded,
    ResultRead,
    ResultsReaped,
    SessionClosed,
    SessionHeard,
    SessionOpened,
    SilenceForgiven,
    StopOrdered,
    TaskDeleted,
    TaskDue,
    TaskFinished,
    TaskFollowed,
    TaskLeased,
    TaskNoted,
    TaskRetried,
    TaskReturned,
    TaskSubmitted,
    TaskTraced,
    TaskWatched,
    WorkerAnswered,
    WorkerDirected,
    WorkerDrained,
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
    WorkerObeyed,
    WorkerOccupied,
    WorkerPolled,
    WorkerResumed,
)
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.pause import Pause
from fastworker.domain.priority import TaskPriority
from fastworker.domain.queue_limit import QueueLimit
from fastworker.domain.task import Order

from ...builders import a_card, a_lease, a_span, a_submission, an_outcome
from .ledger_snapshot import snapshot

OPENED = SessionOpened("client", 1000.0)
JOINED = WorkerJoined(a_card(slots=2), 1000.0)
POLLED = WorkerPolled("worker", 0, 0, 1000.0)
PAUSE = Pause("ann", "the mail server is down", 1102.0)


def submitted(task_id: str) -> TaskSubmitted:
    return TaskSubmitted(a_submission(task_id), "client", 1001.0)


def leased(task_id: str, *, token: int = 1) -> TaskLeased:
    return TaskLeased(task_id, a_lease(token=token, leased_at=1002.0))


def finished(task_id: str, status: TaskStatus = TaskStatus.SUCCESS) -> TaskFinished:
    return TaskFinished(task_id, an_outcome(status), 1003.0)


def a_ledger(*events: Event, result_capacity: int = 100) -> Ledger:
    ledger = Ledger(result_capacity=result_capacity, result_ttl_seconds=60.0)
    for event in events:
        ledger.apply(event)
    return ledger


def told(ledger: Ledger, session_id: str = "client") -> list[str]:
    return [task.task_id for task in ledger.sessions[session_id].outbox.first(100)]


# ---- tasks ----


def test_a_submitted_task_waits():
    ledger = a_ledger(submitted("t1"))

    assert ledger.tasks["t1"].status is TaskStatus.QUEUED
    assert [task.task_id for task in ledger.queue] == ["t1"]


def test_tasks_are_numbered_as_they_arrive():
    ledger = a_ledger(submitted("t1"), submitted("t2"))

    assert [ledger.tasks[task_id].arrival for task_id in ("t1", "t2")] == [1, 2]


def test_a_leased_task_runs_and_waits_in_the_outbox_of_its_worker():
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), leased("t1"))
    task, worker = ledger.tasks["t1"], ledger.workers["worker"]

    assert (task.status, task.attempts, task.lease) == (TaskStatus.RUNNING, 1, a_lease(leased_at=1002.0))
    assert (worker.leased, worker.outbox.first(10), worker.room) == (
        {"t1": task},
        [Order(task.submission, task.lease)],
        1,
    )
    assert len(ledger.queue) == 0


def test_a_lease_that_came_back_unused_counts_no_attempt():
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), leased("t1"), TaskReturned("t1", 1003.0))
    task = ledger.tasks["t1"]

    assert (task.status, task.attempts, task.lease) == (TaskStatus.QUEUED, 0, None)
    assert list(ledger.queue) == [task]
    assert ledger.workers["worker"].leased == {}


@pytest.mark.parametrize("status", [status for status in TaskStatus if status.is_final])
def test_a_finished_task_moves_to_the_results_and_is_told_to_its_client(status):
    ledger = a_ledger(OPENED, JOINED, POLLED, submitted("t1"), leased("t1"), finished("t1", status))
    task = ledger.results.get("t1", now=1003.0)

    assert ledger.tasks == {}
    assert task is not None
    assert (task.status, task.outcome, task.finished_at) == (status, an_outcome(status), 1003.0)
    assert told(ledger) == ["t1"]
    assert ledger.finished == {**dict.fromkeys(TaskStatus, 0), status: 1}
    assert (ledger.workers["worker"].finished, ledger.workers["worker"].leased) == (1, {})


def test_whoever_watches_a_task_is_told_too():
    watching = (SessionOpened("page", 1000.0), TaskWatched("t1", "page"))
    ledger = a_ledger(OPENED, JOINED, POLLED, submitted("t1"), *watching, leased("t1"), finished("t1"))

    assert (told(ledger), told(ledger, "page")) == (["t1"], ["t1"])
    assert ledger.watchers == {}


def test_a_watching_session_that_closes_or_opens_anew_is_told_no_more():
    ledger = a_ledger(OPENED, JOINED, POLLED, submitted("t1"), submitted("t2"))
    for event in (
        *(SessionOpened(session_id, 1000.0) for session_id in ("page", "other")),
        *(TaskWatched("t1", session_id) for session_id in ("page", "other")),
        TaskWatched("t2", "page"),
        SessionOpened("page", 1001.0),
    ):
        ledger.apply(event)
    assert ledger.watchers == {"t1": {"other"}}

    for event in (SessionClosed("other", "left"), leased("t1"), finished("t1")):
        ledger.apply(event)
    assert ledger.watchers == {}
    assert told(ledger, "page") == []


def test_whoever_begins_to_watch_a_finished_task_is_told_at_once():
    ran = (submitted("t1"), leased("t1"), finished("t1"))
    ledger = a_ledger(JOINED, POLLED, *ran, SessionOpened("page", 1004.0), TaskWatched("t1", "page"))

    assert told(ledger, "page") == ["t1"]
    assert ledger.watchers == {}


def test_the_end_of_a_task_whose_client_has_gone_is_only_kept():
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), leased("t1"), finished("t1"))

    assert ledger.results.task_ids() == ["t1"]


def test_a_client_that_does_not_read_loses_the_oldest_completions(monkeypatch):
    monkeypatch.setattr(ledger_module, "OUTBOX_LIMIT", 2)
    ledger = a_ledger(OPENED, JOINED, POLLED)
    for task_id in ("t1", "t2", "t3"):
        for event in (submitted(task_id), leased(task_id), finished(task_id)):
            ledger.apply(event)

    assert told(ledger) == ["t2", "t3"]
    assert ledger.sessions["client"].outbox.acknowledged == 1


def test_a_superseded_report_is_counted_and_changes_nothing_else():
    ledger = a_ledger(ReportSuperseded("worker", "t1"))

    assert ledger.superseded == 1
    ledger.superseded = 0
    assert snapshot(ledger) == snapshot(a_ledger())


def test_a_result_that_was_read_outlives_one_that_was_not():
    ran = [event for task_id in ("t1", "t2") for event in (submitted(task_id), leased(task_id), finished(task_id))]
    ledger = a_ledger(JOINED, POLLED, *ran, ResultRead("t1"), result_capacity=2)
    for event in (submitted("t3"), leased("t3"), finished("t3")):
        ledger.apply(event)

    assert ledger.results.task_ids() == ["t1", "t3"]


def test_reaping_forgets_old_results():
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), leased("t1"), finished("t1"), ResultsReaped(1063.0))

    assert len(ledger.results) == 0


def test_draining_begins_once_and_for_all():
    assert a_ledger(DrainStarted()).is_draining


# ---- workers ----


def test_the_names_of_every_worker_are_known_from_then_on():
    ledger = a_ledger(JOINED, WorkerLeft("worker", "left", 1001.0))

    assert ledger.names == {"echo"}
    assert len(ledger.workers) == 0


def test_a_poll_opens_a_worker_and_acknowledges_its_leases():
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), leased("t1"), WorkerPolled("worker", 1, 1, 1005.0))
    worker = ledger.workers["worker"]

    assert (worker.is_open, worker.heard_at, worker.occupied, len(worker.outbox)) == (True, 1005.0, 1, 0)


def test_an_answered_worker_takes_no_more():
    ledger = a_ledger(JOINED, POLLED, WorkerAnswered("worker"))

    assert not ledger.workers["worker"].is_open


def test_a_sign_of_life_and_a_change_of_occupied_slots_are_noted():
    ledger = a_ledger(JOINED, WorkerHeard("worker", 1007.0), WorkerOccupied("worker", 2))
    worker = ledger.workers["worker"]

    assert (worker.heard_at, worker.occupied, worker.room) == (1007.0, 2, 0)


# ---- pauses ----


def test_what_is_paused_is_known_with_who_did_it_until_it_is_resumed():
    ledger = a_ledger(PriorityPaused(TaskPriority.LOW, PAUSE), FunctionPaused("echo", PAUSE))
    assert (ledger.pauses.priorities, ledger.pauses.functions) == ({TaskPriority.LOW: PAUSE}, {"echo": PAUSE})
    ledger.apply(PriorityResumed(TaskPriority.LOW, 1103.0))
    ledger.apply(FunctionResumed("echo", 1103.0))

    assert (ledger.pauses.priorities, ledger.pauses.functions) == ({}, {})


def test_a_task_is_held_back_by_the_pause_of_its_priority_or_else_of_its_function():
    other = Pause("bob", "", 1103.0)
    ledger = a_ledger(submitted("t1"))
    task = ledger.tasks["t1"]
    assert ledger.pauses.of(task) is None
    ledger.apply(FunctionPaused("echo", PAUSE))
    assert ledger.pauses.of(task) is PAUSE
    ledger.apply(PriorityPaused(TaskPriority.NORMAL, other))

    assert ledger.pauses.of(task) is other


def test_submissions_are_numbered_in_order_and_a_retry_changes_no_number():
    ran = (leased("t1"), TaskRetried("t1", an_outcome(TaskStatus.LOST), 1005.0, 1004.0), TaskDue("t1", 1005.0))
    ledger = a_ledger(JOINED, POLLED, submitted("t1"), submitted("t2"), *ran, submitted("t3"))

    first, second, third = (task.number for task in ledger.tasks.values())
    assert (first, second) == (1, 2)
    assert third > second


# ---- sessions ----


def test_a_session_that_asks_acknowledges_what_it_has():
    ran = (submitted("t1"), leased("t1"), finished("t1"))
    ledger = a_ledger(OPENED, JOINED, POLLED, *ran, SessionHeard("client", 1, 1004.0))

    assert (told(ledger), ledger.sessions["client"].heard_at) == ([], 1004.0)


def test_a_closed_session_is_gone():
    assert a_ledger(OPENED, SessionClosed("client", "left")).sessions == {}


# ---- events ----

HISTORY: tuple[Event, ...] = (
    OPENED,
    SessionOpened("page", 1000.0),
    JOINED,
    WorkerJoined(a_card("local", names={"echo", "add"}, is_local=True), 1000.0),
    submitted("t1"),
    submitted("t2"),
    submitted("t3"),
    TaskWatched("t2", "page"),
    POLLED,
    leased("t1", token=1),
    leased("t2", token=2),
    WorkerAnswered("worker"),
    WorkerHeard("worker", 1003.0),
    finished("t1"),
    finished("t2"),
    WorkerOccupied("worker", 1),
    ReportSuperseded("worker", "t9"),
    ResultRead("t1"),
    TaskDeleted("t2"),
    SessionHeard("client", 1, 1004.0),
    PriorityLimited(TaskPriority.HIGH, QueueLimit("ann", 1003.0, 1, 0.5), 1003.0),
    PriorityChanged("t3", TaskPriority.HIGH, "ann", 1003.0),
    leased("t3", token=3),
    PriorityDue(TaskPriority.HIGH, 1005.0),
    TaskReturned("t3", 1003.0),
    leased("t3", token=4),
    TaskFollowed("t3"),
    TaskNoted("t3", Progress(1.0), 1004.0),
    TaskNoted("t3", LogLine("info", "log", "text"), 1004.0),
    TaskTraced("t3", 1, "worker", a_span()),
    LocalsTold("t3", 2, FailureLocals((FrameLocals("shop.py", 7, "charge", (("card", "'visa'"),)),))),
    StopOrdered("t3", is_cancelled=True),
    TaskRetried("t3", an_outcome(TaskStatus.LOST), 1005.0, 1004.0),
    TaskDue("t3", 1005.0),
    WorkerDirected("worker", Directive(1, slots=2, is_to_leave=True)),
    WorkerDrained("worker"),
    WorkerResumed("worker"),
    WorkerObeyed("worker", 1),
    SessionClosed("page", "silent"),
    WorkerLeft("worker", "left", 1005.0),
    ResultsReaped(1100.0),
    SilenceForgiven(2.0, 1101.0),
    PriorityPaused(TaskPriority.LOW, PAUSE),
    FunctionPaused("echo", PAUSE),
    ActionTaken(Action(Actor("ann", "operator", "127.0.0.1"), "pause", "low"), 1102.0),
    PriorityResumed(TaskPriority.LOW, 1103.0),
    FunctionResumed("echo", 1103.0),
    DrainStarted(),
)


def every_kind(event_type: TypeAliasType | type) -> set[type]:
    """Return the classes that a union of events and of other such unions names."""
    if isinstance(event_type, type):
        return {event_type}
    return set().union(*(every_kind(member) for member in event_type.__value__.__args__))


def test_the_history_holds_every_kind_of_event():
    assert {type(event) for event in HISTORY} == every_kind(Event)


@pytest.mark.parametrize("index", range(len(HISTORY)))
def test_every_event_changes_the_ledger(index):
    ledger = a_ledger(*HISTORY[:index])
    before = snapshot(ledger)
    ledger.apply(HISTORY[index])

    assert snapshot(ledger) != before


@pytest.mark.parametrize("length", range(len(HISTORY) + 1))
def test_the_same_events_always_make_the_same_ledger(length):
    assert snapshot(a_ledger(*HISTORY[:length])) == snapshot(a_ledger(*HISTORY[:length]))
