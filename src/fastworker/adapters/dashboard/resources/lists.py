"""Short lists that are at hand as a whole, as pages of the API: all of them have one shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..models.page import Page, Total
from ..models.record import Record
from ..paging import Key, cut
from ..parts import Parts


@dataclass(frozen=True, slots=True)
class Listing[I]:
    """Items in the order of their keys, which no two share. The name tells this list from others, for cursors."""

    name: str
    items: Sequence[I]
    key: Callable[[I], Key]

    def page[P: Page[Any]](
        self,
        kind: type[P],
        records: Callable[[Sequence[I]], Sequence[Record]],
        parts: Parts,
        *,
        cursor: str | None,
        limit: int,
    ) -> P:
        """Return a page; records are made of the items on it only."""
        found = cut(self.items, self.key, name=self.name, cursor=cursor, limit=limit)
        return kind(
            items=list(records(found.items)),
            next_cursor=found.next_cursor,
            prev_cursor=found.prev_cursor,
            total=Total(value=found.total),
            as_of=parts.moments.now(),
        )
