"""Whatever stands in an envelope, reading it gives a message, or says at once that it is none."""

import json
import time
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.json_codec.frames import PREFIX
from fastworker.application.messages import FRAME_BYTES, MESSAGES, Message
from fastworker.domain.errors import BadFrame, ProtocolMismatch
from tests.contracts.bad_frames import frame as a_frame
from tests.contracts.mutated_frames import (
    LARGE_VALUES,
    MANY,
    SMALL_VALUES,
    Envelope,
    with_other_fields,
    with_values,
)

from .examples import EXAMPLES

CODEC = JsonFrameCodec()
EXAMPLE_OF = {type(example): example for example in EXAMPLES}

MOST_SECONDS = 1.0
"""Of this thread's own work, whatever else the machine does; the slowest need a quarter of it."""

MOST_CHARACTERS = 1_000
"""Of what is said of a bad frame: it is logged, and sent back."""

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["success", "low", "\ud800", "NaN", "1e400", 10**400, -(2**63), 0.1]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def problems_of(frames: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return which frames are read with another error, at length, or too slowly, or into what cannot be sent again."""
    return [f"{name}: {problem}" for name, frame in frames if (problem := problem_of(frame)) is not None]


def problem_of(frame: bytes) -> str | None:
    began = time.thread_time()
    try:
        message = CODEC.decode(frame)
    except (BadFrame, ProtocolMismatch) as error:
        if len(str(error)) > MOST_CHARACTERS:
            return f"a text of {len(str(error))} characters"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    else:
        CODEC.encode(message)
    seconds = time.thread_time() - began
    return f"{seconds:.1f} s" if seconds > MOST_SECONDS else None


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    for example in EXAMPLES:  # what is made on first use is made
        CODEC.decode(CODEC.encode(example))


def test_there_is_an_example_of_every_message() -> None:
    assert set(EXAMPLE_OF) == set(MESSAGES)


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_strange_value_in_any_place_is_no_message_or_an_odd_one(kind: type[Message]) -> None:
    assert problems_of(with_values(EXAMPLE_OF[kind], SMALL_VALUES)) == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_missing_a_repeated_or_an_unknown_field_is_no_message_or_an_odd_one(kind: type[Message]) -> None:
    assert problems_of(with_other_fields(EXAMPLE_OF[kind])) == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_huge_or_deep_value_in_any_field_is_read_at_once(kind: type[Message]) -> None:
    assert problems_of(with_values(EXAMPLE_OF[kind], LARGE_VALUES, most_depth=1)) == []


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_huge_or_deep_value_at_any_depth_is_read_at_once(data: st.DataObject) -> None:
    envelope = Envelope(data.draw(st.sampled_from(EXAMPLES)))
    place = data.draw(st.sampled_from(envelope.places))
    name = data.draw(st.sampled_from(sorted(LARGE_VALUES)))
    assert problems_of([(f"{name} at {place}", envelope.with_value(place, LARGE_VALUES[name]))]) == []


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_any_json_in_any_place_is_no_message_or_an_odd_one(data: st.DataObject) -> None:
    envelope = Envelope(data.draw(st.sampled_from(EXAMPLES)))
    place = data.draw(st.sampled_from(envelope.places))
    value: Any = data.draw(JSON_VALUES)
    assert problems_of([(f"{value!r} at {place}", envelope.with_value(place, json.dumps(value).encode()))]) == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_lists_of_a_whole_frame_full_of_wrong_entries_are_refused_at_once(kind: type[Message]) -> None:
    """A list of 100,000 that takes a second to refuse is a frame of 16 MiB that takes most of a minute."""
    envelope = Envelope(EXAMPLE_OF[kind])
    lists = {place[:1] for place in envelope.places if place[1:] == (0,)}
    full = b"[" + b",".join([b"{}"] * (3 * MANY)) + b"]"
    assert problems_of((f"{place}", envelope.with_value(place, full)) for place in lists) == []


@pytest.mark.parametrize("fill", [b" ", b"[", b'{"":', b"0,", b'"'])
def test_an_envelope_that_fills_a_whole_frame_is_refused_at_once(fill: bytes) -> None:
    envelope = fill * ((FRAME_BYTES - PREFIX.size) // len(fill))
    assert problems_of((kind.__name__, a_frame(number, envelope)) for number, kind in enumerate(MESSAGES)) == []
