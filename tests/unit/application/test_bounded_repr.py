"""Whatever a value is, its text is short, and making it is little work."""

from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, override

import pytest

from fastworker.application.bounded_repr import VALUE_CHARACTERS, Budget, cut
from fastworker.application.bounded_repr import bounded_repr as bounded_repr_within


def bounded_repr(value: Any) -> str:
    """Render a value with all the time that it takes."""
    return bounded_repr_within(value, Budget(10_000, now=lambda: 0.0, until=1.0))


class Point(NamedTuple):
    x: int
    y: int


@dataclass
class Money:
    amount: int


class Names(list[str]):
    """A list of the application's own, that says what a list says."""


class Secret(str):
    """Says less of itself than another text."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return "Secret(...)"


class Unnamed(type):
    """A class of classes that do not say their name."""

    @property
    def __name__(cls) -> str:
        raise OSError("no")


class UnnamedError(Exception, metaclass=Unnamed):
    pass


class Refusing:
    def __init__(self, error: BaseException) -> None:
        self._error = error

    @override
    def __repr__(self) -> str:
        raise self._error


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -12,
        1.5,
        "it's",
        b"\x00\xff",
        bytearray(b"ab"),
        [],
        [1, "two", [3.0]],
        (),
        (1,),
        (1, (2, (3,))),
        {},
        {"b": 1, "a": {"c": [2]}},
        set(),
        {1},
        frozenset(),
        frozenset({1}),
        deque([1, 2]),
        deque(),
        array("d", [1.0]),
        array("d"),
        Counter("a"),
        Point(1, 2),
        Money(3),
        Secret("hunter2"),
        Names(["a"]),
        2**600,
    ],
)
def test_a_small_value_is_shown_as_python_shows_it(value: Any) -> None:
    assert bounded_repr(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]"),
        (tuple(range(11)), "(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...)"),
        (dict.fromkeys(range(11), 0), "{0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, ...}"),
        (set(range(11)), "{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...}"),
        (frozenset(range(11)), "frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...})"),
        (OrderedDict(), "OrderedDict({})"),
        (defaultdict(int, a=1), "defaultdict({'a': 1})"),
        (OrderedDict(a=1), "OrderedDict({'a': 1})"),
        ([[[[1]]]], "[[[[...]]]]"),
        ({1: {2: {3: {4: 5}}}}, "{1: {2: {3: {...}}}}"),
        ([[[{1}]]], "[[[{...}]]]"),
        ([[[{}, set()]]], "[[[{}, set()]]]"),
        (1 << 5_000, "<a number of 5001 bits>"),
        (Refusing(ValueError("no")), "<repr failed: ValueError>"),
        (Refusing(SystemExit("no")), "<repr failed: SystemExit>"),
        (Refusing(UnnamedError()), "<repr failed: UnnamedError>"),
        ([1, Refusing(ValueError("no")), 2], "[1, <repr failed: ValueError>, 2]"),
        ("\ud800", "'\\ud800'"),
    ],
)
def test_a_larger_or_an_odd_one_is_shown_by_its_beginning(value: Any, shown: str) -> None:
    assert bounded_repr(value) == shown


def test_texts_and_what_objects_say_of_themselves_are_cut_at_the_end() -> None:
    class Talkative:
        @override
        def __repr__(self) -> str:
            return "x" * 10_000

    for value, beginning in (("a" * 300, "'aaa"), (b"b" * 300, "b'bb"), (Talkative(), "xxxx"), (["c" * 300], "['cc")):
        shown = bounded_repr(value)
        assert (len(shown), shown[:4], shown[-3:]) == (VALUE_CHARACTERS, beginning, "...")


def test_what_contains_itself_comes_to_an_end() -> None:
    ring: list[Any] = []
    ring.append({"again": ring})
    assert bounded_repr(ring) == "[{'again': [{...}]}]"
    mapping: dict[Any, Any] = {}
    mapping[1] = mapping
    assert bounded_repr(mapping) == "{1: {1: {1: {...}}}}"


def test_of_a_collection_no_more_members_are_asked_than_are_shown() -> None:
    asked: list[int] = []

    class Member:
        def __init__(self, number: int) -> None:
            self.number = number

        @override
        def __repr__(self) -> str:
            asked.append(self.number)
            return "m"

        def __lt__(self, other: "Member") -> bool:
            raise AssertionError("sorted")

    many = [Member(number) for number in range(1_000)]
    for value in (many, {each: each for each in many}, set(many), deque(many)):
        asked.clear()
        bounded_repr(value)
        assert len(asked) <= 22


def test_a_collection_is_asked_for_its_members_as_its_class_has_them() -> None:
    class Endless(list[int]):
        @override
        def __iter__(self) -> Iterator[int]:
            while True:
                yield 1

        @override
        def __len__(self) -> int:
            raise OSError

    assert bounded_repr(Endless([7])) == "[7]"


def test_no_more_members_are_shown_than_there_is_room_for() -> None:
    asked: list[int] = []

    class Long:
        @override
        def __repr__(self) -> str:
            asked.append(1)
            return "x" * 150

    assert len(bounded_repr([[[Long()] * 10] * 10] * 10)) == VALUE_CHARACTERS
    assert len(asked) == 2


def test_when_the_characters_of_a_failure_are_told_no_member_is_begun() -> None:
    budget = Budget(3, now=lambda: 0.0, until=1.0)
    assert budget.take("abc")
    assert bounded_repr_within([1], budget) == "[1]"
    assert not budget.take("d")
    assert bounded_repr_within([1], budget) == "[...]"


def test_a_text_is_cut_to_what_can_be_sent() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert cut("a\udfffb", 6) == "a?b"
