"""Tests of what is remembered of the code that workers came with."""

import pytest

from fastworker.application.observatory import worker_log
from fastworker.application.observatory.worker_log import WorkerLog
from fastworker.domain.events import WorkerJoined, WorkerLeft
from fastworker.domain.worker_registry import WorkerCard


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
