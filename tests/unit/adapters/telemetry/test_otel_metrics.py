"""OpenTelemetry and Prometheus are told the same."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, Metric
from prometheus_client.parser import text_string_to_metric_families

from fastworker.adapters.telemetry.otel_metrics import OtelMetrics
from fastworker.application.observatory.instruments import INSTRUMENTS, Instrument, Kind
from fastworker.application.observatory.readings import readings
from tests.unit.adapters.dashboard.served import HOST, Served, a_dashboard

type Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Collector:
    """Collects what a control plane shows."""

    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        self._provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self.metrics = OtelMetrics(self._provider)

    def collect(self) -> list[Metric]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return [metric for each in data.resource_metrics for scope in each.scope_metrics for metric in scope.metrics]


def named(metric: Metric) -> Instrument:
    [instrument] = [each for each in INSTRUMENTS if each.full_name == metric.name]
    return instrument


def values_of(metrics: Iterable[Metric]) -> Values:
    """Return what was collected, under the names that Prometheus uses."""
    return dict(pair for metric in metrics for point in metric.data.data_points for pair in _values(metric, point))


def _values(metric: Metric, point: Any) -> Iterator[tuple[tuple[str, frozenset[tuple[str, str]]], float]]:
    name, labels = named(metric).prometheus_name, frozenset((point.attributes or {}).items())
    if not isinstance(point, HistogramDataPoint):
        yield (name, labels), point.value
        return
    yield (f"{name}_count", labels), point.count
    yield (f"{name}_sum", labels), pytest.approx(point.sum)
    total = 0
    for bound, count in zip([*point.explicit_bounds, float("inf")], point.bucket_counts, strict=True):
        total += count
        yield (f"{name}_bucket", labels | {("le", f"{bound:.6g}".replace("inf", "+Inf"))}), total


def scraped(text: str) -> Values:
    """Return what Prometheus reads."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def do_something(served: Served) -> None:
    """Have two tasks succeed, one fail, and one wait for a time; the worker beats twice."""
    for args in ([1, 0], [4, 2], [6, 3]):
        await served.post("/tasks", {"name": "divide", "args": args, "priority": "high"})
    await served.post("/tasks", {"name": "echo", "args": [1], "delay_seconds": 60})
    await served.system.advance(5.0)  # the second beat of the worker tells more than its first
    await served.turn()


def show(collector: Collector, served: Served) -> None:
    """Have OpenTelemetry see what there is now."""
    parts = served.parts
    collector.metrics.show(
        readings(parts.ledger, parts.observatory, parts.control_plane.ends, now=served.system.clock.now())
    )


@pytest.mark.anyio
async def test_what_opentelemetry_collects_is_what_prometheus_scrapes() -> None:
    collector = Collector()
    async with a_dashboard() as served:
        served.parts.observatory.measures.spent = collector.metrics.record
        await do_something(served)
        show(collector, served)
        collected = values_of(collector.collect())
        told = scraped((await served.http.get(f"http://{HOST}/metrics")).text)
        assert collected[("fastworker_tasks_submitted_total", frozenset({("priority", "high")}))] == 3
        assert collected[("fastworker_tasks_finished_total", frozenset({("status", "failure")}))] == 1
        assert collected[("fastworker_task_run_seconds_count", frozenset({("task", "divide")}))] == 3
        assert collected[("fastworker_task_wait_seconds_count", frozenset({("priority", "high")}))] == 3
        assert {key: told[key] for key in collected} == collected
        unseen = {key for key, value in told.items() if key not in collected and value}
        assert {name.removeprefix("fastworker_") for name, _ in unseen} == {
            "info",
            "up_seconds",
            "memory_bytes",
            "dashboard_follows",
        }


@pytest.mark.anyio
async def test_every_instrument_is_collected_with_its_kind_unit_and_labels() -> None:
    collector = Collector()
    async with a_dashboard() as served:
        served.parts.observatory.measures.spent = collector.metrics.record
        await do_something(served)
        show(collector, served)
        metrics = {metric.name: metric for metric in collector.collect()}
        assert set(metrics) == {instrument.full_name for instrument in INSTRUMENTS}
        for instrument in INSTRUMENTS:
            metric = metrics[instrument.full_name]
            assert (metric.unit, metric.description) == (instrument.unit, instrument.text)
            assert (
                type(metric.data).__name__
                == {Kind.COUNTER: "Sum", Kind.GAUGE: "Gauge", Kind.HISTOGRAM: "Histogram"}[instrument.kind]
            )
            assert {tuple(point.attributes or {}) for point in metric.data.data_points} == {instrument.labels}


def test_before_anything_is_shown_nothing_is_collected() -> None:
    assert Collector()._reader.get_metrics_data() is None
