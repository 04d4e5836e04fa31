"""What of a trace context travels with a task."""

import pytest

from fastworker.application import views
from fastworker.application.messages import Report, ReportEntry, RetryWish, Submit, SubmitEntry
from fastworker.application.trace_context import TRACE_CHARACTERS, bounded_trace, trace_id_of
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Lease, Order
from fastworker.domain.terms import TraceContext

from ...builders import a_submission

PARENT = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
TRACE: TraceContext = (PARENT, ("tracestate", "a=1"))
TOO_LONG: TraceContext = (PARENT, ("baggage", "x" * TRACE_CHARACTERS))


def test_a_context_is_kept_up_to_its_bound_from_the_front():
    assert bounded_trace(TRACE) == TRACE
    assert bounded_trace((("a", "x" * (TRACE_CHARACTERS - 1)),)) is not None
    assert bounded_trace((("a", "x" * TRACE_CHARACTERS),)) is None
    assert bounded_trace(TOO_LONG) == (PARENT,)
    assert bounded_trace(None) is bounded_trace(()) is None


def a_submit(trace: TraceContext | None) -> Submit:
    entry = SubmitEntry("t1", "echo", TaskPriority.NORMAL).traced(trace)
    return Submit(epoch="e", session_id="s", deadline=0.0, entries=[entry], payloads=[b"{}"])


def test_a_submission_keeps_the_context_that_a_client_sent_as_far_as_it_is_short_enough():
    for sent, kept in ((TRACE, TRACE), (TOO_LONG, (PARENT,)), (None, None)):
        [submission] = views.submissions(a_submit(sent))
        assert submission.terms.trace == kept


def test_a_worker_is_told_the_trace_of_a_task_and_that_of_the_attempt_before():
    submission = views.submissions(a_submit(TRACE))[0]
    details = views.lease_entry(Order(submission, Lease("w", 2, 1, 0.0, previous_trace=(PARENT,)))).details
    assert details is not None
    assert (details.terms.trace, details.previous_trace) == (TRACE, (PARENT,))
    assert views.lease_entry(Order(a_submission(), Lease("w", 1, 1, 0.0))).details is None


def test_the_trace_of_an_attempt_that_is_tried_again_comes_with_its_outcome():
    entry = ReportEntry("t1", 7, TaskStatus.FAILURE, 1.0, None, RetryWish(trace=TOO_LONG))
    report = Report(epoch="e", worker_id="w", incarnation="i", entries=[entry], payloads=[b""])
    [(_, _, outcome)] = views.outcomes(report)
    assert outcome.trace == (PARENT,)


TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    "context",
    [
        TRACE,
        (("tracestate", "a=1"), PARENT),
        (("Traceparent", f"00-{TRACE_ID}-{SPAN_ID}-00"),),
        (("traceparent", f"cc-{TRACE_ID}-{SPAN_ID}-01-what comes later"),),
    ],
)
def test_a_context_names_its_trace(context):
    assert trace_id_of(context) == TRACE_ID


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            TRACE_ID,
            f"00-{TRACE_ID}-{SPAN_ID}-01-more",
            f"00-{TRACE_ID}",
            f"00-{TRACE_ID}-{SPAN_ID}",
            f"00-{TRACE_ID}-{SPAN_ID}-01 ",
        ),
        *(f"ff-{TRACE_ID}-{SPAN_ID}-01", f"00-{'0' * 32}-{SPAN_ID}-01", f"00-{TRACE_ID}-{'0' * 16}-01"),
        *(f"00-{TRACE_ID.upper()}-{SPAN_ID}-01", f"00-{TRACE_ID}0-{SPAN_ID}-01", f"00-{TRACE_ID[:30]}/.-{SPAN_ID}-01"),
        *(f"00-{TRACE_ID}-{SPAN_ID}-01\n", f"00-{TRACE_ID[:-1]}\u0663-{SPAN_ID}-01"),
    ],
)
def test_what_the_w3c_would_not_take_names_no_trace(value):
    assert trace_id_of((("traceparent", value),)) is None


def test_a_context_without_a_parent_names_no_trace():
    assert trace_id_of((("tracestate", "a=1"),)) is trace_id_of(None) is None
