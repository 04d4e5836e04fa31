"""Failures grouped by what they have in common."""

import traceback
from dataclasses import replace

import pytest

from fastworker.application.observatory.error_groups import MOST_GROUPS, MOST_SAMPLES, ErrorGroups, Failure
from fastworker.application.observatory.fingerprints import fault_of, fingerprint_of, latest_error
from fastworker.application.observatory.troubled_tasks import MOST_WAYS, TroubledTasks
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Attempt, ErrorRecord, Outcome
from fastworker.domain.terms import Backoff, Terms

from ....builders import a_failure, a_submission, a_task, an_outcome
from .observed import ObservedCoordinator

TRACE = """Traceback (most recent call last):
  File "/home/ann/shop/orders.py", line 12, in ship
    post(order)
  File "/home/ann/shop/post.py", line 40, in post
    connection.send(order)
  File "/usr/lib/python3.12/site-packages/http/client.py", line 9, in send
    raise ValueError(order)
ValueError: 17
"""


def an_error(trace: str = TRACE, *, kind: str = "ValueError", message: str = "17") -> ErrorRecord:
    return ErrorRecord(kind, message, trace)


def a_failure_of(
    task_id: str = "t1",
    *,
    name: str = "ship",
    worker_id: str = "w1",
    error: ErrorRecord | None = None,
    is_retried: bool = False,
    at: float = 1000.0,
) -> Failure:
    return Failure(task_id, name, worker_id, error or an_error(), is_retried, at)


# ---- fingerprints ----


def test_the_frame_is_the_innermost_of_the_applications_own():
    assert fault_of("ship", an_error()).frame == "/home/ann/shop/post.py:40 in post"


@pytest.mark.parametrize(
    "other",
    [
        an_error(message="18"),
        an_error(TRACE.replace("line 40", "line 44")),
        an_error(TRACE.replace("/home/ann/", "/srv/")),
        an_error(TRACE.replace("client.py", "other.py")),
        an_error(TRACE.replace("/", "\\")),
    ],
)
def test_equal_failures_have_one_fingerprint(other):
    assert fault_of("bill", other).fingerprint == fault_of("ship", an_error()).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        an_error(kind="KeyError"),
        an_error(TRACE.replace("in post", "in send_it")),
        an_error(TRACE.replace("shop/post.py", "shop/mail.py")),
        an_error(""),
    ],
)
def test_other_failures_have_another_fingerprint(other):
    assert fault_of("ship", other).fingerprint != fault_of("ship", an_error()).fingerprint


def test_without_a_traceback_the_task_function_takes_the_place_of_the_frame():
    lost = an_error("", kind="WorkerLost")

    assert fault_of("ship", lost).frame == ""
    assert fault_of("ship", lost).fingerprint != fault_of("bill", lost).fingerprint


def test_where_all_frames_are_foreign_the_innermost_is_told():
    trace = TRACE.replace("/home/ann/shop", "/usr/lib/python3.12/site-packages/shop")

    assert fault_of("ship", an_error(trace)).frame.endswith("http/client.py:9 in send")


def test_of_a_chain_of_exceptions_the_last_one_counts():
    first = TRACE.replace("post.py", "first.py").replace("in post", "in first")
    trace = f"{first}\nDuring handling of the above exception, another exception occurred:\n\n{TRACE}"

    assert fault_of("ship", an_error(trace)) == fault_of("ship", an_error())


def test_where_the_last_of_a_chain_was_raised_in_foreign_code_the_one_before_tells_where():
    foreign = TRACE.replace("/home/ann/shop", "/usr/lib/python3.12/site-packages/shop")
    trace = f"{TRACE}\nThe above exception was the direct cause of the following exception:\n\n{foreign}"

    assert fault_of("ship", an_error(trace)) == fault_of("ship", an_error())


def test_a_real_traceback_is_read():
    def fail():
        raise ExceptionGroup("both", [ValueError("one")])

    with pytest.raises(ExceptionGroup) as caught:
        fail()
    trace = "".join(traceback.format_exception(caught.value))

    assert fault_of("ship", an_error(trace)).frame.endswith("in fail")


def test_the_latest_error_of_a_task_is_that_of_its_end_or_of_its_last_attempt():
    error = an_error()
    attempt = Attempt(1, "w1", 1000.0, 0.5, TaskStatus.FAILURE, error)
    waits = a_task(status=TaskStatus.SCHEDULED)
    waits.history = (attempt,)
    failed = a_task(outcome=an_outcome(TaskStatus.FAILURE, error=error))
    cancelled = a_task(outcome=an_outcome(TaskStatus.CANCELLED, error=error))

    assert [latest_error(task) for task in (a_task(), waits, failed, cancelled)] == [None, error, error, None]
    assert fingerprint_of(failed) == fault_of("echo", error).fingerprint
    assert fingerprint_of(a_task()) is None


# ---- groups ----


