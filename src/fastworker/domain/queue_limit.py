"""How much of a priority may run: so many tasks at once, and so many starts per second."""

from dataclasses import dataclass

from .errors import InvalidOption

MOST_AT_ONCE = 100_000
MOST_PER_SECOND = 100_000.0

BURST_SECONDS = 0.1
"""Starts are spread evenly, but for those of so long a time, which may come together.

A whole second's worth would let twice the rate start within one second, and whoever limits a rate has something to
protect that does not bear it. None at all would lose what a control plane that wakes late has missed: at 1,000 per
second already, a thousandth of a second decides.
"""


@dataclass(frozen=True, slots=True)
class QueueLimit:
    """By whom, since when, and what is allowed; None: as much as there is room for."""

    by: str
    at: float
    at_once: int | None = None
    per_second: float | None = None


def numbers_of(limit: QueueLimit | None) -> tuple[int | None, float | None]:
    """Return how many are allowed at once, and per second."""
    return (None, None) if limit is None else (limit.at_once, limit.per_second)


def check_limit(at_once: int | None, per_second: float | None) -> None:
    """Refuse what is no limit that can be kept.

    Raises:
        InvalidOption: one of the two is out of its bounds.
    """
    if at_once is not None and not 1 <= at_once <= MOST_AT_ONCE:
        raise InvalidOption(f"at_once of {at_once!r}; expected 1 to {MOST_AT_ONCE:,}, or none")
    if per_second is not None and not 0 < per_second <= MOST_PER_SECOND:
        raise InvalidOption(
            f"per_second of {per_second!r}; expected more than 0, up to {MOST_PER_SECOND:,.0f}, or none"
        )
