"""What a worker measures of its own process, to say it with each beat."""

from fastworker.domain.vitals import Vitals

from .loop_lag import LoopLag
from .ports.clock import Clock
from .ports.process_meter import ProcessMeter

LEAST_SECONDS = 1.0
"""A share of less time than this would be mostly chance."""


class VitalSigns:
    """Taken by one thread, the one that beats; they go on from one registration of the worker to its next."""

    def __init__(self, meter: ProcessMeter, clock: Clock, lag: LoopLag) -> None:
        self._meter = meter
        self._clock = clock
        self._lag = lag
        self._since = clock.now()
        self._used = meter.processor_seconds()

    def take(self, *, round_trip_seconds: float | None) -> Vitals:
        """Return how the process does; the round trip is that of the beat before, None if it was not answered."""
        return Vitals(
            processor_share=self._processor_share(),
            resident_bytes=self._meter.resident_bytes(),
            lag_seconds=self._lag.take(),
            round_trip_seconds=round_trip_seconds,
        )

    def _processor_share(self) -> float | None:
        """Return the share since the last one that was told; None while that is only a moment ago."""
        now, used = self._clock.now(), self._meter.processor_seconds()
        seconds = now - self._since
        if seconds < LEAST_SECONDS:
            return None
        share = (used - self._used) / seconds
        self._since, self._used = now, used
        return share
