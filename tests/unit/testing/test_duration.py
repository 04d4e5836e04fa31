"""Spans of time as tests write them."""

from datetime import timedelta
from math import inf, nan
from typing import Any

import pytest

from fastworker.domain.errors import InvalidOption
from fastworker.testing.duration import seconds_of, shown


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("30s", 30),
        ("2h", 7_200),
        ("1h30m", 5_400),
        ("1d 2h 3m 4s", 93_784),
        ("1.5m", 90),
        ("250ms", 0.25),
        ("0s", 0),
        (7, 7),
        (0.25, 0.25),
        (timedelta(days=1, seconds=1), 86_401),
    ],
)
def test_a_span_is_read_as_seconds(duration: Any, seconds: float) -> None:
    assert seconds_of(duration) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "duration", ["", "2", "h", "2 hours", "2h!", "-2h", "s30", -1, nan, inf, True, None, timedelta(seconds=-1)]
)
def test_what_is_no_span_is_refused_with_examples(duration: Any) -> None:
    with pytest.raises(InvalidOption, match="no span of time; expected one as '30s', '2h'") as raised:
        seconds_of(duration)
    assert repr(duration) in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (30, "30s"), (0.25, "0.25s"), (90, "1m30s"), (7_200, "2h"), (93_784, "1d2h3m4s"), (-3, "0s")],
)
def test_a_span_is_shown_as_it_is_read(seconds: float, text: str) -> None:
    assert shown(seconds) == text
    assert seconds_of(text) == max(0, seconds)


def test_to_advance_by_what_is_shown_is_always_enough() -> None:
    assert seconds_of(shown(9.9994)) >= 9.9994
    assert shown(10.0000000001) == "10s"
