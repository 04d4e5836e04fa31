"""What people want of a worker, beside its tasks."""

from dataclasses import dataclass

LONGEST_DRAIN_SECONDS = 86_400.0
"""A worker that is to leave waits for what it runs for a day at most; longer than that is a drain to be resumed."""


@dataclass(frozen=True, slots=True)
class Directive:
    """All that is wanted of a worker, numbered from 1: each takes the place of the one before, and says it anew.

    It is sent until the worker names its number, so a lost reply loses nothing, and one that comes twice is taken
    once. What nobody has said is None: the worker has the slots, and the patience, that its process began with.
    """

    number: int = 0
    slots: int | None = None
    is_to_leave: bool = False
    drain_seconds: float | None = None  # for what runs, if it is to leave


NO_DIRECTIVE = Directive()
