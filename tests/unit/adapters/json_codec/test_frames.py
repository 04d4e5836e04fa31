"""Messages survive the trip as frames, and what is no frame is only ever BadFrame or ProtocolMismatch."""

import dataclasses
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import FRAME_BYTES, MESSAGES, Fetched, Message, Refused, TaskState
from fastworker.domain.errors import BadFrame, PayloadTooLarge, ProtocolMismatch
from fastworker.domain.terms import Backoff, Terms
from tests.contracts.bad_frames import BAD_FRAMES, FRAMES_OF_OTHER_PROTOCOLS

from .examples import EXAMPLES

CODEC = JsonFrameCodec()
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SECONDS = st.none() | st.floats(1.0, 1_000.0)
NAMES = st.none() | st.lists(TEXTS, max_size=3).map(tuple)
TERMS = st.builds(
    Terms,
    retries=st.none() | st.integers(0, 1_000),
    backoff=st.none() | st.builds(Backoff, st.floats(0, 10), st.floats(1, 10), st.floats(0, 10), st.floats(0, 1)),
    retry_on=NAMES,
    never_on=NAMES,
    timeout_seconds=SECONDS,
    delay_seconds=SECONDS,
    expires_seconds=SECONDS,
    origin=st.none() | TEXTS,
    parent=st.none() | TEXTS,
    tags=st.none() | st.lists(st.text("abc:Ü", min_size=1, max_size=20), max_size=10).map(tuple),
)


@cache
def values_of(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Return values of a message, drawn from the types of its fields."""
    fields = {field.name: ... for field in dataclasses.fields(kind) if field.name != "payloads"}
    return st.builds(kind, **fields)


def with_payloads(message: Any, data: st.DataObject) -> Any:
    if not hasattr(message, "payloads"):
        return message
    count = len(message.entries)
    return replace(message, payloads=data.draw(st.lists(st.binary(max_size=50), min_size=count, max_size=count)))


@pytest.fixture(scope="module", autouse=True)
def _drawable_fields():
    st.register_type_strategy(str, TEXTS)
    st.register_type_strategy(float, NUMBERS)
    st.register_type_strategy(Terms, TERMS)
    yield
    st.register_type_strategy(str, st.text())
    st.register_type_strategy(float, st.floats())
    st.register_type_strategy(Terms, st.builds(Terms))


def test_there_is_one_example_of_every_kind_in_the_order_of_the_kinds() -> None:
    assert tuple(type(example) for example in EXAMPLES) == MESSAGES


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_is_the_same_after_the_trip(message: Message) -> None:
    assert CODEC.decode(CODEC.encode(message)) == message


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_values_of_a_message_are_the_same_after_the_trip(kind: type[Message], data: st.DataObject) -> None:
    message = with_payloads(data.draw(values_of(kind)), data)
    assert CODEC.decode(CODEC.encode(message)) == message


def test_payloads_travel_as_they_are_beside_the_envelope() -> None:
    payloads = [bytes(range(256)), b"", b"\x00" * 1000]
    message = Fetched(entries=[TaskState(str(index), None) for index in range(3)], payloads=payloads)
    frame = CODEC.encode(message)
    assert frame.endswith(b"".join(payloads))
    assert CODEC.decode(frame) == message


def test_fields_that_a_later_version_added_are_ignored() -> None:
    frame = CODEC.encode(Refused(code="draining", message="bye"))
    longer = frame[12:-1] + b',"retry_after":3.5}'
    assert CODEC.decode(frame[:7] + bytes([len(longer)]) + frame[8:12] + longer) == CODEC.decode(frame)


def test_a_frame_above_the_limit_is_payload_too_large() -> None:
    message = Fetched(entries=[TaskState("1", None)], payloads=[bytes(FRAME_BYTES)])
    with pytest.raises(PayloadTooLarge, match=f"exceeds the limit of {FRAME_BYTES}"):
        CODEC.encode(message)


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_what_is_no_frame_is_a_bad_frame(name: str) -> None:
    with pytest.raises(BadFrame):
        CODEC.decode(BAD_FRAMES[name])


@pytest.mark.parametrize("name", FRAMES_OF_OTHER_PROTOCOLS)
def test_a_frame_of_another_version_is_a_protocol_mismatch_that_names_both(name: str) -> None:
    frame = FRAMES_OF_OTHER_PROTOCOLS[name]
    with pytest.raises(ProtocolMismatch, match=rf"protocol {frame[2]}, this is protocol 3"):
        CODEC.decode(frame)


def test_a_bad_frame_says_what_is_wrong_with_it() -> None:
    with pytest.raises(BadFrame, match=r"the envelope is no Goodbye: session_id: Input should be a valid string"):
        CODEC.decode(BAD_FRAMES["a field of the wrong type"])
    with pytest.raises(BadFrame, match="a Submit with 0 payloads, expected 1"):
        CODEC.decode(BAD_FRAMES["a payload too few"])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_only_ever_a_bad_frame_or_a_protocol_mismatch(junk: bytes) -> None:
    with suppress(BadFrame, ProtocolMismatch):
        CODEC.decode(junk)
    with suppress(BadFrame, ProtocolMismatch):
        CODEC.decode(b"FW\x03" + junk)


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_a_frame_that_was_changed_on_the_way_is_a_message_a_bad_frame_or_a_protocol_mismatch(
    data: st.DataObject,
) -> None:
    frame = bytearray(CODEC.encode(data.draw(st.sampled_from(EXAMPLES))))
    for _ in range(data.draw(st.integers(1, 4))):
        if not frame:
            break
        place = data.draw(st.integers(0, len(frame) - 1))
        match data.draw(st.sampled_from(["change", "remove", "insert", "cut"])):
            case "change":
                frame[place] = data.draw(st.integers(0, 255))
            case "remove":
                del frame[place]
            case "insert":
                frame[place:place] = data.draw(st.binary(min_size=1, max_size=5))
            case "cut":
                del frame[place:]
    with suppress(BadFrame, ProtocolMismatch):
        message = CODEC.decode(bytes(frame))
        assert type(message) in MESSAGES
        if hasattr(message, "payloads"):
            assert len(message.payloads) == len(message.entries)
