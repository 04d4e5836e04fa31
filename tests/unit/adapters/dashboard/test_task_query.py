"""The line of words that narrows the list of tasks."""

from datetime import UTC, datetime
from math import inf

import pytest

from fastworker.adapters.dashboard.argument_paths import LONGEST_ARGUMENT, MOST_ARGUMENTS, MOST_DEPTH
from fastworker.adapters.dashboard.moments import Moments
from fastworker.adapters.dashboard.problems import ApiProblem
from fastworker.adapters.dashboard.records.payloads import SHOWN_BYTES
from fastworker.adapters.dashboard.task_query import (
    KEYS,
    MOST_BYTES,
    MOST_WORDS,
    argument_check,
    parse_words,
    wanted_arguments,
)
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.memory.manual_clock import ManualClock
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Submission, Task

CODEC = JsonPayloadCodec()


def a_task(payload: bytes) -> Task:
    return Task(Submission("t1", "n", TaskPriority.NORMAL, payload), "s", 1, 0.0, 0.0)


def fits(word: str, payload: bytes) -> bool:
    return argument_check(parse_words(word).arguments, lambda _: CODEC.decode_arguments)(a_task(payload))


def test_words_are_sorted_by_what_they_are() -> None:
    words = parse_words("status:failure connection name:a name:b args.user.id:7 refused http://x error: parent:t1")
    given = {"status": ["failure"], "name": ["a", "b"], "parent": ["t1"]}
    assert words.values == {key: [] for key in KEYS} | given
    assert words.arguments == [(("user", "id"), "7")]
    assert words.text == ["connection", "refused", "http://x", "error:"]


@pytest.mark.parametrize("key", KEYS)
def test_a_value_with_blanks_stands_in_quotes(key: str) -> None:
    words = parse_words(f'a {key}:"two  words" b {key}:"one"')
    assert words.values[key] == ["two  words", "one"]
    assert words.text == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"say \"hi\" now"', 'say "hi" now'),
        (r'"C:\\dir\new x"', r"C:\dir\new x"),
        ('"a:b"', "a:b"),
        ('"', '"'),
        ('"half', '"half'),
        ('"a"b', '"a"b'),
        ('a"b"', 'a"b"'),
    ],
)
def test_quotes_are_written_with_backslashes_and_those_that_nothing_closes_are_characters(
    written: str, value: str
) -> None:
    assert parse_words(f"args.a.b:{written}").arguments == [(("a", "b"), value)]
    assert parse_words(f"tag:{written}").values["tag"] == [value]


def test_a_quote_that_nothing_closes_holds_nothing_together_and_quotes_in_text_stay_there() -> None:
    words = parse_words('tag:"two words')
    assert (words.values["tag"], words.text) == (['"two'], ["words"])
    assert parse_words('"two words" x:"a b" tag:""').text == ['"two', 'words"', 'x:"a b"', 'tag:""']


def test_moments_may_stand_in_quotes_too() -> None:
    assert parse_words('since:"15m" until:2026-11-21').moments == {"since": "15m", "until": "2026-11-21"}


@pytest.mark.parametrize("q", ["a " * (MOST_WORDS + 1), "args." + "a." * MOST_DEPTH + "b:1"])
def test_more_words_or_levels_than_there_may_be_are_refused(q: str) -> None:
    with pytest.raises(ApiProblem, match="400: q: "):
        parse_words(q)


@pytest.mark.parametrize(
    ("word", "payload", "is_there"),
    [
        ("args.user.id:7", b'{"user":{"id":7}}', True),
        ("args.user.id:7", b'{"user":{"id":77}}', False),
        ("args.user.id:7", b'{"user":7}', False),
        ("args.flag:true", b'{"flag":true}', True),
        ("args.items.1:b", b'{"items":["a","b"]}', True),
        ("args.items.2:b", b'{"items":["a","b"]}', False),
        ("args.0:7", b'{"":[7]}', True),
        ("args.name:x", b'{"":[7],"name":"x"}', True),
        ("args.none:None", b'{"none":null}', False),
        ('args.q:"', b'{"q":"\\""}', True),
        ("args.a:1", b"{broken 1", False),
    ],
)
def test_an_argument_is_compared_as_text_at_its_path(word: str, payload: bytes, is_there: bool) -> None:
    assert fits(word, payload) is is_there


