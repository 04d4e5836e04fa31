"""A span is cut to what is sent and kept of it, whoever made it."""

from dataclasses import replace
from math import inf, nan

import pytest

from fastworker.application.span_bounds import ATTRIBUTES_CHARACTERS, LATEST_SECONDS, MOST_ATTRIBUTES, bounded_span
from fastworker.domain.task_span import SpanStatus
from tests.builders import a_span

ATTRIBUTES = (("db.system", "sqlite"), ("db.rows", "3"))


def test_a_small_span_stays_as_it_is():
    span = a_span("look up prices", attributes=ATTRIBUTES, status=SpanStatus.ERROR, message="no such price")

    assert bounded_span(span) == span


def test_long_texts_lose_their_middle_and_attributes_that_do_not_fit_are_left_out():
    many = tuple((f"number {number}", "x" * 10_000) for number in range(50))
    span = bounded_span(a_span("n" * 5_000, message="m" * 5_000, attributes=many))

    assert span is not None
    assert len(span.name) < 300
    assert len(span.message) < 400
    assert 0 < len(span.attributes) < 50
    assert sum(len(name) + len(value) for name, value in span.attributes) <= ATTRIBUTES_CHARACTERS


def test_attributes_without_characters_are_bounded_by_their_number():
    span = bounded_span(a_span(attributes=(("", ""),) * 10_000))

    assert span is not None
    assert span.attributes == (("", ""),) * MOST_ATTRIBUTES


def test_what_utf8_cannot_carry_is_replaced():
    span = bounded_span(a_span("\ud800", message="\udfff", attributes=(("\ud800", "\ud800"),)))

    assert span is not None
    assert (span.name, span.message, span.attributes) == ("?", "?", (("?", "?"),))


def test_a_parent_that_is_no_id_is_none():
    span = bounded_span(a_span(parent_id="<script>"))

    assert span is not None
    assert span.parent_id == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"trace_id": "0AF7"},
        {"span_id": ""},
        {"span_id": "b7ad6b7169203331\n"},
        {"started_at": nan},
        {"started_at": -1.0},
        {"started_at": LATEST_SECONDS + 1.0},
        {"seconds": -0.1},
        {"seconds": inf},
        {"seconds": nan},
    ],
    ids=str,
)
def test_what_is_no_span_is_dropped(wrong):
    assert bounded_span(replace(a_span(), **wrong)) is None
