"""Pages of short lists that are at hand as a whole, in the order of their keys."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .cursors import Cursor, Part, decode_cursor, encode_cursor, foreign_cursor, list_hash

type Key = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Slice[I]:
    """The items of one page, and the cursors of its neighbours."""

    items: Sequence[I]
    next_cursor: str | None
    prev_cursor: str | None
    total: int


def cut[I](items: Sequence[I], key: Callable[[I], Key], *, name: str, cursor: str | None, limit: int) -> Slice[I]:
    """Return a page of items that are sorted by their keys, which no two share.

    Raises:
        ApiProblem: the cursor is not one of the list of this name.
    """
    of = list_hash(name)
    keys = [key(item) for item in items]
    start, stop = _bounds(keys, None if cursor is None else decode_cursor(cursor, of=of), limit)
    chosen = items[start:stop]
    return Slice(
        chosen,
        encode_cursor(Cursor(keys[stop - 1]), of=of) if chosen and stop < len(keys) else None,
        encode_cursor(Cursor(keys[start], is_backward=True), of=of) if chosen and start > 0 else None,
        len(items),
    )


def _bounds(keys: Sequence[Key], cursor: Cursor | None, limit: int) -> tuple[int, int]:
    if cursor is None:
        return 0, limit
    _refuse_other_kinds(keys, cursor)
    if cursor.is_backward:
        stop = bisect_left(keys, cursor.key)
        return max(0, stop - limit), stop
    start = bisect_right(keys, cursor.key)
    return start, min(len(keys), start + limit)


def _refuse_other_kinds(keys: Sequence[Key], cursor: Cursor) -> None:
    """Keys of other types cannot be compared: no cursor of this list has one."""
    if keys and [_kind(part) for part in keys[0]] != [_kind(part) for part in cursor.key]:
        raise foreign_cursor()


def _kind(part: Part) -> type:
    return str if isinstance(part, str) else float
