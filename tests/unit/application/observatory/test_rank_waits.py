"""How long the tasks of each priority waited."""

import pytest

from fastworker.application.observatory.durations import NO_SPREAD
from fastworker.application.observatory.history import History, Step
from fastworker.application.observatory.rank_waits import NO_WAITS, RankWaits, unpacked
from fastworker.domain.ledger import Ledger
from fastworker.domain.priority import RANKS, TaskPriority

from ....builders import a_submission
from .observed import ObservedCoordinator


def some_waits(**waits: list[float]) -> RankWaits:
    found = RankWaits()
    found.add({RANKS[TaskPriority(name)]: durations for name, durations in waits.items()})
    return found


def test_each_rank_has_its_own_percentiles_and_one_without_waits_has_none():
    packed = some_waits(high=[0.1] * 98 + [2.0, 3.0], low=[40.0]).packed()

    assert unpacked(packed, 1) == tuple(pytest.approx(each, rel=1 / 7) for each in (0.1, 0.1, 2.0))
    assert unpacked(packed, 3) == (40.0, 40.0, 40.0)
    assert unpacked(packed, 0) == unpacked(packed, 2) == (None, None, None)


def test_all_ranks_together_have_one_spread():
    waits = some_waits(critical=[1.0], low=[4.0])
    waits.absorb(some_waits(low=[8.0]))

    assert (waits.spread().count, waits.spread().longest) == (3, 8.0)
    assert unpacked(waits.packed(), 3)[2] == 8.0
    assert RankWaits().spread() == NO_SPREAD


def test_a_time_in_which_nothing_started_takes_no_memory_of_its_own():
    history = History(Ledger(), now=0.0)
    for second in range(1, 61):
        history.tick(now=float(second))

    assert {id(sample.packed_waits) for step in Step for sample in history.samples(step)} == {id(NO_WAITS)}
    assert len(NO_WAITS) == 48


def test_a_history_tells_the_waits_of_each_priority_at_every_step():
    plane = ObservedCoordinator()
    plane.accepted(a_submission("t1", priority=TaskPriority.LOW), a_submission("t2", priority=TaskPriority.CRITICAL))
    plane.now += 3.0
    plane.join(slots=2)
    plane.poll_all()
    plane.accepted(a_submission("t3", priority=TaskPriority.CRITICAL))
    for _ in range(60):
        plane.tick_history(1.0)

    for step in Step:
        first = plane.history.samples(step)[0]
        assert [first.waits_of(rank)[0] for rank in range(4)] == [3.0, None, None, 3.0]
        assert (first.wait.count, first.wait.longest) == (2, 3.0)
    assert plane.history.last_minute().waits_of(3) == (3.0, 3.0, 3.0)
