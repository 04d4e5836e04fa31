"""How the process of a worker does, as it says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What a worker says with a beat; None where it has not measured yet.

    `processor_share` is the time on processors per second since an earlier beat: 1.0 is one processor, all the time.
    `lag_seconds` is how late the event loop of its tasks came to something since the beat before, at most;
    `round_trip_seconds` is of the beat before.
    """

    processor_share: float | None = None
    resident_bytes: int | None = None
    lag_seconds: float | None = None
    round_trip_seconds: float | None = None
