"""How long the tasks of each priority waited, by rank: the most urgent priority has rank 0.

A histogram takes a kilobyte, so there is one only for a rank of which something has started. In the samples of the
history, 3,060 of them, the waits of all ranks are packed into 48 bytes, and those of a time in which nothing started
are all one.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from struct import Struct

from fastworker.domain.priority import TaskPriority

from .durations import Durations, Spread

_PERCENTILES = ("p50", "p95", "p99")
_ROW = Struct(f"{len(TaskPriority) * len(_PERCENTILES)}f")

type WaitPercentiles = tuple[float | None, float | None, float | None]
"""p50, p95 and p99 in seconds; None when nothing of that priority started."""


class RankWaits:
    """Durations by rank, in one step of the history."""

    __slots__ = ("_by_rank",)

    def __init__(self) -> None:
        self._by_rank: dict[int, Durations] = {}

    def add(self, waits: Mapping[int, Sequence[float]]) -> None:
        """Count waits of each rank."""
        for rank, durations in waits.items():
            self._open(rank).add(durations)

    def absorb(self, later: "RankWaits") -> None:
        """Count all that another has counted."""
        for rank, durations in later._by_rank.items():
            self._open(rank).absorb(durations)

    def spread(self) -> Spread:
        """Return how the waits of all ranks lie together."""
        together = Durations()
        for durations in self._by_rank.values():
            together.absorb(durations)
        return together.spread()

    def packed(self) -> bytes:
        """Return the percentiles of each rank, for `unpacked`."""
        return _ROW.pack(*self._values()) if self._by_rank else NO_WAITS

    def _values(self) -> Iterator[float]:
        for rank in range(len(TaskPriority)):
            spread = self._by_rank[rank].spread() if rank in self._by_rank else None
            for name in _PERCENTILES:
                yield nan if spread is None else getattr(spread, name)

    def _open(self, rank: int) -> Durations:
        durations = self._by_rank.get(rank)
        if durations is None:
            durations = self._by_rank[rank] = Durations()
        return durations


NO_WAITS = _ROW.pack(*[nan] * len(TaskPriority) * len(_PERCENTILES))


def unpacked(packed: bytes, rank: int) -> WaitPercentiles:
    """Return the percentiles of one rank; to four digits, for they are no more exact."""
    p50, p95, p99 = (
        None if isnan(value) else float(f"{value:.4g}")
        for value in _ROW.unpack(packed)[len(_PERCENTILES) * rank : len(_PERCENTILES) * (rank + 1)]
    )
    return p50, p95, p99
