"""Each bound of a control plane, and the error that whoever meets it sees."""

import pytest

from fastworker.application.admission import MOST_NAMES
from fastworker.application.limits import LONGEST_ID, Limits
from fastworker.domain.errors import (
    InvalidOption,
    InvalidSetting,
    PayloadTooLarge,
    QueueFull,
    ResultExpired,
    TooManyPeers,
    TooManyUnfinished,
    UnknownTask,
)
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Submission
from fastworker.domain.terms import Terms

from ...builders import ManualCoordinator, a_submission, a_uuid7, an_outcome


def refusal(plane: ManualCoordinator, *submissions, **options):
    """Submit what is accepted but for the last, and return the error of that."""
    *accepted, last = plane.submit(*submissions, **options)
    assert accepted == [None] * len(accepted)
    return last


def test_tasks_that_wait_for_their_time_count_as_queued():
    plane = ManualCoordinator(limits=Limits(max_queued=2))
    error = refusal(plane, a_submission(terms=Terms(delay_seconds=60.0)), a_submission(), a_submission())

    assert type(error) is QueueFull
    assert str(error) == "the queue holds 2 tasks, its limit (--max-queued); try again later"


def test_the_arguments_of_unfinished_tasks_have_a_bound_together():
    plane = ManualCoordinator(limits=Limits(max_queued_bytes=10))
    error = refusal(plane, a_submission("t1", payload=bytes(6)), a_submission(payload=bytes(5)))
    assert type(error) is QueueFull
    assert "hold 6 bytes of arguments, and 5 more exceed the limit of 10 (--max-queued-bytes)" in str(error)
    assert refusal(plane, a_submission(payload=bytes(4))) is None
    plane.cancel("t1")

    assert refusal(plane, a_submission(payload=bytes(6))) is None


def test_a_running_task_holds_its_arguments_until_it_ends():
    plane = ManualCoordinator(limits=Limits(max_queued_bytes=10))
    plane.join()
    plane.accepted(a_submission(payload=bytes(10)))
    (task,) = plane.poll()
    assert isinstance(refusal(plane, a_submission(payload=bytes(1))), QueueFull)
    plane.report(task)

    assert refusal(plane, a_submission(payload=bytes(1))) is None


def test_the_arguments_of_one_task_have_a_bound():
    plane = ManualCoordinator(limits=Limits(max_payload_bytes=2000))
    assert refusal(plane, a_submission(payload=bytes(2000))) is None
    error = refusal(plane, a_submission(payload=bytes(2001)))

    assert type(error) is PayloadTooLarge
    assert "the arguments of 'echo' take 2,001 bytes, this control plane takes 2,000 (--max-payload-bytes)" in str(
        error
    )


def test_the_unfinished_tasks_of_one_client_have_a_bound_of_their_own():
    plane = ManualCoordinator(limits=Limits(max_unfinished=1))
    plane.open_session("other")
    error = refusal(plane, a_submission("t1"), a_submission())
    assert type(error) is TooManyUnfinished
    assert "this client has 1 unfinished tasks, its limit (--max-unfinished)" in str(error)
    assert refusal(plane, a_submission(), session_id="other") is None
    plane.cancel("t1")

    assert refusal(plane, a_submission()) is None


def test_a_session_that_was_opened_anew_has_no_unfinished_tasks_and_never_fewer():
    plane = ManualCoordinator()
    plane.accepted(a_submission("t1"))
    plane.open_session("client")
    plane.cancel("t1")

    assert plane.ledger.sessions["client"].unfinished == 0


def test_what_is_refused_holds_nothing():
    plane = ManualCoordinator(limits=Limits(max_payload_bytes=1))
    refusal(plane, a_submission())

    assert (plane.ledger.tasks, plane.ledger.payload_bytes) == ({}, 0)
    assert plane.ledger.sessions["client"].unfinished == 0


def test_every_submission_of_an_unknown_name_is_told_the_near_ones():
    plane = ManualCoordinator()
    answers = plane.submit(*(a_submission(name="ehco") for _ in range(3)), a_submission(name="other"))

    assert all(isinstance(answer, UnknownTask) for answer in answers)
    assert answers[0] is answers[2]
    assert "known here: echo" in str(answers[3])


@pytest.mark.parametrize("is_reaped", [True, False])
def test_a_submission_that_is_sent_again_after_its_result_was_forgotten_does_not_run_twice(is_reaped):
    plane = ManualCoordinator(result_ttl_seconds=30.0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))
    plane.now += 30.0
    if is_reaped:
        plane.tick_after(0.0)
    (answer,) = plane.submit(a_submission(a_uuid7(1000)), is_repeated=True)

    assert isinstance(answer, ResultExpired)
    assert "it is not run again" in str(answer)


