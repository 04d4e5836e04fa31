"""Spans of tasks are kept for people, bounded by task and in all, for as long as the task is remembered."""

from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_spans import TaskSpans
from fastworker.domain.events import TaskTraced
from tests.builders import ManualCoordinator, a_span, a_submission, a_task


def names(spans, task_id="t1"):
    return [kept.span.name for kept in spans.of(task_id)]


def test_a_task_without_spans_has_none():
    spans = TaskSpans()

    assert (len(spans), spans.of("t1"), spans.last("t1"), spans.trace_id("t1")) == (0, (), 0, None)
    spans.forget([a_task("t1")])


def test_of_each_task_the_latest_are_kept_under_numbers_that_show_what_is_gone():
    spans = TaskSpans(of_each=2)
    for name in ("a", "b", "c"):
        spans.add("t1", 1, "w1", a_span(name))

    assert [(kept.number, kept.attempt, kept.worker_id, kept.span.name) for kept in spans.of("t1")] == [
        (2, 1, "w1", "b"),
        (3, 1, "w1", "c"),
    ]
    assert (len(spans), spans.last("t1"), spans.trace_id("t1")) == (2, 3, a_span().trace_id)


def test_beyond_the_bound_in_all_the_oldest_task_loses_its_spans():
    spans = TaskSpans(in_all=3)
    for task_id in ("t1", "t2", "t1", "t3"):
        spans.add(task_id, 1, "w1", a_span(task_id))

    assert [names(spans, task_id) for task_id in ("t1", "t2", "t3")] == [[], ["t2"], ["t3"]]
    assert len(spans) == 2


def test_where_none_are_to_be_kept_none_are():
    spans = TaskSpans(of_each=0)
    spans.add("t1", 1, "w1", a_span())

    assert (len(spans), spans.of("t1")) == (0, ())


def test_what_a_running_attempt_tells_is_kept_until_its_task_is_forgotten():
    plane = ManualCoordinator(result_capacity=1)
    observatory = Observatory(plane.ledger, now=plane.now)
    plane.join("w1", slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2"))
    tasks = plane.poll("w1")
    for task in tasks:
        plane.note(task.task_id, task.lease, a_span(task.task_id))
    tell(plane, observatory)
    assert [names(observatory.spans, task.task_id) for task in tasks] == [["t1"], ["t2"]]
    (kept,) = observatory.spans.of("t1")
    assert (kept.attempt, kept.worker_id) == (1, "w1")

    for task in tasks:
        plane.report(task)
    tell(plane, observatory)
    assert [names(observatory.spans, task.task_id) for task in tasks] == [[], ["t2"]]


def test_a_span_of_an_attempt_that_is_over_is_dropped_and_a_span_changes_nothing_of_a_task():
    plane = ManualCoordinator()
    plane.join()
    plane.accepted(a_submission("t1"))
    (task,) = plane.poll()
    plane.note("t1", task.lease, a_span())
    assert task.journal is None
    plane.report(task)
    plane.note("t1", task.lease, a_span())

    assert len([event for event in plane.sink.events if isinstance(event, TaskTraced)]) == 1
    assert plane.rebuilt().results.by_id == plane.ledger.results.by_id


def tell(plane, observatory):
    """Have an observatory hear of what has happened since."""
    for event in plane.sink.events:
        observatory.emit(event)
    plane.sink.events.clear()
    observatory.tick(now=plane.now)
