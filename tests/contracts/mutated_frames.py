"""Frames made from good ones, each with something hostile in one place of its envelope."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.adapters.json_codec.frames import PREFIX
from fastworker.application.messages import Message

LEVELS = 100_000
MANY = 100_000
MEGABYTE = 1 << 20

SMALL_VALUES = {
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "minus one": b"-1",
    "a fraction": b"1.5",
    "an empty text": b'""',
    "a text": b'"x"',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "lists in lists": b"[[[]]]",
    "a list of objects": b'[{"a":1}]',
    "objects in an object": b'{"a":{"b":null}}',
    "nothing": b"",
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "a float that is too large": b"1e400",
    "a float that is too small": b"-1e-400",
    "2^63": b"9223372036854775808",
    "-2^64": b"-18446744073709551616",
    "a number with leading zeros": b"007",
    "a lone surrogate": b'"\\ud800"',
    "the halves of a surrogate pair in the wrong order": b'"\\udc00\\ud800"',
    "a text that is no UTF-8": b'"\xff\xfe"',
    "an overlong zero": b'"\xc0\x80"',
    "a raw control character": b'"\x00"',
    "an escaped zero": b'"\\u0000"',
    "an escape that is none": b'"\\x"',
    "a text without an end": b'"',
    "a Python expression": b"__import__('os')",
}
"""JSON for one place in an envelope, and what is almost JSON."""

LARGE_VALUES = {
    "an integer of 5,000 digits": b"9" * 5_000,
    "a negative integer of 5,000 digits": b"-" + b"9" * 5_000,
    "a float of 5,000 digits": b"0." + b"9" * 5_000,
    "lists, 100,000 deep": b"[" * LEVELS + b"]" * LEVELS,
    "lists, 100,000 deep, without an end": b"[" * LEVELS,
    "objects, 100,000 deep": b'{"a":' * LEVELS + b"1" + b"}" * LEVELS,
    "objects, 100,000 deep, without an end": b'{"a":' * LEVELS,
    "a text of 1 MB": b'"' + b"x" * MEGABYTE + b'"',
    "a text of 1 MB of escapes": b'"' + b"\\u0001" * (MEGABYTE // 6) + b'"',
    "100,000 numbers": b"[" + b",".join([b"0"] * MANY) + b"]",
    "100,000 texts": b"[" + b",".join([b'""'] * MANY) + b"]",
    "100,000 objects": b"[" + b",".join([b"{}"] * MANY) + b"]",
    "an object of 100,000 keys": b"{" + b",".join(b'"%d":0' % key for key in range(MANY)) + b"}",
    "an object with a key of 1 MB": b'{"' + b"k" * MEGABYTE + b'":0}',
}
"""What takes time and room, if a reader lets it."""

type Place = tuple[str | int, ...]
"""The keys and indexes that lead to a part of an envelope; empty for the whole."""

_MARK = "\x00mark"
_MARK_AS_JSON = json.dumps(_MARK).encode()
_CODEC = JsonFrameCodec()


class Envelope:
    """The envelope of a message as JSON, to be changed in one place at a time."""

    def __init__(self, message: Message) -> None:
        self._frame = _CODEC.encode(message)
        _, _, _, size, count = PREFIX.unpack_from(self._frame)
        self._start = PREFIX.size + 4 * count
        self._end = self._start + size
        self._value: Any = json.loads(self._frame[self._start : self._end])

    @property
    def places(self) -> list[Place]:
        """Every place: the whole, each field, and whatever is inside."""
        return list(_places(self._value, ()))

    def with_value(self, place: Place, raw: bytes) -> bytes:
        """Return the frame with raw JSON, or anything else, in a place."""
        value = deepcopy(self._value)
        if place:
            _at(value, place[:-1])[place[-1]] = _MARK
        else:
            value = _MARK
        return self._framed(json.dumps(value).encode().replace(_MARK_AS_JSON, raw))

    def without(self, place: Place) -> bytes:
        """Return the frame without a field, or without one of the entries of a list."""
        value = deepcopy(self._value)
        del _at(value, place[:-1])[place[-1]]
        return self._framed(json.dumps(value).encode())

    def with_twin(self, place: Place, name: str, raw: bytes) -> bytes:
        """Return the frame with another field beside one: of its name, or of any."""
        value = deepcopy(self._value)
        _at(value, place[:-1])[_MARK] = None
        twin = json.dumps(name).encode() + b": " + raw
        return self._framed(json.dumps(value).encode().replace(_MARK_AS_JSON + b": null", twin))

    def _framed(self, envelope: bytes) -> bytes:
        magic, protocol, kind, _, count = PREFIX.unpack_from(self._frame)
        prefix = PREFIX.pack(magic, protocol, kind, len(envelope), count)
        return b"".join([prefix, self._frame[PREFIX.size : self._start], envelope, self._frame[self._end :]])


def with_values(
    message: Message, values: Mapping[str, bytes], *, most_depth: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """Give the frame of a message with each value in each place, not deeper than asked, under a name that says so."""
    envelope = Envelope(message)
    for place in envelope.places:
        if most_depth is None or len(place) <= most_depth:
            for name, raw in values.items():
                yield _named(message, f"{name} as", place), envelope.with_value(place, raw)


def with_other_fields(message: Message) -> Iterator[tuple[str, bytes]]:
    """Give the frame of a message with each field missing, there twice, or beside one that is unknown."""
    envelope = Envelope(message)
    for place in envelope.places:
        if not place:
            continue
        yield _named(message, "without", place), envelope.without(place)
        key = place[-1]
        if isinstance(key, str):
            yield _named(message, "null again as", place), envelope.with_twin(place, key, b"null")
            yield _named(message, "lists again as", place), envelope.with_twin(place, key, b"[[]]")
            yield _named(message, "an unknown field beside", place), envelope.with_twin(place, f"{key}_", b'{"a":[1]}')


def _named(message: Message, change: str, place: Place) -> str:
    return f"{type(message).__name__}: {change} {'.'.join(map(str, place)) or 'the envelope'}"


def _places(value: Any, place: Place) -> Iterator[Place]:
    yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _places(part, (*place, key))


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value
