"""What the coordinator's values look like as messages, and messages as its values."""

import pytest

from fastworker.application import views
from fastworker.application.messages import (
    BATCH_BYTES,
    Inspected,
    Join,
    LeaseEntry,
    Poll,
    Report,
    ReportEntry,
    Submit,
    SubmitEntry,
    TaskState,
    WorkerState,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord, Outcome, Submission
from fastworker.domain.worker_registry import WorkerCard

from ...builders import ManualCoordinator, a_lease, a_submission, a_task, a_uuid7, an_outcome

ERROR = ErrorRecord("ValueError", "no such size", "Traceback")


def test_a_waiting_task_shows_neither_worker_nor_times():
    task = a_task("t1", name="resize", priority=TaskPriority.HIGH)

    assert views.task_state(task) == TaskState("t1", TaskStatus.QUEUED, "resize", TaskPriority.HIGH)
    assert views.result_payload(task) == b""


def test_a_finished_task_shows_all_there_is_to_know():
    task = a_task(
        "t1",
        status=TaskStatus.FAILURE,
        attempts=2,
        lease=a_lease("w1", attempt=2, leased_at=1003.0),
        outcome=an_outcome(TaskStatus.FAILURE, payload=b"1", error=ERROR, run_seconds=0.5),
    )

    assert views.task_state(task) == TaskState(
        "t1", TaskStatus.FAILURE, "echo", TaskPriority.NORMAL, 2, "w1", wait_seconds=3.0, run_seconds=0.5, error=ERROR
    )
    assert views.result_payload(task) == b"1"


def test_a_task_that_is_found_comes_with_its_result():
    task = a_task(status=TaskStatus.SUCCESS, outcome=an_outcome(payload=b"1"))
    ledger = ManualCoordinator().ledger

    assert views.found_or_missing(task, task.task_id, ledger) == (views.task_state(task), b"1")


def test_a_result_that_has_expired_is_told_from_an_id_never_seen():
    plane = ManualCoordinator(result_capacity=0)
    plane.join()
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.report(*plane.poll())

    for task_id, is_forgotten in ((a_uuid7(1000), True), (a_uuid7(2000), False)):
        found = views.found_or_missing(plane.find(task_id), task_id, plane.ledger)
        assert found == (TaskState(task_id, None, is_forgotten=is_forgotten), b"")


def test_a_worker_is_told_what_it_needs_to_run_a_task():
    task = a_task("t1", name="resize", lease=a_lease(attempt=2, token=7))

    assert views.lease_entry(task) == LeaseEntry("t1", "resize", attempt=2, token=7)


def test_submissions_come_with_their_arguments():
    request = Submit(
        epoch="e",
        session_id="s",
        deadline=0.0,
        entries=[SubmitEntry("t1", "echo", TaskPriority.LOW), SubmitEntry("t2", "add", TaskPriority.HIGH)],
        payloads=[b"[1]", b"[2]"],
    )

    assert views.submissions(request) == [
        Submission("t1", "echo", TaskPriority.LOW, b"[1]"),
        Submission("t2", "add", TaskPriority.HIGH, b"[2]"),
    ]


ENDED = [ReportEntry("t1", 7, TaskStatus.SUCCESS, 0.5), ReportEntry("t2", 8, TaskStatus.FAILURE, 1.5, ERROR)]


@pytest.mark.parametrize(
    "message",
    [
        Report(epoch="e", worker_id="w", incarnation="i", entries=ENDED, payloads=[b"1", b""]),
        Poll(
            epoch="e",
            deadline=0.0,
            worker_id="w",
            incarnation="i",
            acknowledged=0,
            entries=ENDED,
            payloads=[b"1", b""],
        ),
    ],
    ids=["report", "poll"],
)
def test_outcomes_come_with_their_results(message):
    assert views.outcomes(message) == [
        ("t1", 7, Outcome(TaskStatus.SUCCESS, b"1", None, 0.5)),
        ("t2", 8, Outcome(TaskStatus.FAILURE, b"", ERROR, 1.5)),
    ]


def test_a_worker_that_joins_is_taken_at_its_word():
    request = Join(
        epoch="e",
        deadline=0.0,
        worker_id="w",
        incarnation="i",
        slots=4,
        names=["echo", "add"],
        is_local=True,
        address="tcp://127.0.0.1:6000",
        version="1.0",
    )

    assert views.worker_card(request) == WorkerCard(
        "w", "i", 4, frozenset({"echo", "add"}), True, "tcp://127.0.0.1:6000", "1.0"
    )


def test_an_inspection_shows_the_present_state_in_numbers():
    plane = ManualCoordinator(names={"resize"})
    plane.join("w1", slots=2, names={"echo", "add"})
    plane.accepted(
        a_submission("t1"),
        a_submission("t2"),
        a_submission(name="resize", priority=TaskPriority.LOW),
        a_submission(name="resize"),
    )
    plane.report(plane.poll("w1")[0])
    plane.coordinator.report("w1", "first life", [("t9", 1, an_outcome())], 0, now=plane.now)

    inspected = views.inspected(plane.ledger, epoch="e", version="1.0", up_seconds=60.0, now=plane.now + 2.0)

    assert inspected == Inspected(
        epoch="e",
        version="1.0",
        up_seconds=60.0,
        names=["add", "echo", "resize"],
        workers=[
            WorkerState(
                worker_id="w1",
                slots=2,
                running=1,
                finished=1,
                heard_seconds_ago=2.0,
                is_local=False,
                address="",
                names=["add", "echo"],
            )
        ],
        queued={TaskPriority.CRITICAL: 0, TaskPriority.HIGH: 0, TaskPriority.NORMAL: 1, TaskPriority.LOW: 1},
        running=1,
        finished={**dict.fromkeys(TaskStatus, 0), TaskStatus.SUCCESS: 1},
        superseded=1,
        results_kept=1,
    )


def test_a_batch_of_states_closes_at_its_number_of_bytes_but_takes_any_first_entry():
    state = TaskState("t1", TaskStatus.SUCCESS)
    batch, other = views.Batch(), views.Batch()

    assert [batch.add(state, bytes(size)) for size in (BATCH_BYTES - 1, 1, 1, 0)] == [True, True, False, True]
    assert [len(payload) for payload in batch.payloads] == [BATCH_BYTES - 1, 1, 0]
    assert len(batch.entries) == 3
    assert [other.add(state, bytes(size)) for size in (2 * BATCH_BYTES, 1)] == [True, False]