def test_equal_failures_are_one_group():
    groups = ErrorGroups()
    groups.add(a_failure_of("t1", at=1000.0, is_retried=True))
    groups.add(a_failure_of("t2", name="bill", worker_id="w2", error=an_error(message="18"), at=1060.0))
    (group,) = groups.newest_first()

    assert (group.count, group.retried, group.first_at, group.last_at) == (2, 1, 1000.0, 1060.0)
    assert (group.functions, group.workers, group.task_ids) == (["bill", "ship"], ["w2", "w1"], ["t2", "t1"])
    assert (group.error.message, group.frame) == ("18", "/home/ann/shop/post.py:40 in post")
    assert groups.get(group.fingerprint) is group
    assert groups.get("another") is None


def test_the_group_that_failed_last_is_the_first():
    groups = ErrorGroups()
    for kind in ("A", "B", "A"):
        groups.add(a_failure_of(error=an_error(kind=kind)))

    assert [group.error.error_type for group in groups.newest_first()] == ["A", "B"]


def test_groups_in_which_nothing_failed_for_long_make_room():
    groups = ErrorGroups()
    for number in range(MOST_GROUPS + 3):
        groups.add(a_failure_of(error=an_error(kind=f"Error{number}")))
        groups.add(a_failure_of(error=an_error(kind="Error0")))

    assert (len(groups), groups.forgotten) == (MOST_GROUPS, 3)
    assert {"Error0", f"Error{MOST_GROUPS + 2}"} < {group.error.error_type for group in groups.newest_first()}


def test_a_group_names_the_latest_tasks_only():
    groups = ErrorGroups()
    for number in range(100):
        groups.add(a_failure_of(f"t{number}", worker_id=f"w{number}"))
    (group,) = groups.newest_first()

    assert (group.count, len(group.task_ids), group.task_ids[0], len(group.workers)) == (100, MOST_SAMPLES, "t99", 20)


def test_a_group_tells_its_failures_of_each_minute_of_the_last_hour():
    groups = ErrorGroups()
    for minute in range(100):
        groups.add(a_failure_of(at=minute * 60.0))
    groups.add(a_failure_of(at=99 * 60.0 + 59.0))
    (group,) = groups.newest_first()

    assert group.per_minute(now=99 * 60.0 + 59.0) == [1] * 59 + [2]
    assert group.per_minute(now=101 * 60.0) == [1] * 57 + [2, 0, 0]


# ---- what became of the tasks ----


def the_groups(plane: ObservedCoordinator) -> dict[str, tuple[int, dict[str, int]]]:
    """How many tasks of each group go on, and how many ended as what, by the type of the error."""
    return {
        group.error.error_type: (group.going_on, {status.value: number for status, number in group.ended.items()})
        for group in plane.observatory.errors.newest_first()
    }


def a_failing(kind: str, *, is_retryable: bool = True) -> Outcome:
    return replace(a_failure(is_retryable=is_retryable), error=ErrorRecord(kind, "no"))


def test_a_group_tells_what_became_of_its_tasks():
    plane = ObservedCoordinator()
    plane.join(slots=4)
    terms = Terms(retries=1, backoff=Backoff(5.0))
    plane.accepted(*(a_submission(f"t{number}", terms=terms) for number in range(4)))
    first, second, third, fourth = plane.poll_all()
    for failed in (first, second, third):
        plane.report(failed, a_failing("Refused"))
    plane.report(fourth, a_failing("Refused", is_retryable=False))
    assert the_groups(plane) == {"Refused": (3, {"failure": 1})}

    plane.cancel("t2")
    plane.fire_after(6.0)
    for task, outcome in zip(plane.poll_all(), (an_outcome(), a_failing("Refused")), strict=True):
        plane.report(task, outcome)
    assert the_groups(plane) == {"Refused": (0, {"failure": 2, "cancelled": 1, "success": 1})}


def test_a_task_that_fails_in_several_ways_is_one_of_each():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1", terms=Terms(retries=3, backoff=Backoff(1.0))))
    for kind in ("Refused", "Refused", "Slow"):
        plane.report(*plane.poll_all(), a_failing(kind))
        plane.fire_after(10.0)
    assert the_groups(plane) == {"Slow": (1, {}), "Refused": (1, {})}

    plane.leave()
    assert the_groups(plane) == {"Slow": (1, {}), "Refused": (1, {})}
    plane.join(incarnation="second life")
    plane.report(*plane.poll_all(), an_outcome())
    assert the_groups(plane) == {"Slow": (0, {"success": 1}), "Refused": (0, {"success": 1})}


def test_a_task_that_was_lost_is_told_as_lost():
    plane = ObservedCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    plane.poll_all()
    plane.tick_after(60.0)

    assert list(the_groups(plane).values()) == [(0, {"lost": 1})]


def test_nothing_is_kept_of_tasks_that_have_ended():
    troubled = TroubledTasks[str]()
    ends = [("t1", TaskStatus.FAILURE), ("t2", TaskStatus.SUCCESS)]
    assert [troubled.add("t1", way) for way in ("a", "b", "a")] == [True, True, False]
    assert list(troubled.end(ends)) == [("a", TaskStatus.FAILURE), ("b", TaskStatus.FAILURE)]
    assert list(troubled.end(ends)) == []


def test_a_task_is_followed_in_so_many_ways_only():
    troubled = TroubledTasks[int]()

    assert [troubled.add("t1", way) for way in range(MOST_WAYS + 1)] == [True] * MOST_WAYS + [False]
