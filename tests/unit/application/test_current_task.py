"""What a task may know of itself and say of itself, and how that waits to be sent."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.current_task import (
    NOTE_CHARACTERS,
    CurrentTask,
    as_child_task,
    current_task,
    note_in_task,
    running_execution,
)
from fastworker.application.execution import Execution, StopReason, perform
from fastworker.application.notes import LINES_WAITING, Notes
from fastworker.application.task_function import task
from fastworker.domain.errors import NotInTask
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Terms


def an_execution(function: Callable[..., Any] = lambda: None, terms: Terms = NO_TERMS) -> Execution:
    """The second attempt of an important task, at 100 s."""
    codec = JsonPayloadCodec()
    return Execution(
        task_id="t1",
        attempt=2,
        token=1,
        function=task(function, name="resize"),
        signature=codec.signature(function),
        payload=codec.encode_arguments((), {}),
        now=lambda: 100.0,
        priority=TaskPriority.HIGH,
        terms=terms,
    )


def seen_by[T](look: Callable[[CurrentTask], T], terms: Terms = NO_TERMS) -> T:
    """Return what a task sees of itself."""
    seen: list[T] = []
    outcome = perform(an_execution(lambda: seen.append(look(current_task())), terms))
    assert outcome.error is None, outcome.error
    return seen[0]


def a_line(text: str) -> LogLine:
    return LogLine("info", "shop", text)


def test_code_that_runs_in_no_task_is_told_so() -> None:
    with pytest.raises(NotInTask, match=r"current_task\(\) gives the running task; this code was not called"):
        current_task()


def test_a_task_knows_who_it_is() -> None:
    assert seen_by(lambda it: (it.id, it.name, it.attempt, it.priority)) == ("t1", "resize", 2, TaskPriority.HIGH)


def test_a_task_with_a_timeout_knows_until_when_it_may_run() -> None:
    assert seen_by(lambda it: it.deadline, Terms(timeout_seconds=7.5)) == 107.5


def test_a_task_without_a_timeout_has_no_deadline() -> None:
    assert seen_by(lambda it: it.deadline) is None


def test_a_task_has_a_logger_of_its_own_name() -> None:
    assert seen_by(lambda it: it.logger.name) == "fastworker.task.resize"


@pytest.mark.parametrize("reason", StopReason)
def test_a_task_that_should_end_sees_that_it_is_cancelled(reason: StopReason) -> None:
    execution = an_execution()
    seen = CurrentTask(execution)
    assert not seen.is_cancelled
    execution.stop_reason = reason
    assert seen.is_cancelled


def test_when_the_task_is_over_the_code_after_it_runs_in_none() -> None:
    perform(an_execution(current_task))
    assert running_execution.get() is None


def test_progress_is_noted_and_announced() -> None:
    announced: list[Execution] = []
    execution = an_execution(lambda: current_task().progress(3, 7, "pages"))
    execution.announce = announced.append
    assert perform(execution).error is None
    assert announced == [execution]
    assert execution.notes.take() == [Progress(3.0, 7.0, "pages")]


def test_progress_needs_no_total_and_no_message() -> None:
    execution = an_execution(lambda: current_task().progress(1))
    perform(execution)
    assert execution.notes.take() == [Progress(1.0)]


@pytest.mark.parametrize(("done", "total"), [(float("nan"), None), (float("inf"), None), (1, float("-inf"))])
def test_progress_is_a_finite_number(done: float, total: float | None) -> None:
    outcome = perform(an_execution(lambda: current_task().progress(done, total)))
    assert outcome.error is not None
    assert outcome.error.error_type == "InvalidOption"
    assert "expected finite numbers" in outcome.error.message


def test_a_message_of_progress_is_bounded_and_made_fit_for_sending() -> None:
    execution = an_execution(lambda: current_task().progress(1, message="\ud800" + "x" * 1_000_000))
    perform(execution)
    (progress,) = execution.notes.take()
    assert isinstance(progress, Progress)
    assert progress.message.startswith("?x")
    assert len(progress.message) < NOTE_CHARACTERS + 100


def test_a_note_of_an_attempt_that_nobody_follows_waits() -> None:
    execution = an_execution()
    note_in_task(execution, a_line("hello"))
    assert execution.notes.take() == [a_line("hello")]


def test_notes_are_taken_once_in_order_the_progress_last() -> None:
    notes = Notes()
    notes.add(a_line("one"))
    notes.add(Progress(1))
    notes.add(a_line("two"))
    assert notes.take() == [a_line("one"), a_line("two"), Progress(1)]
    assert notes.take() == []


def test_a_later_progress_takes_the_place_of_one_that_was_not_sent() -> None:
    notes = Notes()
    notes.add(Progress(1))
    notes.add(Progress(2))
    assert notes.take() == [Progress(2)]


def test_of_too_many_lines_the_oldest_are_dropped() -> None:
    notes = Notes()
    for number in range(LINES_WAITING + 3):
        notes.add(a_line(str(number)))
    assert notes.take() == [a_line(str(number)) for number in range(3, LINES_WAITING + 3)]


def test_threads_may_note_while_notes_are_taken() -> None:
    notes = Notes()
    threads = [
        threading.Thread(target=lambda: [notes.add(a_line(str(number))) for number in range(2_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken = notes.take()
        assert all(isinstance(note, LogLine) for note in taken)
    for thread in threads:
        thread.join()
    notes.take()
    assert notes.take() == []


def test_the_terms_of_a_submission_name_the_task_that_they_leave() -> None:
    assert seen_by(lambda _: (as_child_task(None), as_child_task(Terms(retries=2)))) == (
        Terms(parent="t1"),
        Terms(retries=2, parent="t1"),
    )


def test_a_submission_from_outside_of_tasks_has_the_terms_that_it_had() -> None:
    terms = Terms(retries=2)
    assert as_child_task(terms) is terms
    assert as_child_task(None) is None