def test_a_submission_that_is_sent_again_and_was_never_seen_is_accepted():
    plane = ManualCoordinator(result_capacity=0)
    plane.accepted(a_submission(a_uuid7(1000)))
    plane.cancel(a_uuid7(1000))

    assert plane.submit(a_submission(a_uuid7(2000)), is_repeated=True) == [None]


@pytest.mark.parametrize("size", [0, LONGEST_ID + 1])
def test_the_id_of_a_task_has_a_bound(size):
    error = refusal(ManualCoordinator(), Submission("x" * size, "echo", TaskPriority.NORMAL, b"[]"))

    assert type(error) is InvalidOption
    assert str(error) == f"a task id has 1 to {LONGEST_ID} characters, this one {size}"


def test_a_batch_is_accepted_up_to_the_bound_and_refused_beyond_it():
    plane = ManualCoordinator(limits=Limits(max_queued=3, max_queued_bytes=5))
    answers = plane.submit(*(a_submission(payload=bytes(size)) for size in (2, 4, 2, 1, 1)))

    assert [type(answer) for answer in answers] == [type(None), QueueFull, type(None), type(None), QueueFull]
    assert plane.ledger.payload_bytes == 5


def test_a_result_has_a_bound():
    plane = ManualCoordinator(limits=Limits(max_result_bytes=3))
    plane.join(slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2"))
    small, large = plane.poll()
    plane.report(small, an_outcome(payload=bytes(3)))
    plane.report(large, an_outcome(payload=bytes(4)))

    assert plane.status("t1") is TaskStatus.SUCCESS
    task = plane.find("t2")
    assert (task.status, task.outcome.error.error_type, task.outcome.payload) == (
        TaskStatus.FAILURE,
        "PayloadTooLarge",
        b"",
    )


# ---- peers ----


def test_the_id_of_a_session_has_a_bound():
    plane = ManualCoordinator()
    with pytest.raises(InvalidSetting, match=f"a session id has at most {LONGEST_ID} characters"):
        plane.open_session("x" * (LONGEST_ID + 1))


@pytest.mark.parametrize(
    "options",
    [
        {"worker_id": "x" * (LONGEST_ID + 1)},
        {"worker_id": ""},
        {"incarnation": "x" * (LONGEST_ID + 1)},
        {"names": {"x" * (LONGEST_ID + 1)}},
        {"names": {""}},
    ],
)
def test_the_ids_of_a_worker_and_the_names_of_its_tasks_have_a_bound(options):
    plane = ManualCoordinator()
    with pytest.raises(InvalidSetting, match=f"has 1 to {LONGEST_ID} characters"):
        plane.join(**options)


def test_the_number_of_tasks_of_a_worker_has_a_bound():
    plane = ManualCoordinator()
    with pytest.raises(InvalidSetting, match=f"a worker has at most {MOST_NAMES} tasks"):
        plane.join(names={f"task {number}" for number in range(MOST_NAMES + 1)})
    plane.join(names={f"task {number}" for number in range(MOST_NAMES)})


def test_so_many_clients_are_connected_and_no_more():
    plane = ManualCoordinator(limits=Limits(max_clients=2))
    plane.open_session("other")
    with pytest.raises(TooManyPeers, match=r"2 clients are connected, the limit \(--max-clients\)"):
        plane.open_session("third")
    plane.open_session("other")
    plane.coordinator.close_session("other")

    plane.open_session("third")


def test_so_many_workers_are_connected_and_no_more():
    plane = ManualCoordinator(limits=Limits(max_workers=1))
    plane.join("a")
    with pytest.raises(TooManyPeers, match=r"1 workers are connected, the limit \(--max-workers\)"):
        plane.join("b")
    plane.join("a", incarnation="second life")
    plane.leave("a")

    plane.join("b")


@pytest.mark.parametrize("slots", [-1, 0, 5, 10**9])
def test_a_worker_offers_at_least_one_slot_and_no_more_than_it_may(slots):
    plane = ManualCoordinator(limits=Limits(max_slots=4))
    with pytest.raises(InvalidSetting, match=rf"offers {slots} slots .*takes 1 to 4 \(--max-slots\)"):
        plane.join(slots=slots)

    assert len(plane.ledger.workers) == 0


def test_a_worker_that_may_not_join_again_keeps_its_older_self():
    plane = ManualCoordinator(limits=Limits(max_slots=4))
    plane.join()
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    with pytest.raises(InvalidSetting):
        plane.join(slots=5)

    assert plane.report(task) == []
