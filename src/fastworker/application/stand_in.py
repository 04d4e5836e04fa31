"""A system for tests takes the place of the real one: while it is open, all code of this process submits to it.

Also code that has a client of its own, such as a request of an application: what is under test cannot be asked to
pass a client on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import TaskClient
    from .sync_client import SyncTaskClient


@dataclass(frozen=True, slots=True, eq=False)
class StandIn:
    """The clients of a system for tests: for its own event loop, that of `thread`, for others, for blocking code."""

    thread: int
    client: "TaskClient"
    elsewhere: "TaskClient"
    sync_client: "SyncTaskClient"

    def client_here(self) -> "TaskClient":
        """Return the client for asynchronous code of the calling thread."""
        return self.client if get_ident() == self.thread else self.elsewhere


_open: list[StandIn] = []
_noting = Lock()
_last: StandIn | None = None  # asked in each call of a client: a name of its own is the cheapest answer


def stand_in() -> StandIn | None:
    """Return the system for tests that was opened last and is not closed; None where there is none."""
    return _last


@contextmanager
def standing_in(system: StandIn) -> Iterator[None]:
    """Have a system take the place of the real one until the context is left."""
    _open.append(system)
    _note_last()
    try:
        yield
    finally:
        _open.remove(system)
        _note_last()


def _note_last() -> None:
    global _last
    with _noting:  # systems may be opened and closed in several threads at a time
        _last = _open[-1] if _open else None
