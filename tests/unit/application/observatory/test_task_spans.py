"""Spans of tasks are kept for people, bounded by task and in all, for as long as the task is remembered."""

from fastworker.application.observatory.observatory import Observatory
from fastworker.application.observatory.task_spans import TaskSpans
from fastworker.domain.events import TaskTraced
from fastworker.domain.task import Task
from tests.builders import ManualCoordinator, a_span, a_submission, a_task

from .observed import ObservedCoordinator


def a_numbered_task(number: int) -> Task:
    task = a_task(f"t{number}")
    task.number = number
    return task


T1, T2, T3 = map(a_numbered_task, (1, 2, 3))


def names(spans: TaskSpans, task: Task) -> list[str]:
    return [kept.span.name for kept in spans.of(task)]


def test_a_task_without_spans_has_none():
    spans = TaskSpans()

    assert (len(spans), spans.of(T1), spans.last(T1), spans.trace_id(T1)) == (0, (), 0, None)
    spans.forget([T1])


def test_of_each_task_the_latest_are_kept_under_numbers_that_show_what_is_gone():
    spans = TaskSpans(of_each=2)
    for name in ("a", "b", "c"):
        spans.add(T1, 1, "w1", a_span(name))

    assert [(kept.number, kept.attempt, kept.worker_id, kept.span.name) for kept in spans.of(T1)] == [
        (2, 1, "w1", "b"),
        (3, 1, "w1", "c"),
    ]
    assert (len(spans), spans.last(T1), spans.trace_id(T1)) == (2, 3, a_span().trace_id)


def test_beyond_the_bound_in_all_the_first_task_loses_its_oldest_spans_one_by_one():
    spans = TaskSpans(in_all=3)
    for task, name in ((T1, "a"), (T2, "b"), (T1, "c"), (T3, "d")):
        spans.add(task, 1, "w1", a_span(name))

    assert [names(spans, task) for task in (T1, T2, T3)] == [["c"], ["b"], ["d"]]
    assert len(spans) == 3


def test_a_task_that_has_lost_all_of_its_spans_goes_on_counting_where_it_was():
    spans = TaskSpans(in_all=2)
    for task, name in ((T1, "a"), (T1, "b"), (T2, "c"), (T2, "d")):
        spans.add(task, 1, "w1", a_span(name))
    assert (names(spans, T1), spans.last(T1), spans.trace_id(T1)) == ([], 2, None)
    spans.add(T1, 1, "w1", a_span("e"))

    assert [(kept.number, kept.span.name) for kept in spans.of(T1)] == [(3, "e")]
    assert names(spans, T2) == ["d"]


def test_of_a_task_that_is_forgotten_nothing_stays():
    spans = TaskSpans(in_all=2)
    for task in (T1, T2, T3):
        spans.add(task, 1, "w1", a_span())
    assert [spans.last(task) for task in (T1, T2, T3)] == [1, 1, 1]
    spans.forget([T1, T2])

    assert [spans.last(task) for task in (T1, T2, T3)] == [0, 0, 1]
    assert len(spans) == 1


def test_where_none_are_to_be_kept_none_are():
    spans = TaskSpans(of_each=0)
    spans.add(T1, 1, "w1", a_span())

    assert (len(spans), spans.of(T1)) == (0, ())


def test_what_a_running_attempt_tells_is_kept_until_its_task_is_forgotten():
    plane = ManualCoordinator(result_capacity=1)
    observatory = Observatory(plane.ledger, now=plane.now)
    plane.join("w1", slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2"))
    tasks = plane.poll("w1")
    for task in tasks:
        plane.note(task.task_id, task.lease, a_span(task.task_id))
    tell(plane, observatory)
    assert [names(observatory.spans, task) for task in tasks] == [["t1"], ["t2"]]
    (kept,) = observatory.spans.of(tasks[0])
    assert (kept.attempt, kept.worker_id) == (1, "w1")

    for task in tasks:
        plane.report(task)
    tell(plane, observatory)
    assert [names(observatory.spans, task) for task in tasks] == [[], ["t2"]]


def test_the_spans_of_a_task_stay_when_another_of_its_id_was_forgotten_just_before_it():
    plane = ObservedCoordinator(result_capacity=1)
    plane.join()
    first, _, second = [run(plane, task_id) for task_id in ("t1", "t2", "t1")]
    plane.tick_history(1)

    assert names(plane.observatory.spans, first) == []
    assert names(plane.observatory.spans, second) == ["t1"]


def run(plane: ObservedCoordinator, task_id: str) -> Task:
    """Have a task run that tells a span."""
    plane.accepted(a_submission(task_id))
    (task,) = plane.poll()
    plane.note(task_id, task.lease, a_span(task_id))
    plane.report(task)
    return task


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
