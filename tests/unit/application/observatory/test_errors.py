"""Failures grouped by what they have in common."""

import traceback

import pytest

from fastworker.application.observatory.error_groups import MOST_GROUPS, MOST_SAMPLES, ErrorGroups, Failure
from fastworker.application.observatory.fingerprints import fault_of, fingerprint_of, latest_error
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Attempt, ErrorRecord

from ....builders import a_task, an_outcome

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
