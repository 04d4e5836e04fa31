"""The checker of the soak: each counter, and each thing that it must not let pass."""

from dataclasses import replace

import pytest

from .checker import Answer, Call, End, Verdict, judge

GOOD = Call("a", Answer.ACKNOWLEDGED, End.SUCCESS)
LOST = Call("a", Answer.ACKNOWLEDGED, End.LOST)
REFUSED = Call("a", Answer.REFUSED, detail="UnknownTask")
UNKNOWN = Call("a", Answer.UNKNOWN)


def journal(text: str) -> list[str]:
    """Return the lines of calls, written as `a+ a-` for start and end of `a`."""
    return [f"{word[:-1]} {'start' if word[-1] == '+' else 'end'} 4711" for word in text.split()]


def verdict_on(call: Call, text: str, *, most_starts: int = 1) -> Verdict:
    return judge([call], journal(text), most_starts=most_starts)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (GOOD, "a+ a-"),
        (LOST, ""),  # its worker was gone before it began
        (LOST, "a+"),
        (LOST, "a+ a-"),  # the worker woke too late, or its report was lost
        (REFUSED, ""),
        (UNKNOWN, ""),
        (UNKNOWN, "a+"),
        (UNKNOWN, "a+ a-"),
    ],
)
def test_what_is_promised_is_no_surprise(call: Call, text: str) -> None:
    assert verdict_on(call, text).surprises == ()


@pytest.mark.parametrize(
    ("call", "text", "says"),
    [
        (replace(GOOD, end=End.NONE), "a+ a-", "was acknowledged and has no end"),
        (replace(GOOD, is_value_right=False, detail="'b'"), "a+ a-", "has a wrong value: 'b'"),
        (GOOD, "", "is a success and never ran to its end"),
        (GOOD, "a+", "is a success and never ran to its end"),
        (replace(GOOD, end=End.OTHER, detail="TaskFailed"), "a+ a-", "ended as nothing here should: TaskFailed"),
        (GOOD, "a+ a- a+", "was started more than 1 times"),
        (UNKNOWN, "a+ a+", "was started more than 1 times"),
        (LOST, "a+ a+", "was started more than 1 times"),
        (REFUSED, "a+", "was started though it was refused: UnknownTask"),
        (replace(LOST, was_disturbed=False), "a+", "is lost, and nobody disturbed its worker"),
        (LOST, "a-", "ended more often than it was started"),
    ],
)
def test_what_is_not_promised_is_said(call: Call, text: str, says: str) -> None:
    verdict = verdict_on(call, text)
    assert verdict.unexpected == 1
    assert says in verdict.surprises[0]
    assert verdict.surprises[0].startswith("call a (")


def test_with_retries_a_call_may_be_started_as_often_as_it_is_tried() -> None:
    assert verdict_on(GOOD, "a+ a+ a+ a-", most_starts=3).unexpected == 0
    assert verdict_on(GOOD, "a+ a+ a+ a+ a-", most_starts=3).unexpected == 1


def test_a_success_is_recovered_after_a_second_start_or_a_submission_in_doubt() -> None:
    assert verdict_on(GOOD, "a+ a-").recovered == 0
    assert verdict_on(GOOD, "a+ a+ a-", most_starts=2).recovered == 1
    assert verdict_on(replace(GOOD, was_in_doubt=True), "a+ a-").recovered == 1
    assert verdict_on(replace(LOST, was_in_doubt=True), "a+ a+", most_starts=2).recovered == 0


def test_what_ran_to_its_end_twice_is_duplicated() -> None:
    assert verdict_on(GOOD, "a+ a+ a-", most_starts=2).duplicated == 0
    assert verdict_on(GOOD, "a+ a+ a- a-", most_starts=2).duplicated == 1
    assert verdict_on(UNKNOWN, "a+ a+ a- a-", most_starts=2).duplicated == 1


def test_the_counters_count_calls() -> None:
    calls = [
        GOOD,
        replace(GOOD, call_id="b"),
        replace(LOST, call_id="c"),
        replace(REFUSED, call_id="d"),
        replace(UNKNOWN, call_id="e"),
    ]
    verdict = judge(calls, journal("a+ b+ c+ a- a+ a- b-"), most_starts=2)
    assert str(verdict) == "attempted 5, acknowledged 3, lost 1, recovered 1, unexpected 0, duplicated 1"


@pytest.mark.parametrize("line", ["z start 1", "a middle 1", "a start", "a start x", "", "a start 1 b end 1"])
def test_a_line_of_no_call_is_a_surprise(line: str) -> None:
    verdict = judge([GOOD], [*journal("a+ a-"), line], most_starts=1)
    assert verdict.surprises == (f"the journal has a line of no call: {line!r}",)


def test_two_calls_of_one_id_are_a_surprise() -> None:
    assert judge([GOOD, GOOD], journal("a+ a-"), most_starts=1).surprises == ("1 calls share an id with another",)
