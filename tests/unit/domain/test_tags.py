from enum import Enum, StrEnum
from itertools import count, repeat

import pytest

from fastworker.domain.errors import InvalidOption
from fastworker.domain.tags import LONGEST_TAG, MOST_TAGS, fault_of_tag, tags_of


class Nightly(StrEnum):
    RUN = "nightly"


class Tenant(str, Enum):  # noqa: UP042 - of which str() is not the value
    ACME = "tenant:acme"


@pytest.mark.parametrize("tag", ["x", "tenant:acme", "zwölf Äpfel", "日本", "<b>", '"', "x" * LONGEST_TAG, "-5"])
def test_a_printable_text_is_a_tag(tag):
    assert fault_of_tag(tag) is None


@pytest.mark.parametrize(
    ("tag", "fault"),
    [
        ("", "tag '' has 0 characters; expected 1 to 100: leave it out"),
        ("y" * 101, "y' has 101 characters; expected 1 to 100: shorten it"),
        (" a", "tag ' a' has blanks around it; expected none: strip it"),
        ("a\t", r"tag 'a\t' has blanks around it; expected none: strip it"),
        ("a\nb", r"tag 'a\nb' holds '\n'; expected printable characters only: take it out"),
        ("a\u202eb", r"tag 'a\u202eb' holds '\u202e'; expected printable"),
        ("a\ud800", r"tag 'a\ud800' holds '\ud800'; expected printable"),
        (7, "tag 7 is no text; expected 1 to 100 characters: write it as a text"),
        (None, "tag None is no text"),
    ],
)
def test_any_other_value_is_refused_with_what_to_do(tag, fault):
    with pytest.raises(InvalidOption) as caught:
        tags_of(["first", tag])

    assert fault in str(caught.value)


def test_of_a_value_that_is_much_too_long_its_ends_are_told():
    fault = fault_of_tag("y" * 10_000)

    assert fault is not None
    assert len(fault) < 250


def test_each_tag_is_there_once_in_the_order_in_which_it_came():
    assert tags_of(["b", "a", "b", "c", "a"]) == ("b", "a", "c")
    assert tags_of(f"t{number % 3}" for number in range(MOST_TAGS)) == ("t0", "t1", "t2")


def test_a_member_of_an_enum_of_texts_is_its_text():
    tags = tags_of([Nightly.RUN, Tenant.ACME])

    assert tags == ("nightly", "tenant:acme")
    assert {type(tag) for tag in tags} == {str}


def test_too_many_are_refused_at_the_first_that_is_too_much():
    with pytest.raises(InvalidOption, match="more than 10 tags; a task has at most 10: leave some out"):
        tags_of(str(number) for number in count())


@pytest.mark.parametrize("given", [["a"] * (MOST_TAGS + 1), ("a",) * 1_000_000, repeat("a")])
def test_equal_ones_count_as_they_were_given_so_that_what_has_no_end_is_refused_too(given):
    with pytest.raises(InvalidOption, match="more than 10 tags"):
        tags_of(given)


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("nightly", ": write tags=('nightly',) for a single one"),
        (b"nightly", ", as tags=('nightly',)"),
        (7, ", as tags=('nightly',)"),
    ],
)
def test_what_is_not_several_texts_is_refused_with_what_would_not_be(given, advice):
    with pytest.raises(InvalidOption) as caught:
        tags_of(given)

    assert str(caught.value) == f"tags is {given!r}; expected several texts{advice}"
