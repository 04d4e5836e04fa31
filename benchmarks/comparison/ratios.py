"""What pairs of measurements say about a change, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value of one tree."""

    name: str
    value: float
    unit: str
    is_higher_better: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of two trees, measured in pairs: the n-th of `a` beside the n-th of `b`.

    What disturbs the machine for a while disturbs both of a pair, so the ratios of pairs lie closer than the values.
    """

    name: str
    unit: str
    is_higher_better: bool
    a: tuple[float, ...]
    b: tuple[float, ...]

    @property
    def medians(self) -> tuple[float, float]:
        """The medians of A and of B."""
        return median(self.a), median(self.b)

    @property
    def ratios(self) -> list[float]:
        """B / A of each pair."""
        return [second / first for first, second in zip(self.a, self.b, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Between these lies the middle half of the ratios."""
        low, _, high = quantiles(self.ratios, n=4, method="inclusive")
        return low, high

    @property
    def spread(self) -> float:
        """The distance of the quartiles."""
        low, high = self.quartiles
        return high - low

    @property
    def has_changed(self) -> bool:
        """True when the ratio is further from 1 than its spread."""
        return abs(self.ratio - 1) > self.spread

    @property
    def loss(self) -> float:
        """By what part of A the figure is worse; negative when it is better."""
        return 1 - self.ratio if self.is_higher_better else self.ratio - 1

    @property
    def verdict(self) -> str:
        """`better`, `WORSE`, or nothing when it did not change by more than the spread."""
        if not self.has_changed:
            return ""
        return "WORSE" if self.loss > 0 else "better"

    def is_worse_by(self, percent: float) -> bool:
        """True when the figure is worse by more than so many percent beyond its spread."""
        return 100 * (self.loss - self.spread) > percent


def compared(pairs: Sequence[tuple[Sequence[Reading], Sequence[Reading]]]) -> list[Comparison]:
    """Return what pairs of runs say, one comparison per figure; each run gave the same figures."""
    firsts, seconds = zip(*pairs, strict=True)
    together = zip(zip(*firsts, strict=True), zip(*seconds, strict=True), strict=True)
    return [Comparison(a[0].name, a[0].unit, a[0].is_higher_better, _values(a), _values(b)) for a, b in together]


def _values(readings: Sequence[Reading]) -> tuple[float, ...]:
    return tuple(reading.value for reading in readings)
