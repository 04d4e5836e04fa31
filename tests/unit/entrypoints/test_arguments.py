"""The arguments of a task, as written on the command line."""

from typing import Any

import pytest

from fastworker.domain.errors import InvalidArguments
from fastworker.entrypoints.cli.arguments import parse_arguments


@pytest.mark.parametrize(
    ("words", "args", "kwargs"),
    [
        ([], [], {}),
        (["5"], [5], {}),
        (["5", "3"], [5, 3], {}),
        (["1.5", "true", "null"], [1.5, True, None], {}),
        (["hello", "big world"], ["hello", "big world"], {}),
        (['"5"'], ["5"], {}),
        (["5 apples"], ["5 apples"], {}),
        ([""], [""], {}),
        (["[1, 2]"], [1, 2], {}),
        ([" [1, 2]"], [1, 2], {}),
        (["[]"], [], {}),
        (["[[1, 2]]"], [[1, 2]], {}),
        (['{"width": 5}'], [], {"width": 5}),
        (["{}"], [], {}),
        (["[1]", "[2]"], [[1], [2]], {}),
        (['{"a": 1}', "2"], [{"a": 1}, 2], {}),
        (["[draft]", "x"], ["[draft]", "x"], {}),
        (["-5"], [-5], {}),
        (["ü"], ["ü"], {}),
    ],
)
def test_words_become_arguments(words: list[str], args: list[Any], kwargs: dict[str, Any]) -> None:
    first, *more = words or [None]  # type: ignore[list-item]
    assert parse_arguments(first, tuple(str(word) for word in more)) == (args, kwargs)


@pytest.mark.parametrize("text", ["{width: 5}", "[1, 2", "{", "[draft]"])
def test_one_word_that_begins_like_json_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidArguments, match=r"^--args is no JSON: .*\(was "):
        parse_arguments(text, ())


def test_words_without_args_are_refused_with_what_was_meant() -> None:
    with pytest.raises(InvalidArguments, match=r"arguments go behind --args: --args 5 3$"):
        parse_arguments(None, ("5", "3"))
