"""How long tasks waited and attempts ran since the start, by what people tell them apart by."""

from collections.abc import Collection, Mapping

from fastworker.domain.priority import RANKS, TaskPriority

from .durations import Durations
from .freshness import Refresh, always_fresh
from .instruments import RUN, WAIT, Buckets, Instrument, Spent, buckets

_PRIORITIES = {rank: priority.value for priority, rank in RANKS.items()}


class Measures:
    """The histograms. There are no more than there are priorities and known names of task functions.

    `spent` is told of the same durations, if it is set.
    """

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._waits = {priority.value: Durations() for priority in TaskPriority}
        self._runs: dict[str, Durations] = {}
        self._later_runs: dict[str, Durations] = {}
        self.spent: Spent | None = None

    def add_waits(self, waits: Mapping[int, Collection[float]]) -> None:
        """Count how long tasks have waited, by the rank of their priority."""
        for rank, durations in waits.items():
            priority = _PRIORITIES[rank]
            self._waits[priority].add(durations)
            self._tell(WAIT, {"priority": priority}, durations)

    def add_runs(self, name: str, durations: Collection[float], later: Collection[float] = ()) -> None:
        """Count how long attempts of a task function ran; `later` are those that were not their task's first."""
        _add(self._runs, name, durations)
        if later:
            _add(self._later_runs, name, later)
        self._tell(RUN, {"task": name}, durations)

    def histogram(self, instrument: Instrument) -> list[Buckets]:
        """Return the durations of `WAIT` or `RUN`."""
        self._refresh()
        [label] = instrument.labels
        found = self._waits if instrument is WAIT else self._runs
        return [buckets({label: value}, durations) for value, durations in found.items()]

    def runs_of(self, name: str) -> Durations:
        """Return how long attempts of a task function ran."""
        self._refresh()
        return self._runs.get(name) or Durations()

    def later_runs_of(self, name: str) -> Durations:
        """Return the same of the attempts that were not their task's first."""
        self._refresh()
        return self._later_runs.get(name) or Durations()

    def _tell(self, instrument: Instrument, labels: dict[str, str], durations: Collection[float]) -> None:
        if self.spent is not None and durations:
            self.spent(instrument, labels, durations)


def _add(found: dict[str, Durations], name: str, durations: Collection[float]) -> None:
    runs = found.get(name)
    if runs is None:
        runs = found[name] = Durations()
    runs.add(durations)
