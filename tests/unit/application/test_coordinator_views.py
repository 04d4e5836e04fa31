"""What the coordinator's values look like as messages, and messages as its values."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from fastworker.application import views
from fastworker.application.batch_size import result_size
from fastworker.application.messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    AttemptState,
    Beat,
    Completions,
    Declared,
    Follow,
    Inspected,
    Join,
    LeaseDetails,
    LeaseEntry,
    NoteEntry,
    Poll,
    Report,
    ReportEntry,
    RetryWish,
    StepEntry,
    Submit,
    SubmitEntry,
    TaskDetails,
    TaskState,
    WorkerState,
)
from fastworker.domain.errors import BadFrame
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord, Lease, Order, Outcome, Submission
from fastworker.domain.terms import Backoff, Terms
from fastworker.domain.vitals import Vitals
from fastworker.domain.worker_registry import WorkerCard

from ...builders import ManualCoordinator, a_card, a_failure, a_lease, a_submission, a_task, a_uuid7, an_outcome

ERROR = ErrorRecord("ValueError", "no such size", "Traceback")


def test_a_waiting_task_shows_neither_worker_nor_times():
    task = a_task("t1", name="resize", priority=TaskPriority.HIGH)

    assert views.task_state(task, now=1005.0) == TaskState("t1", TaskStatus.QUEUED, "resize", TaskPriority.HIGH)
    assert views.result_payload(task) == b""


def test_a_finished_task_shows_all_there_is_to_know():
    task = a_task(
        "t1",
        status=TaskStatus.FAILURE,
        attempts=2,
        lease=a_lease("w1", attempt=2, leased_at=1003.0),
        outcome=an_outcome(TaskStatus.FAILURE, payload=b"1", error=ERROR, run_seconds=0.5),
    )

    assert views.task_state(task, now=1005.0) == TaskState(
        "t1", TaskStatus.FAILURE, "echo", TaskPriority.NORMAL, 2, "w1", wait_seconds=3.0, run_seconds=0.5, error=ERROR
    )
    assert views.result_payload(task) == b"1"


def test_a_task_that_is_found_comes_with_its_result():
    task = a_task(status=TaskStatus.SUCCESS, outcome=an_outcome(payload=b"1"))
    ledger = ManualCoordinator().ledger

    assert views.found_or_missing(task, task.task_id, ledger, now=1005.0) == (views.task_state(task, now=1005.0), b"1")


def test_a_result_that_has_expired_is_told_from_an_id_never_seen():
    plane = ManualCoordinator(result_capacity=0)
    plane.join()
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.report(*plane.poll())

    for task_id, is_forgotten in ((a_uuid7(1000), True), (a_uuid7(2000), False)):
        found = views.found_or_missing(plane.find(task_id), task_id, plane.ledger, now=plane.now)
        assert found == (TaskState(task_id, None, is_forgotten=is_forgotten), b"")


def test_a_worker_is_told_what_it_needs_to_run_a_task():
    order = Order(a_submission("t1", name="resize"), a_lease(attempt=2, token=7))

    assert views.lease_entry(order) == LeaseEntry("t1", "resize", attempt=2, token=7)


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
        labels={"zone": "eu"},
        digests={"echo": "1", "strange": "2"},
    )

    assert views.worker_card(request) == WorkerCard(
        "w",
        "i",
        4,
        frozenset({"echo", "add"}),
        True,
        "tcp://127.0.0.1:6000",
        "1.0",
        labels=(("zone", "eu"),),
        digests=(("echo", "1"),),
    )


def test_of_what_a_beat_tells_only_numbers_that_can_be_are_taken():
    def vitals(**said: Any) -> Vitals | None:
        return views.vitals(Beat(epoch="e", worker_id="w", incarnation="i", vitals=Vitals(**said)))

    good = {"processor_share": 0.5, "resident_bytes": 1, "lag_seconds": 0.0, "round_trip_seconds": 0.1}
    assert vitals(**good) == Vitals(**good)
    bad = {"processor_share": nan, "resident_bytes": 10**30, "lag_seconds": -1.0, "round_trip_seconds": inf}
    assert vitals(**bad) == Vitals()
    assert views.vitals(Beat(epoch="e", worker_id="w", incarnation="i")) is None


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
        scheduled=0,
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


# ---- tasks that are tried again, wait, or run another again ----


def a_retried_task(**options) -> ManualCoordinator:
    """Task t1 failed at 1000.0 and waits until 1004.0 to be tried again."""
    plane = ManualCoordinator(**options)
    plane.join()
    terms = Terms(retries=2, backoff=Backoff(4.0, jitter=0.0), origin="t0")
    plane.accepted(a_submission("t1", terms=terms))
    plane.report(*plane.poll(), a_failure())
    return plane


def test_a_task_that_waits_to_be_tried_again_shows_its_history_its_origin_and_when_it_is_due():
    plane = a_retried_task()

    assert views.task_state(plane.find("t1"), now=1001.0).details == TaskDetails(
        history=[
            AttemptState(1, "worker", 0.0, 0.5, TaskStatus.FAILURE, ErrorRecord("ValueError", "no")),
        ],
        origin="t0",
        due_in_seconds=3.0,
    )


def test_a_task_that_waits_for_its_next_attempt_shows_no_wait_before_it_began():
    plane = a_retried_task()
    plane.fire_next()

    assert views.task_state(plane.find("t1"), now=plane.now).wait_seconds >= 0.0


def test_a_task_that_has_ended_is_not_due_any_more():
    plane = a_retried_task()
    plane.cancel("t1")

    assert views.task_state(plane.find("t1"), now=plane.now).details.due_in_seconds is None


def test_a_result_takes_as_much_of_a_batch_as_the_errors_of_its_earlier_attempts():
    plane = a_retried_task()
    plane.fire_next()
    plane.report(*plane.poll())
    task = plane.find("t1")

    assert result_size(task) == 6 * len("ValueErrorno")
    assert result_size(a_task()) == 0


def a_submit(terms: Terms) -> Submit:
    entry = SubmitEntry("t1", "resize", TaskPriority.NORMAL, terms)
    return Submit(epoch="e", session_id="s", deadline=inf, entries=[entry], payloads=[b"{}"])


def a_join(terms: Terms) -> Join:
    return Join(
        epoch="e",
        deadline=inf,
        worker_id="w",
        incarnation="i",
        slots=1,
        names=["resize"],
        declared=[Declared("resize", terms)],
    )


def test_the_tags_of_a_frame_are_there_once():
    terms = Terms(tags=("b", "a", "b"))

    assert views.submissions(a_submit(terms))[0].terms.tags == ("b", "a")
    assert dict(views.worker_card(a_join(terms)).declared)["resize"].tags == ("b", "a")


@pytest.mark.parametrize(
    ("tags", "fault"),
    [((" a",), "terms that cannot be: tag ' a' has blanks around it"), (("a",) * 1_000_000, "more than 10 tags")],
)
def test_tags_that_no_peer_of_ours_sends_are_a_bad_frame_that_says_why(tags, fault):
    with pytest.raises(BadFrame, match=fault):
        views.submissions(a_submit(Terms(tags=tags)))
    with pytest.raises(BadFrame, match=fault):
        views.worker_card(a_join(Terms(tags=tags)))


@pytest.mark.parametrize(
    ("order", "details"),
    [
        (Order(a_submission(), a_lease()), None),
        (
            Order(a_submission(priority=TaskPriority.HIGH), a_lease()),
            LeaseDetails(priority=TaskPriority.HIGH),
        ),
        (
            Order(a_submission(terms=Terms(timeout_seconds=9.0)), Lease("worker", 1, 1, 1000.0, start_by=1005.0)),
            LeaseDetails(terms=Terms(timeout_seconds=9.0), start_by=1005.0),
        ),
        (Order(a_submission(), a_lease(), is_stop=True), LeaseDetails(is_stop=True)),
        (Order(a_submission(terms=Terms(tags=("nightly",))), a_lease()), None),
        (
            Order(a_submission(terms=Terms(timeout_seconds=9.0, tags=("nightly",))), a_lease()),
            LeaseDetails(terms=Terms(timeout_seconds=9.0)),
        ),
    ],
)
def test_a_lease_tells_what_most_leases_have_nothing_of(order, details):
    assert views.lease_entry(order).details == details


# ---- steps ----


def steps_of(plane: ManualCoordinator, *follows: Follow) -> list[StepEntry]:
    steps = views.Steps(now=plane.now)
    for follow in follows:
        assert steps.add(follow, plane.find(follow.task_id), plane.ledger)
    return steps.entries


def test_the_steps_of_a_followed_task_are_told_from_the_number_asked_for():
    plane = a_retried_task()
    plane.now += 2.0

    assert steps_of(plane, Follow("t1", 1)) == [StepEntry("t1", 2, 2.0, 1, TaskStatus.SCHEDULED)]
    assert steps_of(plane, Follow("t1", 2)) == []


def test_a_task_that_ended_before_anybody_followed_it_has_one_step():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.cancel("t1")

    assert steps_of(plane, Follow("t1", 7)) == [StepEntry("t1", 8, 0.0, 0, TaskStatus.CANCELLED)]


def test_a_followed_task_that_is_not_known_is_told_as_forgotten_or_never_seen():
    plane = ManualCoordinator(result_capacity=0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))

    assert steps_of(plane, Follow(a_uuid7(1000), 0), Follow("t9", 0)) == [
        StepEntry(a_uuid7(1000), 0, is_forgotten=True),
        StepEntry("t9", 0),
    ]


def test_steps_close_at_the_number_of_entries_of_a_batch():
    plane = ManualCoordinator()
    steps = views.Steps(now=plane.now)
    answers = [steps.add(Follow(f"t{number}", 0), None, plane.ledger) for number in range(BATCH_ENTRIES)]

    assert answers == [True] * (BATCH_ENTRIES - 1) + [False]


def test_news_are_empty_when_neither_tasks_nor_steps_are_new():
    task, step = a_task(status=TaskStatus.SUCCESS, outcome=an_outcome(payload=b"1")), StepEntry("t1", 1)
    state = views.task_state(task, now=1000.0)

    assert views.News(1, [], [], now=1000.0).is_empty
    assert not views.News(1, [task], [], now=1000.0).is_empty
    assert not views.News(1, [], [step], now=1000.0).is_empty
    assert views.News(3, [task], [step], now=1000.0).completions() == Completions(
        first=3, entries=[state], steps=[step], payloads=[b"1"]
    )


# ---- what workers say ----


def a_report(*, entries: list[ReportEntry] | None = None, notes: list[NoteEntry] | None = None) -> Report:
    payloads = [b""] * len(entries or [])
    return Report(
        epoch="e", worker_id="w", incarnation="i", entries=entries or [], notes=notes or [], payloads=payloads
    )


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        (NoteEntry("t1", 7, progress=Progress(1.0, 2.0, "half")), Progress(1.0, 2.0, "half")),
        (NoteEntry("t1", 7, progress=Progress(1.0)), Progress(1.0)),
        (NoteEntry("t1", 7, line=LogLine("info", "log", "text")), LogLine("info", "log", "text")),
        (NoteEntry("t1", 7, progress=Progress(nan)), None),
        (NoteEntry("t1", 7, progress=Progress(1.0, inf)), None),
        (NoteEntry("t1", 7), None),
    ],
)
def test_a_note_is_progress_or_a_line_and_any_other_is_dropped(entry, note):
    assert views.notes(a_report(notes=[entry])) == ([] if note is None else [("t1", 7, note)])


def test_long_notes_lose_their_middle():
    line = NoteEntry("t1", 7, line=LogLine("l" * 99, "n" * 999, "m" * 9_999))
    progress = NoteEntry("t1", 7, progress=Progress(1.0, message="m" * 9_999))
    (_, _, kept), (_, _, said) = views.notes(a_report(notes=[line, progress]))

    assert len(kept.level) < 99
    assert len(kept.logger) < 200
    assert len(kept.message) < 1_100
    assert len(said.message) < 1_100


@pytest.mark.parametrize(
    ("retry", "is_retryable", "after"),
    [
        (None, False, None),
        (RetryWish(), True, None),
        (RetryWish(3.0), True, 3.0),
        (RetryWish(-1.0), True, None),
        (RetryWish(nan), True, None),
        (RetryWish(inf), True, None),
    ],
)
def test_a_wish_to_be_tried_again_is_taken_and_a_wait_that_is_none_is_not(retry, is_retryable, after):
    entry = ReportEntry("t1", 7, TaskStatus.FAILURE, 1.0, ERROR, retry)
    ((_, _, outcome),) = views.outcomes(a_report(entries=[entry]))

    assert (outcome.is_retryable, outcome.retry_after) == (is_retryable, after)


@pytest.mark.parametrize(("said", "kept"), [(1.5, 1.5), (nan, 0.0), (inf, 0.0), (-1.0, 0.0)])
def test_a_time_that_is_none_counts_as_nothing(said, kept):
    entry = ReportEntry("t1", 7, TaskStatus.SUCCESS, said)
    ((_, _, outcome),) = views.outcomes(a_report(entries=[entry]))

    assert outcome.run_seconds == kept


def test_an_error_larger_than_a_batch_loses_its_middle():
    entry = ReportEntry("t1", 7, TaskStatus.FAILURE, 1.0, ErrorRecord("E" * 9_999, "m" * BATCH_BYTES, "t" * 9_999))
    ((_, _, outcome),) = views.outcomes(a_report(entries=[entry]))

    assert all(len(text) < 5_000 for text in (outcome.error.error_type, outcome.error.message, outcome.error.traceback))


def test_a_worker_shows_its_stuck_slots_and_that_it_drains():
    plane = ManualCoordinator()
    plane.join(slots=3)
    plane.poll(occupied=2)
    plane.coordinator.drain_worker("worker", now=plane.now)
    state = views.worker_state(plane.ledger.workers["worker"], now=plane.now)

    assert (state.occupied, state.is_draining) == (2, True)


@pytest.mark.parametrize(("is_local", "told"), [(False, "tcp://127.0.0.1:6000"), (True, "")])
def test_where_the_own_worker_answers_is_told_to_nobody_for_nobody_else_can_ask_there(is_local, told):
    card = replace(a_card(is_local=is_local), address="tcp://127.0.0.1:6000")

    assert views.address_for_others(card) == told


def test_a_task_that_was_to_run_later_tells_since_when_it_waits_for_a_worker():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(delay_seconds=60.0)))
    plane.fire_next()

    assert views.task_state(plane.find("t1"), now=plane.now).details == TaskDetails(queued_after_seconds=60.0)
