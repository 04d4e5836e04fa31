"""How each task function does."""

from collections.abc import Collection
from math import inf

from .durations import Durations, Spread
from .freshness import Refresh, always_fresh
from .recent_count import RecentCount

WINDOW_SECONDS = 300.0
"""Run times are those of the present window of so many seconds, and of the one before."""


class FunctionTally:
    """Counts since the start: tasks that ended in success or without it, and attempts that are tried again.

    `ended` are attempts of the last minute, however they ended.
    """

    __slots__ = ("_before", "_began", "_runs", "ended", "failed", "retried", "succeeded")

    def __init__(self, now: float, *, heard_since: float = -inf) -> None:
        self.succeeded = 0
        self.failed = 0
        self.retried = 0
        self.ended = RecentCount(began=heard_since)
        self._began = now
        self._runs = Durations()
        self._before = Durations()

    def succeed(self, durations: Collection[float], *, now: float) -> None:
        """Count tasks that ended in success, by how long they ran."""
        self._make_present(now)
        self.succeeded += len(durations)
        self.ended.add(len(durations), now=now)
        self._runs.add(durations)

    def fail(self, durations: Collection[float], *, is_retried: bool, now: float) -> None:
        """Count an attempt that ended otherwise, and how long it ran, if that is known."""
        self._make_present(now)
        self.retried += is_retried
        self.failed += not is_retried
        self.ended.add(1, now=now)
        self._runs.add(durations)

    def cancel(self, *, now: float) -> None:
        """Count an attempt that was ended because somebody wanted that: it says nothing about the function."""
        self.ended.add(1, now=now)

    def runs(self, *, now: float) -> Spread:
        """Return how long attempts ran in the last five to ten minutes."""
        self._make_present(now)
        both = Durations()
        both.absorb(self._before)
        both.absorb(self._runs)
        return both.spread()

    def _make_present(self, now: float) -> None:
        """Begin a new window, if the present one is over."""
        age = now - self._began
        if age >= WINDOW_SECONDS:
            self._before = self._runs if age < 2 * WINDOW_SECONDS else Durations()
            self._runs = Durations()
            self._began = now


class FunctionTallies:
    """The tallies by name; there are no more than there are known names."""

    def __init__(self, refresh: Refresh = always_fresh, *, began: float = -inf) -> None:
        self._refresh = refresh
        self._began = began
        self._tallies: dict[str, FunctionTally] = {}

    def of(self, name: str, now: float) -> FunctionTally:
        """Return the tally of a task function, to be read."""
        self._refresh()
        return self.open(name, now)

    def open(self, name: str, now: float) -> FunctionTally:
        """Return the tally of a task function, to be written; it is begun now if there is none."""
        tally = self._tallies.get(name)
        if tally is None:
            tally = self._tallies[name] = FunctionTally(now, heard_since=self._began)
        return tally
