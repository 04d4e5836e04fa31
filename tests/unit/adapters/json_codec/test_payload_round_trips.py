"""Annotated values are the same, and of the same type, after the trip: as arguments, by name only, and as results."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from fastworker.adapters.json_codec import JsonPayloadCodec

from .kinds import Aliased, ByEitherName, Colour, Frozen, Level, Model, Parcel

CODEC = JsonPayloadCodec()
EVERY_BYTE = bytes(range(256))


class Point(NamedTuple):
    x: int
    y: float


class Options(TypedDict, total=False):
    width: int
    colour: Colour


def function_of(annotation: Any) -> Callable[..., Any]:
    """Return a function with one parameter and a result of a type."""

    def function(value):
        return value

    function.__annotations__ = {"value": annotation, "return": annotation}
    return function


def sent_as_argument(annotation: Any, value: Any) -> Any:
    signature = CODEC.signature(function_of(annotation))
    args, kwargs = signature.decode_arguments(signature.encode_arguments((value,), {}))
    return (*args, *kwargs.values())[0]


def sent_by_name_only(annotation: Any, value: Any) -> Any:
    args, kwargs = CODEC.signature(function_of(annotation)).decode_arguments(CODEC.encode_arguments((value,), {}))
    return (*args, *kwargs.values())[0]


def sent_as_result(annotation: Any, value: Any) -> Any:
    signature = CODEC.signature(function_of(annotation))
    return signature.decode_result(signature.encode_result(value))


WAYS = pytest.mark.parametrize("send", [sent_as_argument, sent_by_name_only, sent_as_result])

VALUES = [
    (None, None),
    (bool, True),
    (int, -(10**30)),
    (float, 0.1),
    (float, math.inf),
    (float, -math.inf),
    (str, 'ä 漢字 🎈 \x00 \u2028 "quoted"'),
    (bytes, EVERY_BYTE),
    (bytes, b"abcd"),  # UTF-8, and base64 too: it must not be taken for either
    (bytes, b""),
    (datetime, datetime(2026, 11, 21, 4, 9, 1, 123456)),
    (datetime, datetime(2026, 11, 21, 4, 9, 1, 123456, tzinfo=UTC)),
    (datetime, datetime(2026, 11, 21, 4, 9, tzinfo=timezone(timedelta(hours=5, minutes=45)))),
    (date, date(1969, 7, 20)),
    (time, time(23, 59, 59, 999999)),
    (timedelta, timedelta(days=-3, seconds=7, microseconds=1)),
    (timedelta, timedelta(0)),
    (UUID, UUID("019a5b1e-0000-7000-8000-000000000001")),
    (Decimal, Decimal("1234567890.12345678901234567890")),
    (Decimal, Decimal("-0.00")),
    (Colour, Colour.BLUE),
    (Level, Level.HIGH),
    (Path, Path("/tmp/ä b.png")),
    (complex, 1 + 2j),
    (tuple[int, str, bytes], (1, "two", b"\xff")),
    (tuple[Decimal, ...], (Decimal("1.10"), Decimal("2"))),
    (list[datetime], [datetime(2026, 1, 1, tzinfo=UTC)]),
    (set[int], {3, 1, 2}),
    (set[UUID], {UUID(int=1), UUID(int=2)}),
    (set[bytes], {b"\xff", b"\x00"}),
    (frozenset[str], frozenset({"a", "b"})),
    (dict[int, str], {1: "one", -2: "minus two"}),
    (dict[str, bytes], {"all": EVERY_BYTE}),
    (dict[UUID, Decimal], {UUID(int=7): Decimal("0.1")}),
    (dict[Colour, date], {Colour.RED: date(2026, 1, 1)}),
    (int | None, None),
    (int | str, "7"),
    (bytes | None, b"\xfe"),
    (list[bytes | int], [b"\xff", 3]),
    (Literal["a", "b"], "b"),
    (Annotated[int, Field(ge=0)], 5),
    (Point, Point(1, 2.5)),
    (Options, {"width": 3, "colour": Colour.RED}),
    (Parcel, Parcel("a", EVERY_BYTE, math.inf, ("x", "y"))),
    (list[Parcel], [Parcel("a", b"\xff"), Parcel("b")]),
    (dict[str, Parcel], {"a": Parcel("a", b"\xff", -math.inf)}),
    (Frozen, Frozen(Decimal("9.90"), Path("a/b"), [Parcel("in", b"\xfe")])),
    (Model, Model(name="a", content=b"plain")),
    (Model, Model(content=EVERY_BYTE)),
    (Model, Model(weight=math.inf)),
    (Model, Model(inner=Model(content=b"\xff", weight=-math.inf))),
    (list[Model], [Model(content=b"\xff")]),
    (Model | None, Model(content=b"\xff")),
    (Aliased, Aliased(firstName="Ada", zip=12345)),
    (list[Aliased], [Aliased(firstName="Ada", zip=12345)]),
    (ByEitherName, ByEitherName(first_name="Ada")),
]


def name_of(value: object) -> str:
    """Return how a test says a value: the same in every process, unlike the order of a set."""
    return repr(sorted(value) if isinstance(value, set | frozenset) else value)[:40]


@WAYS
@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=name_of)
def test_an_annotated_value_is_the_same_after_the_trip(
    send: Callable[[Any, Any], Any], annotation: Any, value: Any
) -> None:
    received = send(annotation, value)
    assert received == value
    if value is not None:
        expected = Path if annotation is Path else type(value)
        assert isinstance(received, expected)


@WAYS
@pytest.mark.parametrize("annotation", [float, Any])
def test_nan_is_still_not_a_number_after_the_trip(send: Callable[[Any, Any], Any], annotation: Any) -> None:
    assert math.isnan(send(annotation, math.nan))


@WAYS
@pytest.mark.parametrize("kind", [Parcel, Model])
def test_nan_inside_a_value_is_still_not_a_number(send: Callable[[Any, Any], Any], kind: Any) -> None:
    assert math.isnan(send(kind, kind(name="a", weight=math.nan)).weight)


@WAYS
@pytest.mark.parametrize(
    ("value", "received"),
    [
        ((1, "two", [3.5, None, True]), [1, "two", [3.5, None, True]]),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}),
        (b"\xff\x00", "_wA="),
        (UUID(int=1), str(UUID(int=1))),
        (Colour.RED, "red"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (Parcel("a", b"\xff"), {"name": "a", "content": "_w==", "weight": 0.0, "labels": []}),
        (Aliased(firstName="Ada", zip=1), {"firstName": "Ada", "zip": 1}),
    ],
    ids=name_of,
)
def test_what_is_not_annotated_arrives_as_plain_json(
    send: Callable[[Any, Any], Any], value: Any, received: Any
) -> None:
    assert send(Any, value) == received


VALUES_OF = {
    "text": (str, st.text(st.characters(codec="utf-8"))),
    "bytes": (bytes, st.binary()),
    "integers": (int, st.integers()),
    "floats": (float, st.floats(allow_nan=False)),
    "decimals": (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    "uuids": (UUID, st.uuids()),
    "datetimes": (datetime, st.datetimes()),
    "aware datetimes": (datetime, st.datetimes(timezones=st.just(UTC))),
    "dates": (date, st.dates()),
    "times": (time, st.times()),
    "durations": (timedelta, st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000))),
    "lists of optional bytes": (list[bytes | None], st.lists(st.none() | st.binary())),
    "numbered parcels": (
        dict[int, Parcel],
        st.dictionaries(st.integers(), st.builds(Parcel, st.text(st.characters(codec="utf-8")), st.binary())),
    ),
    "models": (Model, st.builds(Model, content=st.binary())),
}


@WAYS
@pytest.mark.parametrize("name", VALUES_OF)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_value_of_a_type_is_the_same_after_the_trip(
    send: Callable[[Any, Any], Any], name: str, data: st.DataObject
) -> None:
    annotation, values = VALUES_OF[name]
    value = data.draw(values)
    received = send(annotation, value)
    assert (received, type(received)) == (value, type(value))


@pytest.mark.parametrize("value", [None, 7, "text", [1, {"a": None}], math.inf])
def test_a_result_can_be_read_without_the_function_as_plain_json(value: Any) -> None:
    assert CODEC.decode_result(CODEC.signature(function_of(Any)).encode_result(value)) == value


def test_the_same_function_gives_the_same_codec() -> None:
    function = function_of(int)
    assert CODEC.signature(function) is CODEC.signature(function)
    assert CODEC.signature(function) is not CODEC.signature(function_of(int))
