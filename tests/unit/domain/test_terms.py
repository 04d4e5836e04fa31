from math import inf, nan

import pytest

from fastworker.domain.errors import InvalidOption
from fastworker.domain.terms import LONGEST_NAME, LONGEST_SECONDS, MOST_EXCEPTIONS, MOST_RETRIES, Backoff, Terms


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"retries": -1}, r"retries is -1; expected a whole number from 0 to 1000"),
        ({"retries": MOST_RETRIES + 1}, r"retries is 1001; expected a whole number from 0 to 1000"),
        ({"timeout_seconds": 0.0}, r"timeout is 0.0 s; expected 0.001 to 316224000 s \(ten years\)"),
        ({"timeout_seconds": nan}, r"timeout is nan s"),
        ({"delay_seconds": -0.1}, r"delay is -0.1 s; expected 0 to 316224000 s \(ten years\)"),
        ({"delay_seconds": LONGEST_SECONDS + 1}, r"delay is 316224001.0 s"),
        ({"expires_seconds": -1.0}, r"expires is -1.0 s"),
        ({"expires_seconds": inf}, r"expires is inf s"),
        ({"retry_on": ("a.B",) * (MOST_EXCEPTIONS + 1)}, r"at most 32 exceptions of 300 characters can be named"),
        ({"never_on": ("x" * (LONGEST_NAME + 1),)}, r"at most 32 exceptions of 300 characters can be named"),
        ({"origin": "x" * (LONGEST_NAME + 1)}, r"an origin of 301 characters; expected the id of a task"),
        ({"parent": "x" * (LONGEST_NAME + 1)}, r"a parent of 301 characters; expected the id of a task"),
    ],
)
def test_terms_that_cannot_work_are_refused(terms, text):
    with pytest.raises(InvalidOption, match=text):
        Terms(**terms)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"retries": 0, "timeout_seconds": 0.001, "delay_seconds": 0.0, "expires_seconds": 0.0},
        {"retries": MOST_RETRIES, "timeout_seconds": LONGEST_SECONDS, "delay_seconds": LONGEST_SECONDS},
        {"retry_on": ("a.B",) * MOST_EXCEPTIONS, "never_on": ("x" * LONGEST_NAME,), "origin": "x" * LONGEST_NAME},
    ],
)
def test_terms_at_their_bounds_are_taken(terms):
    assert Terms(**terms) == Terms(**terms)


@pytest.mark.parametrize(
    ("backoff", "text"),
    [
        ({"initial": -1.0}, "backoff initial is -1.0 s"),
        ({"maximum": nan}, "backoff maximum is nan s"),
        ({"factor": 0.5}, "backoff factor is 0.5; expected a number from 1 to 1000"),
        ({"factor": nan}, "backoff factor is nan"),
        ({"factor": 1001}, "backoff factor is 1001"),
        ({"jitter": -0.1}, "backoff jitter is -0.1; expected a number from 0 to 1"),
        ({"jitter": 1.1}, "backoff jitter is 1.1"),
    ],
)
def test_a_backoff_that_cannot_work_is_refused(backoff, text):
    with pytest.raises(InvalidOption, match=text):
        Backoff(**backoff)


def test_the_backoff_grows_by_its_factor_up_to_its_maximum():
    backoff = Backoff(3.0, factor=2.0, maximum=20.0, jitter=0.0)

    assert [backoff.seconds(attempt, chance=0.7) for attempt in (1, 2, 3, 4, 5)] == [3.0, 6.0, 12.0, 20.0, 20.0]


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 8.0), (0.5, 6.0), (1.0, 4.0)])
def test_chance_takes_away_up_to_the_jitter(chance, seconds):
    assert Backoff(8.0, jitter=0.5).seconds(1, chance=chance) == seconds


@pytest.mark.parametrize("factor", [1_000.0, 1_000])
def test_a_backoff_beyond_all_numbers_is_its_maximum(factor):
    assert Backoff(1.0, factor=factor, maximum=300.0, jitter=0.0).seconds(1_000, chance=0.0) == 300.0


def test_tags_of_a_submission_take_the_place_of_those_that_are_declared_also_when_they_are_none():
    declared = Terms(tags=("nightly",))

    assert Terms(retries=1).over(declared).tags == ("nightly",)
    assert Terms(tags=("tenant:acme",)).over(declared).tags == ("tenant:acme",)
    assert Terms(tags=()).over(declared).tags == ()


def test_what_a_submission_asks_for_goes_before_what_is_declared():
    asked = Terms(retries=0, delay_seconds=5.0, retry_on=())
    declared = Terms(retries=3, backoff=Backoff(2.0), retry_on=("builtins.OSError",), timeout_seconds=9.0)

    assert asked.over(declared) == Terms(
        retries=0, delay_seconds=5.0, retry_on=(), backoff=Backoff(2.0), timeout_seconds=9.0
    )
    assert Terms().over(declared) == declared
    assert declared.over(Terms()) == declared
