"""What users write as options, and what becomes of it."""

from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan

import pytest

from fastworker.application.limits import LONGEST_ID
from fastworker.application.task_options import NO_OPTIONS, submit_options, task_terms
from fastworker.domain.errors import CallerError, InvalidOption
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Backoff, Terms

WALL = 1_750_000_000.0
NOON = datetime.fromtimestamp(WALL, UTC)


def wall() -> float:
    return WALL


def test_no_options_ask_for_nothing():
    assert submit_options() == NO_OPTIONS
    assert submit_options().terms is NO_TERMS
    assert submit_options().terms_at(wall) is None
    assert task_terms() is NO_TERMS


def test_options_of_a_task_become_its_terms():
    terms = task_terms(
        retries=3, backoff=Backoff(2.0), retry_on=(OSError, ValueError), never_on=KeyError, timeout=timedelta(minutes=1)
    )

    assert terms == Terms(
        retries=3,
        backoff=Backoff(2.0),
        retry_on=("builtins.OSError", "builtins.ValueError"),
        never_on=("builtins.KeyError",),
        timeout_seconds=60.0,
    )


@pytest.mark.parametrize("backoff", [7, 7.0, timedelta(seconds=7)])
def test_seconds_of_backoff_are_its_first_wait(backoff):
    assert task_terms(backoff=backoff).backoff == Backoff(7.0)


def test_tags_become_terms_each_once():
    assert task_terms(tags=["nightly", "a", "nightly"]) == Terms(tags=("nightly", "a"))
    assert submit_options(tags=(tag for tag in ("b", "b"))).terms == Terms(tags=("b",))
    assert submit_options(tags=[]).terms == Terms(tags=())


def test_a_tag_that_cannot_be_is_refused_at_the_client():
    with pytest.raises(InvalidOption, match=r"tags is 'nightly'; expected several texts: write tags=\('nightly',\)"):
        submit_options(tags="nightly")
    with pytest.raises(InvalidOption, match="tag ' a' has blanks around it"):
        task_terms(tags=[" a"])


def test_no_exceptions_at_all_can_be_named():
    assert task_terms(retry_on=[]).retry_on == ()


def test_options_of_a_submission_become_its_terms():
    options = submit_options(priority="High", task_id="mine", delay=5, expires=timedelta(hours=1), retries=0, timeout=2)

    assert (options.priority, options.task_id) == (TaskPriority.HIGH, "mine")
    assert options.terms_at(wall) == Terms(retries=0, timeout_seconds=2.0, delay_seconds=5.0, expires_seconds=3600.0)


@pytest.mark.parametrize(
    "moment",
    [
        NOON + timedelta(seconds=90),
        (NOON + timedelta(seconds=90)).astimezone(timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_a_moment_becomes_seconds_when_the_task_is_submitted(moment):
    options = submit_options(at=moment, expires=moment + timedelta(seconds=10))

    assert options.terms_at(wall) == Terms(delay_seconds=90.0, expires_seconds=100.0)
    assert options.terms_at(lambda: WALL + 80.0) == Terms(delay_seconds=10.0, expires_seconds=20.0)


def test_a_moment_in_the_past_is_now():
    options = submit_options(at=NOON - timedelta(days=1), expires=NOON - timedelta(days=1))

    assert options.terms_at(wall) == Terms(delay_seconds=0.0, expires_seconds=0.0)


def test_a_moment_too_far_away_is_refused_when_the_task_is_submitted():
    with pytest.raises(InvalidOption, match=r"delay is .* s; expected 0 to"):
        submit_options(at=NOON + timedelta(days=20 * 366)).terms_at(wall)


NAIVE = datetime(2030, 1, 1)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"delay": 1, "at": NOON}, "delay= and at= both say when the task may start; give one of them"),
        ({"delay": -1}, r"delay is -1.0 s; expected 0 to 316224000 s \(ten years\)"),
        ({"delay": "5"}, "delay is '5'; expected seconds, or a timedelta"),
        ({"delay": True}, "delay is True; expected seconds, or a timedelta"),
        ({"delay": timedelta(seconds=-1)}, "delay is -1.0 s"),
        ({"delay": nan}, "delay is nan s"),
        ({"expires": inf}, "expires is inf s"),
        ({"expires": "soon"}, "expires is 'soon'; expected seconds, or a timedelta"),
        ({"expires": NAIVE}, r"expires is datetime.datetime\(2030, .*a naive one names no moment"),
        ({"at": NAIVE}, r"at is datetime.datetime\(2030, .*; expected an aware datetime, as datetime.now\(UTC\)"),
        ({"at": 5}, "at is 5; expected an aware datetime"),
        ({"timeout": 0}, "timeout is 0.0 s; expected 0.001 to"),
        ({"timeout": [1]}, r"timeout is \[1\]; expected seconds, or a timedelta"),
        ({"retries": -1}, "retries is -1; expected a whole number from 0 to 1000"),
        ({"retries": 1.0}, "retries is 1.0; expected a whole number"),
        ({"retries": True}, "retries is True; expected a whole number"),
        ({"backoff": -1}, "backoff initial is -1.0 s"),
        ({"backoff": "1"}, "backoff is '1'; expected seconds, or a timedelta"),
        ({"retry_on": "ValueError"}, "retry_on names 'ValueError'; expected exception classes"),
        ({"retry_on": 5}, "retry_on names 5; expected exception classes"),
        ({"retry_on": [ValueError, int]}, "retry_on names <class 'int'>; expected exception classes"),
        ({"never_on": ValueError("no")}, r"never_on names ValueError\('no'\); expected exception classes"),
        ({"never_on": [ValueError] * 33}, "at most 32 exceptions of 300 characters can be named"),
        ({"task_id": ""}, "id is ''; expected a text of 1 to"),
        ({"task_id": 5}, "id is 5; expected a text of 1 to"),
        ({"task_id": "x" * (LONGEST_ID + 1)}, f"expected a text of 1 to {LONGEST_ID} characters"),
        ({"priority": "urgent"}, "no priority 'urgent'"),
    ],
)
def test_an_option_that_cannot_work_is_refused_by_name(options, text):
    with pytest.raises(CallerError, match=text):
        submit_options(**options)