def test_only_so_many_bytes_are_read_for_one_request() -> None:
    check = argument_check(parse_words("args.a:1").arguments, lambda _: CODEC.decode_arguments)
    begin, end = b'{"a":1,"b":"', b'"}'
    large = a_task(begin + b"x" * (SHOWN_BYTES - len(begin) - len(end)) + end)
    for _ in range(MOST_BYTES // SHOWN_BYTES):
        assert check(a_task(b'{"b":"' + b"x" * 50_000 + b'"}')) is False
        assert check(large)
    with pytest.raises(ApiProblem, match="narrow it"):
        check(large)


def test_arguments_that_are_too_large_to_be_shown_are_not_read() -> None:
    assert fits("args.a:1", b'{"a":1,"b":"' + b"x" * 50_000 + b'"}')
    assert not fits("args.a:1", b'{"a":1,"b":"' + b"x" * SHOWN_BYTES + b'"}')


@pytest.mark.parametrize("word", ["args.a:xyzzy", "args.a:other"])
def test_where_something_is_hidden_the_refusal_does_not_tell_what_stands_there(word: str) -> None:
    check = argument_check(parse_words(word).arguments, lambda _: lambda _: {"a": "hidden"}, is_hiding=True)
    task = a_task(b'{"a":"xyzzy"}'.ljust(SHOWN_BYTES))
    for _ in range(MOST_BYTES // SHOWN_BYTES):
        assert not check(task)
    with pytest.raises(ApiProblem, match="narrow it"):
        check(task)


NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLOCK_AT = 1000.0


@pytest.mark.parametrize(
    ("written", "seconds_ago"),
    [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400), ("2026-11-21T11:59:00Z", 60), ("2026-11-21T11:59", 60)],
)
def test_a_moment_is_written_out_or_as_how_long_ago_it_is(written: str, seconds_ago: int) -> None:
    moments = Moments(ManualClock(now=CLOCK_AT, wall=NOW.timestamp()))
    words = parse_words(f"since:{written} until:{written} boom")
    assert (words.since(moments), words.until(moments)) == (CLOCK_AT - seconds_ago, CLOCK_AT - seconds_ago)
    assert words.text == ["boom"]


def test_without_moments_all_time_is_meant() -> None:
    moments = Moments(ManualClock())
    words = parse_words("boom")
    assert (words.since(moments), words.until(moments)) == (-inf, inf)


@pytest.mark.parametrize("written", ["yesterday", "15", "999999d", "0001-01-01", "9999-01-01", "-5m", "٣m"])
def test_a_moment_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ApiProblem, match="400: q: since: expected a moment"):
        parse_words(f"since:{written}").since(Moments(ManualClock(wall=NOW.timestamp())))


def test_parameters_that_name_arguments_are_read_and_others_left() -> None:
    pairs = [("args.user.id", "7"), ("q", "x"), ("args.", "1"), ("args.user.id", "8"), ("args.note", "a b")]
    assert wanted_arguments(pairs) == ((("user", "id"), "7"), (("user", "id"), "8"), (("note",), "a b"))


@pytest.mark.parametrize(
    "pairs",
    [
        [("args.a", "1")] * (MOST_ARGUMENTS + 1),
        [("args." + "a." * MOST_DEPTH + "b", "1")],
        [("args.a", "x" * (LONGEST_ARGUMENT + 1))],
        [("args." + "a" * (LONGEST_ARGUMENT + 1), "x")],
    ],
)
def test_parameters_of_arguments_have_bounds(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiProblem, match=r"400: args\.a"):
        wanted_arguments(pairs)
