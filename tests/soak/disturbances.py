"""When somebody or something was disturbed on purpose, so that what followed can be told from what came by itself."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Interval:
    who: str
    began: float
    ended: float = math.inf


@dataclass(slots=True)
class Disturbances:
    """Intervals in which a worker, or a link, was not left alone."""

    _intervals: list[_Interval] = field(default_factory=list)

    @contextmanager
    def during(self, *names: str, aftermath_seconds: float = 0.0) -> Iterator[None]:
        """Note that these are disturbed while the context is open, and for some time after it."""
        now = time.monotonic()
        opened = [_Interval(name, now) for name in names]
        self._intervals += opened
        try:
            yield
        finally:
            for interval in opened:
                interval.ended = time.monotonic() + aftermath_seconds

    def touched(self, who: str, began: float, ended: float) -> bool:
        """Tell whether somebody was disturbed at any moment between two."""
        return any(
            interval.who == who and interval.began <= ended and interval.ended >= began for interval in self._intervals
        )
