"""A system for tests takes the place of the real one: while it is open, all code of this process submits to it.

Also code that has a client of its own, such as a request of an application: what is under test cannot be asked to
pass a client on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
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


def stand_in() -> StandIn | None:
    """Return the system for tests that was opened last and is not closed; None where there is none."""
    last = _open[-1:]  # a copy: another thread may close its own meanwhile
    return last[0] if last else None


@contextmanager
def standing_in(system: StandIn) -> Iterator[None]:
    """Have a system take the place of the real one until the context is left."""
    _open.append(system)
    try:
        yield
    finally:
        _open.remove(system)
