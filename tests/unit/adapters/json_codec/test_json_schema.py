"""What people, and forms, are told of the parameters of a function; arguments and results without the function."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.domain.errors import InvalidArguments

CODEC = JsonPayloadCodec()


class Opaque:
    """Something that JSON has no word for."""


@dataclass
class Point:
    x: int
    name: bytes = b""


def schema_of(function: Callable[..., Any]) -> dict[str, Any]:
    return CODEC.signature(function).parameters_schema()


def test_a_schema_is_an_object_by_parameter_name() -> None:
    def send(to: str, at: datetime, urgent: bool = False, *more: int, **rest: float) -> None: ...

    assert schema_of(send) == {
        "type": "object",
        "title": "Arguments",
        "additionalProperties": False,
        "required": ["to", "at"],
        "properties": {
            "to": {"type": "string", "title": "to"},
            "at": {"type": "string", "format": "date-time", "title": "at"},
            "urgent": {"type": "boolean", "title": "urgent", "default": False},
            "*more": {"type": "array", "items": {"type": "integer"}, "title": "*more"},
            "**rest": {"type": "object", "additionalProperties": {"type": "number"}, "title": "**rest"},
        },
    }


def test_bytes_are_told_as_we_write_them_also_inside() -> None:
    def draw(image: bytes, point: Point) -> None: ...

    schema = schema_of(draw)

    assert schema["properties"]["image"] == {"type": "string", "contentEncoding": "base64", "title": "image"}
    assert schema["$defs"]["Point"]["properties"]["name"]["contentEncoding"] == "base64"


def test_what_json_has_no_word_for_may_be_anything_and_its_default_is_not_told() -> None:
    def call(opaque: Opaque = Opaque(), back: Callable[[], int] = int, plain=None) -> None: ...  # type: ignore[no-untyped-def] # noqa: B008

    assert schema_of(call)["properties"] == {
        "opaque": {"title": "opaque"},
        "back": {"title": "back"},
        "plain": {"title": "plain", "default": None},
    }


def test_arguments_are_told_by_name_without_the_function() -> None:
    def send(to: str, *more: int) -> None: ...

    payload = CODEC.signature(send).encode_arguments(("ann", 1, 2), {})

    assert CODEC.decode_arguments(payload) == {"to": "ann", "*more": [1, 2]}
    assert CODEC.decode_arguments(CODEC.encode_arguments((1,), {"b": 2})) == {"": [1], "b": 2}


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b"7"])
def test_what_are_no_arguments_is_said_to_be_so(payload: bytes) -> None:
    with pytest.raises(InvalidArguments, match="the arguments"):
        CODEC.decode_arguments(payload)
