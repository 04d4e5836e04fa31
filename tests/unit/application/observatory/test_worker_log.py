"""Tests of what is remembered of workers: the code that they came with, and what was said on them."""

import pytest

from fastworker.application.observatory import worker_log
from fastworker.application.observatory.worker_log import WorkerLog
from fastworker.domain.events import WorkerJoined, WorkerLeft
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.worker_registry import WorkerCard
from tests.builders import a_submission

from .observed import ObservedCoordinator


def came(log: WorkerLog, worker_id: str, **digests: str) -> None:
    card = WorkerCard(worker_id, "i1", 1, frozenset(digests), digests=tuple(digests.items()))
    log.join(WorkerJoined(card, 1.0))


def with_new_code(log: WorkerLog) -> list[str]:
    return [move.worker_id for move in reversed(log.moves()) if move.has_new_code]


def test_a_worker_with_other_code_of_a_function_than_the_one_before_it_has_new_code():
    log = WorkerLog()
    came(log, "w1", resize="a", mail="m")
    came(log, "w2", resize="a")
    came(log, "w3", resize="b", mail="m")
    came(log, "w4", resize="b")
    assert with_new_code(log) == ["w3"]


def test_code_is_remembered_beyond_the_worker_that_had_it():
    log = WorkerLog()
    came(log, "w1", resize="a")
    log.leave(WorkerLeft("w1", "left", 2.0))
    came(log, "w1", resize="b")
    assert with_new_code(log) == ["w1"]


def test_a_function_that_was_not_there_before_is_no_new_code():
    log = WorkerLog()
    came(log, "w1", resize="a")
    came(log, "w2", resize="a", mail="m")
    assert with_new_code(log) == []


def test_the_code_of_a_bounded_number_of_functions_is_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker_log, "MOST_CODES", 1)
    log = WorkerLog()
    came(log, "w1", resize="a", mail="m")
    came(log, "w2", resize="a", mail="n")
    assert with_new_code(log) == []
    came(log, "w3", resize="b", mail="n")
    assert with_new_code(log) == ["w3"]


def test_the_latest_lines_of_the_tasks_of_a_worker_are_kept_until_it_goes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker_log, "MOST_LINES", 2)
    plane = ObservedCoordinator()
    plane.join("w1", slots=2)
    plane.accepted(a_submission("t1"), a_submission("t2"))
    first, second = plane.poll("w1")
    for number, task in enumerate([first, second, first]):
        plane.note(task.task_id, task.lease, LogLine("info", "shop", f"line {number}"))
    plane.note("t2", second.lease, Progress(1.0))
    workers = plane.observatory.workers

    said = [(each.task_id, each.attempt, each.line.message) for each in workers.of("w1").lines]
    assert said == [("t2", 1, "line 1"), ("t1", 1, "line 2")]
    kept = workers.of("w1").lines[0]
    plane.leave("w1")
    workers.say("w1", kept)
    assert workers.of("w1") is None
