"""Finding the place of a value that has no JSON form.

pydantic takes every iterator for a list, and empties it: an open file would silently become its lines. So iterators
are looked for before encoding; plain values and containers of plain values cost next to nothing here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_json

from fastworker.domain.errors import NotEncodable

_MOST_DEPTH = 20
_PLAIN = frozenset({type(None), bool, int, float, str, bytes})


def describe_unencodable(places: Iterable[tuple[str, Any]], error: Exception) -> str:
    """Return which value cannot be encoded, as `args[0].items[3].handle: TextIOWrapper`, or what else went wrong."""
    found = _find(places, depth=0)
    if found is None:
        return f"a value cannot be encoded as JSON: {error}"
    return _say(*found)


def refuse_iterators(places: Iterable[tuple[str, Any]]) -> None:
    """Raise `NotEncodable` if one of the values is, or holds, an iterator."""
    _refuse_iterators(places, seen=set())


def _refuse_iterators(places: Iterable[tuple[str, Any]], *, seen: set[int]) -> None:
    for place, value in places:
        if type(value) in _PLAIN or id(value) in seen:
            continue
        if isinstance(value, Iterator):
            raise NotEncodable(_say(place, value))
        seen.add(id(value))
        if not _holds_only_plain(value):
            _refuse_iterators(_parts(place, value), seen=seen)


def _holds_only_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return _PLAIN.issuperset(map(type, value.values()))
    return isinstance(value, list | tuple | set | frozenset) and _PLAIN.issuperset(map(type, value))


def _find(places: Iterable[tuple[str, Any]], *, depth: int) -> tuple[str, Any] | None:
    for place, value in places:
        if _has_json_form(value):
            continue
        inside = _find(_parts(place, value), depth=depth + 1) if depth < _MOST_DEPTH else None
        return inside or (place, value)
    return None


def _has_json_form(value: Any) -> bool:
    try:
        to_json(value, bytes_mode="base64")
    except (PydanticSerializationError, ValueError, TypeError, RecursionError):
        return False
    return True


def _parts(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping():
            yield from ((f"{place}[{key!r}]", item) for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            yield from ((f"{place}[{index}]", item) for index, item in enumerate(value))
        case BaseModel():
            yield from ((f"{place}.{name}", item) for name, item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            yield from ((f"{place}.{field.name}", getattr(value, field.name)) for field in fields(value))
        case _:
            return


def _say(place: str, value: Any) -> str:
    return f"{place}: {type(value).__name__} has no JSON form; pass what it was made from, such as a path or an id"
