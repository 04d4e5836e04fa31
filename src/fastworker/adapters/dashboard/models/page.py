"""A page of a list. Cursors are opaque and hold as long as the filter stays the same."""

from typing import Literal

from pydantic import Field

from .record import Moment, Record


class Total(Record):
    """How many there are in all; `gte` says that counting stopped at the bound."""

    value: int
    relation: Literal["eq", "gte"] = "eq"


class Page[T: Record](Record):
    """Some items, and where to go on.

    `is_bounded` says that looking was given up after `searched` items: `next_cursor` goes on there.
    """

    items: list[T]
    next_cursor: str | None = None
    prev_cursor: str | None = None
    total: Total
    is_bounded: bool = False
    searched: int | None = Field(default=None, description="How many items were looked at, if not all.")
    as_of: Moment
