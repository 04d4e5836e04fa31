"""The history in columns, made once per second however many ask."""

from bisect import bisect_right
from dataclasses import dataclass

from fastworker.application.observatory.history import History
from fastworker.domain.priority import TaskPriority

from .models.overview import Range
from .moments import Moments
from .records.history import RANGES, columns


@dataclass(frozen=True, slots=True)
class Columns:
    """The moments (Unix seconds) at which samples end, and their values by column."""

    at: list[float]
    values: dict[str, list[float | None]]

    def since(self, moment: float) -> "Columns":
        """Return those that end later."""
        first = bisect_right(self.at, moment)
        return Columns(self.at[first:], {name: column[first:] for name, column in self.values.items()})


class SeriesCache:
    """Columns by range, of all or of one priority, as they were after the last second that is over."""

    def __init__(self, history: History, moments: Moments) -> None:
        self._history = history
        self._moments = moments
        self._made: dict[tuple[Range, TaskPriority | None], tuple[tuple[float, float], Columns]] = {}

    def get(self, span: Range, of: TaskPriority | None = None, *, now: float) -> Columns:
        """Return the history of a range."""
        mark = self._history.second.began, self._moments.unix(0.0)
        made = self._made.get((span, of))
        if made is None or made[0] != mark:
            made = self._made[span, of] = mark, self._make(span, of, now)
        return made[1]

    def _make(self, span: Range, of: TaskPriority | None, now: float) -> Columns:
        step, _, seconds = RANGES[span]
        samples = self._history.samples(step, since=now - seconds)
        return Columns([self._moments.unix(sample.at) for sample in samples], columns(samples, of))
