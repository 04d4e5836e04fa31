"""The control plane's instruments in OpenTelemetry."""

from collections.abc import Collection, Iterable, Sequence
from functools import partial

from opentelemetry.metrics import CallbackOptions, Histogram, Meter, MeterProvider, Observation, get_meter_provider

from fastworker.application.observatory.instruments import (
    HISTOGRAM_BOUNDS,
    INSTRUMENTS,
    Instrument,
    Kind,
    Labels,
    Measured,
    Reading,
)

from .otel_tracing import SCOPE


class OtelMetrics:
    """Shows readings to whoever collects, in a thread of its own: it sees those that were shown last.

    What was spent is recorded when it is told of, in batches.
    """

    def __init__(self, provider: MeterProvider) -> None:
        self._latest: dict[str, Sequence[Measured]] = {}
        self._histograms: dict[str, Histogram] = {}
        meter = provider.get_meter(SCOPE)
        for instrument in INSTRUMENTS:
            self._make(meter, instrument)

    def show(self, readings: Iterable[Reading]) -> None:
        """Have these be the present values."""
        self._latest = {reading.instrument.name: reading.values for reading in readings}

    def record(self, instrument: Instrument, labels: Labels, durations: Collection[float]) -> None:
        """Add durations to a histogram."""
        histogram = self._histograms[instrument.name]
        for seconds in durations:
            histogram.record(seconds, labels)

    def _make(self, meter: Meter, instrument: Instrument) -> None:
        name, unit, text = instrument.full_name, instrument.unit, instrument.text
        observe = partial(self._observe, instrument.name)
        match instrument.kind:
            case Kind.COUNTER:
                meter.create_observable_counter(name, [observe], unit, text)
            case Kind.GAUGE:
                meter.create_observable_gauge(name, [observe], unit, text)
            case Kind.HISTOGRAM:
                self._histograms[instrument.name] = meter.create_histogram(
                    name, unit, text, explicit_bucket_boundaries_advisory=HISTOGRAM_BOUNDS
                )

    def _observe(self, name: str, _: CallbackOptions) -> list[Observation]:
        return [Observation(value, labels) for labels, value in self._latest.get(name, ())]


def global_metrics() -> OtelMetrics:
    """Return the instruments of the meter provider of this process."""
    return OtelMetrics(get_meter_provider())
