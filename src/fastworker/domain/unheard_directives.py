"""What was wanted of workers that were gone before they said that they had heard it.

A worker that was silent for too long is dropped, and joins again when it can. What people want of it holds until its
process ends: it is wanted again then.
"""

from .directive import NO_DIRECTIVE, Directive

MOST_KEPT = 1_000
"""Workers that are remembered, the latest: most of those that went do not come back."""


class UnheardDirectives:
    """The latest directive of each worker that is gone, for the incarnation that it was meant for."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, Directive]] = {}

    def keep(self, worker_id: str, incarnation: str, directive: Directive) -> None:
        """Remember what was wanted of a worker that is live no more."""
        self._kept[worker_id] = (incarnation, directive)
        if len(self._kept) > MOST_KEPT:
            self.forget(next(iter(self._kept)))

    def find(self, worker_id: str, incarnation: str) -> Directive:
        """Return what was wanted of a process; nothing, if it heard of all, or is another one of the same id."""
        kept_for, directive = self._kept.get(worker_id, ("", NO_DIRECTIVE))
        return directive if kept_for == incarnation else NO_DIRECTIVE

    def forget(self, worker_id: str) -> None:
        """Forget what was wanted of the worker of an id: one has joined."""
        self._kept.pop(worker_id, None)
