"""Any value as text of bounded length, for people who look for what went wrong.

Texts, numbers and collections are never rendered whole: only their beginnings are. An object of another class says
itself what it is, for as long as that takes, and what it says is cut. Cut is always the end: whoever hides a text by
what it names (`password=…`) sees the name before the value.
"""

from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable
from itertools import islice
from reprlib import Repr
from typing import Any, override

VALUE_CHARACTERS = 200
"""Of one value; the same of each text inside it, before all is cut."""

MOST_MEMBERS = 10
"""Of a collection, and of each inside it, down to three levels: a thousand values at most."""

LARGEST_BITS = 2_048
"""Of a number whose digits are shown: Python takes quadratic time for them, and refuses to make very many."""

_RENDERED = (str, bytes, bytearray, int, list, tuple, dict, set, frozenset, deque, array)
_MAPPINGS = (OrderedDict, defaultdict, Counter)
_WAYS: dict[Any, str] = {each.__repr__: each.__name__ for each in _RENDERED} | {
    each.__repr__: "mapping" for each in _MAPPINGS
}


def bounded_repr(value: Any) -> str:
    """Return the `repr` of a value, shortened; of one whose `__repr__` raises, what it raised."""
    return cut(_BOUNDED.repr(value), VALUE_CHARACTERS)


def cut(text: str, limit: int) -> str:
    """Return text that UTF-8 can carry, of at most so many characters: a longer one loses its end."""
    clean = text[: limit + 1].encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[: limit - 3]}..."


class _BoundedRepr(Repr):
    """Finds the way to render a value by its `__repr__`: a class of its own may have left that as it was.

    Mappings and sets are shown in their own order. The standard library sorts them first, all of them.
    """

    @override
    def repr1(self, x: Any, level: int) -> str:
        try:
            way = _WAYS.get(type(x).__repr__, "instance")
            return str(getattr(self, f"repr_{way}")(x, level))
        except BaseException as broken:  # it is a user's code, in the middle of reporting another error
            return f"<repr failed: {type(broken).__name__}>"

    @override
    def repr_str(self, x: Any, level: int) -> str:
        return repr(x[:VALUE_CHARACTERS]) + ("..." if len(x) > VALUE_CHARACTERS else "")

    repr_bytes = repr_bytearray = repr_str

    @override
    def repr_int(self, x: int, level: int) -> str:
        bits = int.bit_length(x)
        return int.__repr__(x) if bits <= LARGEST_BITS else f"<a number of {bits} bits>"

    @override
    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        pairs = (f"{self.repr1(key, level - 1)}: {self.repr1(each, level - 1)}" for key, each in dict.items(x))
        return f"{{{_first(pairs, level)}}}" if x else "{}"

    def repr_mapping(self, x: dict[Any, Any], level: int) -> str:
        return f"{type(x).__name__}({self.repr_dict(x, level)})"

    @override
    def repr_set(self, x: Any, level: int) -> str:
        members = _first((self.repr1(each, level - 1) for each in x), level)
        return f"{{{members}}}" if x else "set()"

    @override
    def repr_frozenset(self, x: Any, level: int) -> str:
        return f"frozenset({self.repr_set(x, level) if x else ''})"

    @override
    def repr_instance(self, x: Any, level: int) -> str:
        return cut(repr(x), VALUE_CHARACTERS)


def _first(texts: Iterable[str], level: int) -> str:
    """Return the first of some texts, which are made as they are taken; at the last level none."""
    shown = list(islice(texts, MOST_MEMBERS + 1 if level > 0 else 0))
    is_cut = level <= 0 or len(shown) > MOST_MEMBERS
    return ", ".join([*shown[:MOST_MEMBERS], "..."] if is_cut else shown)


_BOUNDED = _BoundedRepr()
_BOUNDED.maxlevel = 3
_BOUNDED.maxtuple = _BOUNDED.maxlist = _BOUNDED.maxdeque = _BOUNDED.maxarray = MOST_MEMBERS
