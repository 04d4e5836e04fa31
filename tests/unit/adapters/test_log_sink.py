"""What an operator reads: workers that come and go, and tasks that do not succeed."""

import pytest
import structlog

from fastworker.adapters.log_sink import LogSink
from fastworker.domain.action import Action, Actor
from fastworker.domain.events import (
    ActionTaken,
    DrainStarted,
    Event,
    ReportSuperseded,
    ResultRead,
    SessionOpened,
    TaskFinished,
    TaskReturned,
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.worker_registry import WorkerCard

CARD = WorkerCard(worker_id="w1", incarnation="i", slots=4, names=frozenset({"resize", "send"}))
FAILED = Outcome(TaskStatus.FAILURE, b"", ErrorRecord("ValueError", "bad", "long traceback"))


def lines(event: Event) -> list[dict[str, object]]:
    with structlog.testing.capture_logs() as logs:
        LogSink().emit(event)
    return logs


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (WorkerJoined(CARD, 1.0), {"event": "worker_joined", "worker_id": "w1", "slots": 4, "tasks": 2}),
        (
            WorkerLeft("w1", "silent", 1.0),
            {"event": "worker_left", "worker_id": "w1", "reason": "silent", "log_level": "warning"},
        ),
        (WorkerLeft("w1", "left", 1.0), {"event": "worker_left", "worker_id": "w1", "reason": "left"}),
        (DrainStarted(), {"event": "drain_started"}),
    ],
)
def test_what_comes_and_goes_is_told(event: Event, line: dict[str, object]) -> None:
    assert lines(event) == [{"log_level": "info"} | line]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            TaskFinished("t1", FAILED, 1.0),
            {"event": "task_not_successful", "task_id": "t1", "status": "failure", "error": "ValueError: bad"},
        ),
        (
            TaskFinished("t1", Outcome(TaskStatus.LOST), 1.0),
            {"event": "task_not_successful", "task_id": "t1", "status": "lost", "error": None},
        ),
        (ReportSuperseded("w1", "t1"), {"event": "report_superseded", "worker_id": "w1", "task_id": "t1"}),
    ],
)
def test_what_went_wrong_is_a_warning(event: Event, line: dict[str, object]) -> None:
    assert lines(event) == [line | {"log_level": "warning"}]


@pytest.mark.parametrize(
    "event",
    [
        TaskFinished("t1", Outcome(TaskStatus.SUCCESS, b"1"), 1.0),
        WorkerHeard("w1", 1.0),
        SessionOpened("s", 1.0),
        TaskReturned("t1", 1003.0),
        ResultRead("t1"),
    ],
)
def test_what_is_as_it_should_be_is_not_logged(event: Event) -> None:
    assert lines(event) == []


@pytest.mark.parametrize(("refusal", "said"), [("", "action_taken"), ("needs operator", "action_refused")])
def test_what_people_do_is_told_with_who_they_are(refusal: str, said: str) -> None:
    action = Action(Actor("ann", "viewer", "127.0.0.1"), "cancel", "t1", "queued", "cancelled", refusal)

    assert lines(ActionTaken(action, 1.0)) == [
        {
            "log_level": "info",
            "event": said,
            "what": "cancel",
            "target": "t1",
            "actor": "ann",
            "role": "viewer",
            "remote": "127.0.0.1",
            "before": "queued",
            "after": "cancelled",
            "refusal": refusal or None,
        }
    ]


def test_it_has_an_ear_for_what_it_logs_only() -> None:
    assert LogSink().ear(DrainStarted) is not None
    assert LogSink().ear(WorkerHeard) is None
