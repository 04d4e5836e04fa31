import random
from bisect import bisect_left
from math import inf

import pytest

from fastworker.application.observatory.durations import BOUNDS, NO_SPREAD, Durations, Spread


def some_durations(*seconds: float) -> Durations:
    durations = Durations()
    durations.add(seconds)
    return durations


def test_no_durations_have_no_spread():
    assert some_durations().spread() == NO_SPREAD == Spread(0, None, None, None, None)


def test_durations_of_nothing_at_all_count():
    assert some_durations(0.0, 0.0).spread() == Spread(2, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("scale", [3e-5, 0.001, 0.1, 30.0, 4_000.0])
def test_percentiles_are_off_by_a_seventh_at_most(scale):
    chance = random.Random(1)
    seconds = sorted(chance.lognormvariate(0.0, 1.0) * scale for _ in range(2_000))
    spread = some_durations(*seconds).spread()

    assert spread.count == 2_000
    assert spread.longest == seconds[-1]
    for told, share in ((spread.p50, 0.5), (spread.p95, 0.95), (spread.p99, 0.99)):
        assert told == pytest.approx(seconds[int(share * 2_000) - 1], rel=1 / 7)


def test_of_what_is_too_short_to_be_told_apart_the_bound_is_told():
    spread = some_durations(*[1e-7] * 60, *[1e-6] * 39, 0.5).spread()

    assert (spread.p50, spread.p95, spread.p99, spread.longest) == (BOUNDS[0], BOUNDS[0], BOUNDS[0], 0.5)
    assert some_durations(1e-7, 1e-6).spread() == Spread(2, 1e-6, 1e-6, 1e-6, 1e-6)
    assert BOUNDS[0] == 1.5625e-6  # as the API says


def test_no_percentile_exceeds_the_longest():
    spread = some_durations(0.9).spread()

    assert (spread.p50, spread.p99, spread.longest) == (0.9, 0.9, 0.9)


def test_what_is_longer_than_the_last_bound_is_counted_behind_it():
    longest = 2 * BOUNDS[-1]
    spread = some_durations(longest, longest).spread()

    assert BOUNDS[-1] < spread.p50 <= longest
    assert spread.p99 == longest


def test_each_duration_is_counted_below_its_bound():
    seconds = [0.0, *BOUNDS, 0.0003, 0.0003, 1e6]
    counts = some_durations(*seconds[::-1]).counts

    assert counts == [sum(bisect_left(BOUNDS, each) == bucket for each in seconds) for bucket in range(len(BOUNDS) + 1)]


def test_absorbing_others_is_counting_all_at_once():
    together = some_durations(0.1, 0.2)
    together.absorb(some_durations(5.0, 0.0))
    together.absorb(some_durations())
    at_once = some_durations(0.1, 0.2, 5.0, 0.0)

    assert together.spread() == at_once.spread()
    assert together.seconds == pytest.approx(at_once.seconds)


def test_octaves_tell_how_many_are_up_to_each_bound_that_doubles_the_last():
    assert some_durations().octaves() == []
    assert some_durations(0.0, BOUNDS[0]).octaves() == [(0.0, BOUNDS[0], 2)]
    assert some_durations(BOUNDS[3], BOUNDS[3] * 1.01, BOUNDS[9]).octaves() == [
        (BOUNDS[0], BOUNDS[3], 1),
        (BOUNDS[3], BOUNDS[6], 1),
        (BOUNDS[6], BOUNDS[9], 1),
    ]


def test_octaves_hold_every_duration():
    seconds = [*BOUNDS, 2 * BOUNDS[-1]]
    octaves = some_durations(*seconds).octaves()

    assert sum(count for _, _, count in octaves) == len(seconds)
    assert octaves[-1] == (BOUNDS[-1], inf, 1)
