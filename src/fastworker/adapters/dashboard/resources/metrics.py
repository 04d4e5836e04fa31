"""The state in numbers for Prometheus."""

from collections.abc import Iterable

from litestar import Response, get

from fastworker.application.observatory.instruments import (
    HISTOGRAM_BOUNDS,
    RUN,
    WAIT,
    Buckets,
    Instrument,
    Kind,
    Labels,
    Reading,
)
from fastworker.application.observatory.readings import readings

from ..parts import Given, Parts
from .arguments import fails_with

MEDIA_TYPE = "text/plain; version=0.0.4"

INFO = Instrument("info", Kind.GAUGE, "1", "The version of the control plane.", ("version",))
UP = Instrument("up", Kind.GAUGE, "s", "Seconds since the start.")
FOLLOWS = Instrument("dashboard_follows", Kind.GAUGE, "1", "1 while the dashboard follows what happens.")
STREAMS = Instrument("event_streams", Kind.GAUGE, "{stream}", "Listeners of the event stream.")
MEMORY = Instrument("memory", Kind.GAUGE, "By", "Memory of the control plane.")
"""What an OpenTelemetry collector knows of the process by other ways, or does not ask."""


@get("/metrics", operation_id="get_metrics", tags=["health"], responses=fails_with(), sync_to_thread=False)
def get_metrics(parts: Given) -> Response[str]:
    """Return the state in numbers as Prometheus text."""
    return Response("".join(_families(parts)), media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})


def _families(parts: Parts) -> Iterable[str]:
    now = parts.clock.now()
    yield _family(Reading(INFO, [({"version": parts.who.version}, 1)]))
    yield _family(Reading(UP, [({}, now - parts.started_at)]))
    yield from map(_family, readings(parts.ledger, parts.observatory, parts.control_plane.ends, now=now))
    for instrument in (WAIT, RUN):
        yield _histogram(instrument, parts.observatory.measures.histogram(instrument))
    yield _family(Reading(FOLLOWS, [({}, parts.observatory.blind_since is None)]))
    yield _family(Reading(STREAMS, [({}, parts.hub.listeners)]))
    yield _family(Reading(MEMORY, [({}, parts.meter.resident_bytes())]))


def _family(reading: Reading) -> str:
    name = reading.instrument.prometheus_name
    return _lines(reading.instrument, (_line(name, labels, value) for labels, value in reading.values))


def _histogram(instrument: Instrument, found: Iterable[Buckets]) -> str:
    return _lines(
        instrument, (line for buckets in found for line in _bucket_lines(instrument.prometheus_name, buckets))
    )


def _bucket_lines(name: str, buckets: Buckets) -> Iterable[str]:
    for bound, count in zip(HISTOGRAM_BOUNDS, buckets.counts, strict=True):
        yield _line(f"{name}_bucket", {**buckets.labels, "le": f"{bound:.6g}"}, count)
    yield _line(f"{name}_bucket", {**buckets.labels, "le": "+Inf"}, buckets.count)
    yield _line(f"{name}_sum", buckets.labels, buckets.seconds)
    yield _line(f"{name}_count", buckets.labels, buckets.count)


def _lines(instrument: Instrument, lines: Iterable[str]) -> str:
    name = instrument.prometheus_name
    told = [f"# HELP {name} {instrument.text}", f"# TYPE {name} {instrument.kind.value}", *lines]
    return "\n".join(told) + "\n"


def _line(name: str, labels: Labels, value: float) -> str:
    return f"{name}{_labels(labels)} {value:.17g}"


def _labels(labels: Labels) -> str:
    said = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


HANDLERS = [get_metrics]
