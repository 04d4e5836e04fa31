"""What cannot be sent, or is not what it should be: one of the typed errors, which says where and what to do."""

import io
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.application.messages import PAYLOAD_BYTES
from fastworker.domain.errors import InvalidArguments, InvalidResult, NotEncodable, PayloadTooLarge

from .kinds import Box, Item, Model

CODEC = JsonPayloadCodec()


def anything(*args: Any, **kwargs: Any) -> Any: ...


def numbers(a: int = 1, b: int = 2) -> int: ...


ENCODERS = pytest.mark.parametrize(
    "encode",
    [CODEC.encode_arguments, CODEC.signature(anything).encode_arguments],
    ids=["by_name_only", "with_the_function"],
)

type Encode = Callable[[Any, Any], bytes]


@ENCODERS
@pytest.mark.parametrize(
    ("args", "kwargs", "place"),
    [
        ((io.TextIOWrapper(io.BytesIO()),), {}, "args[0]: TextIOWrapper"),
        ((1, threading.Lock()), {}, "args[1]: lock"),
        ((), {"target": object()}, "target: object"),
        (([1, 2, object()],), {}, "args[0][2]: object"),
        (({"a": {"b": (1, object())}},), {}, "args[0]['a']['b'][1]: object"),
        ((), {"items": {"x": {object()}}}, "items['x'][0]: object"),
        (
            (Box([1, 2, 3, Item(io.TextIOWrapper(io.BytesIO()))]),),
            {},
            "args[0].items[3].handle: TextIOWrapper",
        ),
        ((Box([Model(name="fine"), Box([print, object()])]),), {}, "args[0].items[1].items[0]: builtin_function"),
        ((len,), {}, "args[0]: builtin_function_or_method"),
        (("\ud800",), {}, "args[0]: str"),
        (({"key": ["\udfff"]},), {}, "args[0]['key'][0]: str"),
    ],
)
def test_a_value_without_a_json_form_is_named_by_its_path(encode: Encode, args: Any, kwargs: Any, place: str) -> None:
    with pytest.raises(NotEncodable) as raised:
        encode(tuple(args), kwargs)
    assert str(raised.value).startswith(place)
    assert "has no JSON form" in str(raised.value)


def test_a_result_without_a_json_form_is_named_by_its_path() -> None:
    with pytest.raises(NotEncodable, match=r"^result\.items\[1\]\.handle: lock has no JSON form"):
        CODEC.signature(anything).encode_result(Box([1, Item(threading.Lock())]))


def circular_list() -> Any:
    value: list[Any] = [1]
    value.append(value)
    return value


def circular_dict() -> Any:
    value: dict[str, Any] = {}
    value["self"] = {"again": value}
    return value


def circular_dataclass() -> Any:
    box = Box([])
    box.items.append(box)
    return box


def deep() -> Any:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


def deep_dict() -> Any:
    value: dict[str, Any] = {}
    for _ in range(100_000):
        value = {"a": value}
    return value


@pytest.mark.parametrize("make", [circular_list, circular_dict, circular_dataclass, deep, deep_dict])
def test_what_contains_itself_or_is_too_deep_is_not_encodable(make: Callable[[], Any]) -> None:
    value = make()
    for encode in (
        lambda: CODEC.encode_arguments((value,), {}),
        lambda: CODEC.signature(anything).encode_arguments((), {"a": value}),
        lambda: CODEC.signature(anything).encode_result(value),
    ):
        with pytest.raises(NotEncodable) as raised:
            encode()
        assert len(str(raised.value)) < 1000


def test_the_message_for_a_circular_reference_says_so() -> None:
    with pytest.raises(NotEncodable, match=r"(?i)circular"):
        CODEC.encode_arguments((circular_list(),), {})


