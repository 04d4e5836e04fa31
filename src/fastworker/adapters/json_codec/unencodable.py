"""Values that have no JSON form: finding them, and saying where they are.

pydantic takes every iterator for a list, and empties it: an open file would silently become its lines. So iterators
are looked for before encoding; plain values and containers of plain values cost next to nothing here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from fastworker.domain.errors import NotEncodable

_MOST_DEPTH = 20
_PLAIN = frozenset({type(None), bool, int, float, str, bytes})


def refuse_iterators(places: Iterable[tuple[str, Any]]) -> None:
    """Look through values, at any depth.

    Raises:
        NotEncodable: one of them is, or holds, an iterator.
    """
    for place, iterator in _iterators(places):
        raise NotEncodable(_say(place, iterator))


def holds_iterator(places: Iterable[tuple[str, Any]]) -> bool:
    """True when `refuse_iterators` would raise."""
    return any(True for _ in _iterators(places))


def _iterators(places: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    left = [(place, value) for place, value in places if type(value) not in _PLAIN]
    seen: set[int] = set()
    while left:
        place, value = left.pop()
        if hasattr(type(value), "__next__"):
            yield place, value
        elif id(value) not in seen and not _holds_only_plain(value):
            seen.add(id(value))
            left.extend((inner, part) for inner, part in _parts(place, value) if type(part) not in _PLAIN)


def describe_unencodable(places: Iterable[tuple[str, Any]], error: Exception) -> str:
    """Return which value cannot be encoded, as `args[0].items[3].handle: TextIOWrapper`, or what else went wrong."""
    found = _find(places, depth=0)
    if found is None:
        return f"a value cannot be encoded as JSON: {error}"
    place, value = found
    if issubclass(type(value), BaseModel):  # each of its parts can be encoded: it is the model's own rules that cannot
        return f"{place}: {type(value).__name__} cannot be encoded by its own model_config: {error}"
    return _say(place, value)


def _find(places: Iterable[tuple[str, Any]], *, depth: int) -> tuple[str, Any] | None:
    for place, value in places:
        if _has_json_form(value):
            continue
        if depth == _MOST_DEPTH:  # too deep, or a circle: the error says which
            return None
        parts = _parts(place, value)
        return _find(parts, depth=depth + 1) or (None if _is_container(value) and parts else (place, value))
    return None


def _is_container(value: Any) -> bool:
    return issubclass(type(value), Mapping | list | tuple | set | frozenset)


def _holds_only_plain(value: Any) -> bool:
    if type(value) is dict:
        return _PLAIN.issuperset(map(type, value.values()))
    return type(value) in (list, tuple, set, frozenset) and _PLAIN.issuperset(map(type, value))


def _has_json_form(value: Any) -> bool:
    try:
        to_json(value, bytes_mode="base64")
    except Exception:  # looking at a user's object may raise anything
        return False
    return True


def _parts(place: str, value: Any) -> list[tuple[str, Any]]:
    try:
        return list(_look_inside(place, value))
    except Exception:  # looking at a user's object may raise anything
        return []


def _look_inside(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case Mapping():
            yield from ((f"{place}[{key!r}]", item) for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            yield from ((f"{place}[{index}]", item) for index, item in enumerate(value))
        case BaseModel():
            yield from ((f"{place}.{name}", item) for name, item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            yield from ((f"{place}.{field.name}", getattr(value, field.name, None)) for field in fields(value))
        case _:
            return


def _say(place: str, value: Any) -> str:
    return f"{place}: {type(value).__name__} has no JSON form; pass what it was made from, such as a path or an id"
