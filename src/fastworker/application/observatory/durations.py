"""Many durations in little memory: how many fell between which bounds.

The bounds are a third of an octave apart, from 1.6 µs to a day, so that a percentile is off by 13 % at most: the
fastest task functions run for some ten microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from math import ceil, inf

BELOW_100_MICROSECONDS = 18
BOUNDS = tuple(1e-4 * 2 ** (third / 3) for third in range(-BELOW_100_MICROSECONDS, 91))
"""Upper bounds in seconds; what is longer than the last is counted behind it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How durations lie, in seconds; None when there were none."""

    count: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    longest: float | None = None


NO_SPREAD = Spread()


class Durations:
    """A histogram. `seconds` is their sum."""

    __slots__ = ("counts", "longest", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.longest = 0.0
        self.seconds = 0.0

    def add(self, durations: Collection[float]) -> None:
        """Count durations. Many at once take 40 ns each, and one alone 2 µs: so they are sorted first (measured)."""
        if not durations:
            return
        ordered = sorted(durations)
        first, last = bisect_left(BOUNDS, ordered[0]), bisect_left(BOUNDS, ordered[-1])
        passed = 0
        for bucket in range(first, last):
            end = bisect_right(ordered, BOUNDS[bucket], passed)
            self.counts[bucket] += end - passed
            passed = end
        self.counts[last] += len(ordered) - passed
        self.seconds += sum(ordered)
        self.longest = max(self.longest, ordered[-1])

    def absorb(self, other: "Durations") -> None:
        """Count all that another has counted."""
        if other.seconds or any(other.counts):
            self.counts = [mine + more for mine, more in zip(self.counts, other.counts, strict=True)]
            self.seconds += other.seconds
            self.longest = max(self.longest, other.longest)

    def spread(self) -> Spread:
        """Return how they lie."""
        count = sum(self.counts)
        if not count:
            return NO_SPREAD
        return Spread(count, self._percentile(0.5), self._percentile(0.95), self._percentile(0.99), self.longest)

    def _percentile(self, share: float) -> float:
        """Return the duration that so great a share does not exceed, as if each bucket were filled evenly.

        Of the first bucket that would be invented: what is below its bound is shorter than clocks tell apart.
        """
        left = ceil(share * sum(self.counts))
        bucket = 0
        while self.counts[bucket] < left:
            left -= self.counts[bucket]
            bucket += 1
        if bucket == 0:
            return min(self.longest, BOUNDS[0])
        below = BOUNDS[bucket - 1]
        above = BOUNDS[bucket] if bucket < len(BOUNDS) else self.longest
        return min(self.longest, below + (above - below) * left / self.counts[bucket])

    def octaves(self) -> list[tuple[float, float, int]]:
        """Return how many are above a bound and up to the next one, which is its double; from the first with any on.

        Below the first bound is 0; above the last one, infinity.
        """
        bounds = BOUNDS[::3]
        counts = [sum(self.counts[max(0, 3 * octave - 2) : 3 * octave + 1]) for octave in range(len(bounds))]
        found = list(zip((0.0, *bounds), (*bounds, inf), (*counts, self.counts[-1]), strict=True))
        some = [index for index, (_, _, count) in enumerate(found) if count]
        return found[some[0] : some[-1] + 1] if some else []
