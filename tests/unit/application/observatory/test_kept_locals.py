"""The locals of the latest failures are kept for people, for as long as their tasks are remembered."""

from fastworker.application.observatory.kept_locals import KeptLocals
from fastworker.domain.events import LocalsTold
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task
from tests.builders import a_submission, an_outcome

from .observed import ObservedCoordinator
from .test_task_spans import T1, T2, T3


def saying(text: str) -> FailureLocals:
    return FailureLocals((FrameLocals("/app/tasks.py", 3, "go", (("x", text),)),))


def test_each_attempt_has_its_own() -> None:
    kept = KeptLocals()
    kept.forget([T1])
    assert kept.of(T1, 1) is None
    kept.add(T1, 1, saying("a"))
    kept.add(T1, 2, saying("b"))
    kept.add(T1, 2, saying("c"))
    assert (kept.of(T1, 1), kept.of(T1, 2), kept.of(T1, 3)) == (saying("a"), saying("c"), None)
    assert len(kept) == 2


def test_beyond_the_bound_what_came_first_goes_first_also_of_a_task_that_fails_again_and_again() -> None:
    kept = KeptLocals(most=3)
    kept.add(T1, 1, saying("a"))
    kept.add(T2, 1, saying("b"))
    kept.add(T1, 2, saying("c"))
    kept.add(T1, 3, saying("d"))
    assert [kept.of(T1, 1), kept.of(T2, 1), kept.of(T1, 2)] == [None, saying("b"), saying("c")]
    kept.add(T1, 4, saying("e"))
    assert (kept.of(T2, 1), kept.of(T1, 2), len(kept)) == (None, saying("c"), 3)
    kept.add(T1, 2, saying("f"))
    kept.add(T3, 1, saying("g"))
    assert (kept.of(T1, 3), kept.of(T1, 2), len(kept)) == (None, saying("f"), 3)
    kept.forget([T1, T2])
    assert (kept.of(T3, 1), len(kept)) == (saying("g"), 1)


def test_tasks_that_are_not_remembered_any_more_leave_nothing() -> None:
    kept = KeptLocals()
    kept.add(T1, 1, saying("a"))
    kept.add(T2, 1, saying("b"))
    kept.forget([T1, T3])
    assert (kept.of(T1, 1), kept.of(T2, 1), len(kept)) == (None, saying("b"), 1)


def test_what_a_worker_tells_of_a_running_attempt_is_kept_until_its_task_is_forgotten() -> None:
    plane = ObservedCoordinator(result_capacity=1)
    plane.join()
    first, second = [fail(plane, task_id) for task_id in ("t1", "t2")]
    plane.tick_history(1)
    kept = plane.observatory.locals
    assert (kept.of(first, 1), kept.of(second, 1)) == (None, saying("t2"))


def test_what_an_attempt_tells_after_its_end_is_dropped_and_nothing_of_it_changes_the_task() -> None:
    plane = ObservedCoordinator()
    plane.join()
    task = fail(plane, "t1")
    assert task.lease is not None
    plane.note("t1", task.lease, saying("late"))
    assert [event.locals for event in plane.sink.events if isinstance(event, LocalsTold)] == [saying("t1")]
    assert task.journal is None
    assert plane.ledger.locals_told == plane.rebuilt().locals_told == 1
    assert plane.rebuilt().results.by_id == plane.ledger.results.by_id


def fail(plane: ObservedCoordinator, task_id: str) -> Task:
    """Have a task fail that tells its locals."""
    plane.accepted(a_submission(task_id))
    (task,) = plane.poll()
    assert task.lease is not None
    plane.note(task_id, task.lease, saying(task_id))
    plane.report(task, an_outcome(TaskStatus.FAILURE))
    return task
