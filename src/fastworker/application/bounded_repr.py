"""Any value as text of bounded length, for people who look for what went wrong.

Texts, numbers and collections are never rendered whole: only their beginnings are. An object of another class says
itself what it is, for as long as that takes, and what it says is cut. Cut is always the end: whoever hides a text by
what it names (`password=…`) sees the name before the value.
"""

from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from fastworker.domain.text import type_name

VALUE_CHARACTERS = 200
"""Of one value; the same of each text inside it, before all is cut."""

MOST_MEMBERS = 10
"""Of a collection, and of each inside it, down to three levels: a thousand values at most."""

MOST_LEVELS = 3

LARGEST_BITS = 2_048
"""Of a number whose digits are shown: Python takes quadratic time for them, and refuses to make very many."""

MORE = "..."


class Budget:
    """How many characters may still be told, and until when values may be rendered."""

    def __init__(self, characters: int, *, now: Callable[[], float], until: float) -> None:
        self._characters = characters
        self._now = now
        self._until = until

    @property
    def is_spent(self) -> bool:
        """True when no value may be begun any more."""
        return self._characters < 0 or self._now() > self._until

    def take(self, *texts: str) -> bool:
        """Make room for some texts; False when they do not fit any more."""
        self._characters -= sum(map(len, texts))
        return self._characters >= 0


def bounded_repr(value: Any, budget: Budget) -> str:
    """Return the `repr` of a value, shortened; of one whose `__repr__` raises, what it raised."""
    return cut(_shown(value, budget, MOST_LEVELS), VALUE_CHARACTERS)


def cut(text: str, limit: int) -> str:
    """Return text that UTF-8 can carry, of at most so many characters: a longer one loses its end."""
    clean = text[: limit + 1].encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[: limit - len(MORE)]}{MORE}"


def _shown(value: Any, budget: Budget, levels: int) -> str:
    try:
        return _by_shape(value, budget, levels)
    except BaseException as broken:  # it is a user's code, in the middle of reporting another error
        return f"<repr failed: {type_name(broken)}>"


def _by_shape(value: Any, budget: Budget, levels: int) -> str:
    """Find the shape by the `__repr__`, which a class of a user's own may have left as it was.

    The members are asked of the class that it is of, as that `__repr__` does.
    """

    def first(members: Iterable[Any]) -> str:
        return _first(members, lambda each: _shown(each, budget, levels - 1), budget, levels)

    shape: object = type(value).__repr__
    match shape:
        case str.__repr__ | bytes.__repr__ | bytearray.__repr__:
            return repr(value[:VALUE_CHARACTERS]) + (MORE if len(value) > VALUE_CHARACTERS else "")
        case int.__repr__:
            return _number(value)
        case list.__repr__:
            return f"[{first(list.__iter__(value))}]"
        case tuple.__repr__:
            return f"({first(tuple.__iter__(value))}{',' if tuple.__len__(value) == 1 else ''})"
        case deque.__repr__:
            return f"deque([{first(deque.__iter__(value))}])"
        case array.__repr__:
            inside = first(array.__iter__(value))
            return f"array({value.typecode!r}, [{inside}])" if inside else f"array({value.typecode!r})"
        case set.__repr__:
            return f"{{{first(set.__iter__(value))}}}" if set.__len__(value) else "set()"
        case frozenset.__repr__:
            return f"frozenset({{{first(frozenset.__iter__(value))}}})" if frozenset.__len__(value) else "frozenset()"
        case dict.__repr__:
            return _mapping(value, budget, levels)
        case OrderedDict.__repr__ | defaultdict.__repr__ | Counter.__repr__:
            return f"{type_name(value)}({_mapping(value, budget, levels)})"
        case _:
            return cut(repr(value), VALUE_CHARACTERS)


def _mapping(value: dict[Any, Any], budget: Budget, levels: int) -> str:
    """Return the pairs in their own order: the standard library sorts them first, all of them."""

    def pair(each: tuple[Any, Any]) -> str:
        return ": ".join(_shown(part, budget, levels - 1) for part in each)

    return f"{{{_first(dict.items(value), pair, budget, levels)}}}"


def _number(value: int) -> str:
    bits = int.bit_length(value)
    return int.__repr__(value) if bits <= LARGEST_BITS else f"<a number of {bits} bits>"


def _first[T](members: Iterable[T], show: Callable[[T], str], budget: Budget, levels: int) -> str:
    """Return the first members, one shown after the other as long as there is time, and room in the text of a value."""
    texts: list[str] = []
    room = VALUE_CHARACTERS
    for member in islice(members, MOST_MEMBERS + 1):
        if len(texts) == MOST_MEMBERS or levels == 0 or room < 0 or budget.is_spent:
            return ", ".join([*texts, MORE])
        texts.append(show(member))
        room -= len(texts[-1])
    return ", ".join(texts)
