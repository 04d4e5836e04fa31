"""Moments of the monotonic clock as moments of the calendar, the same each time they are told."""

from datetime import UTC, datetime
from typing import overload

from fastworker.application.ports.clock import Clock

JUMP_SECONDS = 0.5
"""The calendar's clock may be set; smaller differences are taken for noise, so that answers stay equal."""


class Moments:
    """Turns one clock into the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.wall() - clock.now()

    def now(self) -> datetime:
        """Return this moment."""
        return datetime.fromtimestamp(self._clock.wall(), UTC)

    @overload
    def of(self, at: float) -> datetime: ...
    @overload
    def of(self, at: float | None) -> datetime | None: ...
    def of(self, at: float | None) -> datetime | None:
        """Return a moment, given in monotonic seconds; None stays None."""
        return None if at is None else datetime.fromtimestamp(self.unix(at), UTC)

    def unix(self, at: float) -> float:
        """Return Unix seconds."""
        offset = self._clock.wall() - self._clock.now()
        if abs(offset - self._offset) > JUMP_SECONDS:
            self._offset = offset
        return self._offset + at

    def monotonic(self, moment: datetime) -> float:
        """Return monotonic seconds; a moment without a zone is taken as UTC."""
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return (aware - datetime.fromtimestamp(self._offset, UTC)).total_seconds()
