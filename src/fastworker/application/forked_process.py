"""Who hears that this process was forked from another one: what belongs to the threads and event loops of its parent.

It is told before any code of the child runs, so that no other memory of process ids is needed.
"""

import os
from typing import Protocol
from weakref import WeakSet


class LeftBehind(Protocol):
    """Something whose other half stays in the parent."""

    def leave_behind(self) -> None:
        """Note that this process was forked; called in the child, where no other thread runs."""


_all: WeakSet[LeftBehind] = WeakSet()


def tell_in_fork(one: LeftBehind) -> None:
    """Have it told in every process that is forked from this one, as long as it lives."""
    _all.add(one)


def _tell_all() -> None:
    for one in list(_all):
        one.leave_behind()


os.register_at_fork(after_in_child=_tell_all)
