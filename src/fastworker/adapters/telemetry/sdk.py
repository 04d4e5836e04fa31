"""Sets up OpenTelemetry's SDK for a process, and ends it: nothing else imports it before somebody else has."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource

from fastworker.application.log import log

from .asked import Asked
from .exporters import make_exporter
from .otel_tracing import present_provider


class Sdk:
    """The providers of one process. One that somebody has set before is left as it is, and to whoever set it."""

    def __init__(self, asked: Asked, attributes: dict[str, str]) -> None:
        """Set up what is asked for; raises InvalidSetting when an exporter cannot be had."""
        self._ends: list[Callable[[], Any]] = []
        resource = Resource.create(dict(attributes)).merge(OTELResourceDetector().detect())  # the user's words go last
        if asked.traces and present_provider() is None:
            self._set_up_traces(resource, asked.traces)
        if asked.metrics and not isinstance(metrics.get_meter_provider(), MeterProvider):
            self._set_up_metrics(resource, asked.metrics)

    def _set_up_traces(self, resource: Resource, names: Sequence[str]) -> None:
        # Not above: while it is not loaded, a task costs nothing more, see `detection`.
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # `close` has a bound, that has none
        for name in names:
            provider.add_span_processor(BatchSpanProcessor(make_exporter("traces", name)))
        trace.set_tracer_provider(provider)
        self._ends.append(provider.shutdown)

    def _set_up_metrics(self, resource: Resource, names: Sequence[str]) -> None:
        readers = [PeriodicExportingMetricReader(make_exporter("metrics", name)) for name in names]
        provider = MeterProvider(readers, resource, shutdown_on_exit=False)
        metrics.set_meter_provider(provider)
        self._ends.append(provider.shutdown)

    def close(self, *, seconds: float) -> None:
        """Send what was not sent yet, for at most so many seconds: a collector that hangs holds up nobody's end."""
        threads = [threading.Thread(target=_quietly, args=(end,), daemon=True) for end in self._ends]
        until = time.monotonic() + seconds
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            log.warning("telemetry_lost", reason=f"it could not be sent within {seconds:g} s of the end")


def _quietly(end: Callable[[], Any]) -> None:
    try:
        end()
    except Exception as error:
        log.warning("telemetry_lost", reason=f"{type(error).__name__}: {error}")