class Hostile:
    """An object that fails whenever it is looked at."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("leave me alone")

    def __repr__(self) -> str:
        raise RuntimeError("leave me alone")


@ENCODERS
def test_an_object_that_fails_when_looked_at_is_not_encodable(encode: Encode) -> None:
    with pytest.raises(NotEncodable):
        encode((Hostile(),), {})


@pytest.mark.parametrize("value", [10**5000, [1, {"a": -(10**5000)}]], ids=["alone", "inside"])
def test_an_integer_of_5000_digits_is_a_typed_error_at_one_end_or_the_other(value: Any) -> None:
    signature = CODEC.signature(anything)
    for there_and_back in (
        lambda: signature.decode_arguments(CODEC.encode_arguments((value,), {})),
        lambda: signature.decode_arguments(signature.encode_arguments((value,), {})),
        lambda: signature.decode_result(signature.encode_result(value)),
    ):
        with pytest.raises((NotEncodable, InvalidArguments, InvalidResult)):
            there_and_back()


@ENCODERS
def test_a_payload_over_the_limit_is_payload_too_large_and_says_what_to_do(encode: Encode) -> None:
    with pytest.raises(PayloadTooLarge, match=r"8,388,608: put large data into a file"):
        encode(("x" * PAYLOAD_BYTES,), {})
    assert len(encode(("x" * (PAYLOAD_BYTES - 100),), {})) <= PAYLOAD_BYTES


def test_a_result_over_the_limit_is_payload_too_large() -> None:
    with pytest.raises(PayloadTooLarge, match=r"the result of anything\(\) take"):
        CODEC.signature(anything).encode_result("x" * PAYLOAD_BYTES)


@dataclass
class Answer:
    number: int


def answers() -> Answer: ...


@pytest.mark.parametrize(
    "payload", [b"null", b"7", b'{"number":"many"}', b"{}", b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000]
)
def test_a_result_that_does_not_fit_the_annotation_is_invalid_result(payload: bytes) -> None:
    with pytest.raises(InvalidResult, match=r"answers\(\) returned what its annotation does not allow"):
        CODEC.signature(answers).decode_result(payload)


def test_a_function_that_returns_something_else_than_it_says_is_found_out_at_the_client() -> None:
    signature = CODEC.signature(numbers)
    with pytest.raises(InvalidResult, match=r"numbers\(\) returned .*integer.* \(was a str\)"):
        signature.decode_result(signature.encode_result("seven"))
    with pytest.raises(InvalidResult):
        signature.decode_result(signature.encode_result(None))


HOSTILE_PAYLOADS = {
    "empty": b"",
    "no JSON": b"{a:1}",
    "cut short": b'{"a":1',
    "no UTF-8": b'{"a":"\xff"}',
    "a list": b"[]",
    "null": b"null",
    "deep": b'{"a":' * 100_000,
    "deep by position": b'{"":' + b"[" * 100_000,
    "positions that are a number": b'{"":5}',
    "positions that are null": b'{"":null}',
    "positions that are a text": b'{"":"12"}',
    "positions that are an object": b'{"":{"a":1}}',
    "positions cut short": b'{"":[1',
    "positions and junk": b'{"":[1]} junk',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate by position": b'{"":["\\ud800"]}',
    "5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "5,000 digits by position": b'{"":[' + b"9" * 5000 + b"]}",
}


@pytest.mark.parametrize("name", HOSTILE_PAYLOADS)
def test_a_payload_that_is_none_is_invalid_arguments(name: str) -> None:
    with pytest.raises(InvalidArguments):
        CODEC.signature(numbers).decode_arguments(HOSTILE_PAYLOADS[name])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"{", b'{"":', b'{"":[', b'{"a":', b'{"a":1,"b":']))
def test_any_bytes_are_arguments_or_invalid_arguments_and_a_result_or_invalid_result(
    junk: bytes, beginning: bytes
) -> None:
    with suppress(InvalidArguments):
        CODEC.signature(numbers).decode_arguments(beginning + junk)
    with suppress(InvalidResult):
        CODEC.signature(numbers).decode_result(beginning + junk)
