"""Spans of time as tests write them: "2h", "1h30m", a number of seconds, or a timedelta."""

import re
from datetime import timedelta
from math import ceil, isfinite
from typing import Any

from fastworker.domain.errors import InvalidOption

type Duration = str | float | timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def seconds_of(duration: Duration) -> float:
    """Return a span in seconds.

    Raises:
        InvalidOption: it is no span of time, or goes back.
    """
    seconds = _seconds(duration)
    if seconds is None or not isfinite(seconds) or seconds < 0:
        raise InvalidOption(
            f"{duration!r} is no span of time; expected one as '30s', '2h', '1h30m' or '7d', seconds, or a timedelta"
        )
    return seconds


def shown(seconds: float) -> str:
    """Return a span as `seconds_of` reads it, rounded up to the millisecond, so that to advance by it is enough."""
    left = max(0, ceil(seconds * 1_000 - 1e-3))
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    if left or not parts:
        parts.append(f"{left / 1_000:g}s")
    return "".join(parts)


def _seconds(duration: Any) -> float | None:
    if isinstance(duration, timedelta):
        return duration.total_seconds()
    if isinstance(duration, str):
        return _parsed(duration.replace(" ", ""))
    if isinstance(duration, int | float) and not isinstance(duration, bool):
        return float(duration)
    return None


def _parsed(text: str) -> float | None:
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
