from itertools import pairwise

import pytest

from fastworker.application.observatory.recent_count import RecentCount


def test_a_steady_rate_is_told_as_what_it_is_at_any_moment():
    count = RecentCount(began=0.0)
    rates = []
    for second in range(1, 200):
        count.add(3, now=float(second))
        rates.append(count.per_second(now=float(second)))

    assert rates[10:] == [pytest.approx(3.0, rel=0.3)] * len(rates[10:])
    assert rates[60:] == [pytest.approx(3.0, rel=0.06)] * len(rates[60:])


def test_what_is_over_a_minute_old_counts_no_more():
    count = RecentCount(began=0.0)
    count.add(60, now=100.0)
    rates = [count.per_second(now=100.0 + seconds) for seconds in range(0, 70, 5)]

    assert rates[:12] == [pytest.approx(60 / 57.5)] * 12
    assert rates[12:] == [0.0, 0.0]


def test_in_the_first_minute_the_rate_is_that_since_the_beginning():
    count = RecentCount(began=1000.0)
    count.add(10, now=1000.2)

    assert [count.per_second(now=at) for at in (1000.2, 1004.9, 1005.0, 1010.0)] == [4.0, 4.0, 10 / 7.5, 10 / 12.5]


def test_what_is_told_late_counts():
    count = RecentCount(began=0.0)
    count.add(1, now=104.0)
    assert count.per_second(now=106.0) > 0
    count.add(1, now=104.0)

    rates = [count.per_second(now=at) for at in (106.0, 159.0, 166.0)]
    assert all(earlier >= later for earlier, later in pairwise(rates))
    assert (rates[0], rates[-1]) == (2 / 57.5, 0.0)
