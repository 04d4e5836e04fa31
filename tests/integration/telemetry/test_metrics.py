"""The metrics of a real control plane."""

import pytest

from fastworker.application.observatory.instruments import INSTRUMENTS, RUN, WAIT, Kind
from fastworker.domain.errors import TaskFailed
from tests.integration.system import StartSystem
from tests.integration.waiting import until

from .collector import Collector, SentMetric, a_collector

PLANE = "fastworker-control-plane"
KINDS = {Kind.COUNTER: "sum", Kind.GAUGE: "gauge", Kind.HISTOGRAM: "histogram"}


def sent(collector: Collector, name: str) -> SentMetric | None:
    return collector.metrics.get((PLANE, f"fastworker.{name}"))


@pytest.mark.parametrize("dashboard", ["--no-dashboard", "--dashboard-port 0"])
def test_every_metric_is_sent_with_the_right_labels(system: StartSystem, dashboard: str) -> None:
    with a_collector() as collector:
        environment = {
            "OTEL_METRICS_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_METRIC_EXPORT_INTERVAL": "300",
        }
        running = system(modules="traced_work", worker="--concurrency 4", dashboard=dashboard, environment=environment)
        with running.sync_client() as client:
            assert [client.delay("double", number, priority="high").get(timeout=20) for number in (1, 2)] == [2, 4]
            with pytest.raises(TaskFailed):
                client.delay("fail").get(timeout=20)
            until(lambda: (found := sent(collector, "task.run")) and len(found.values) == 2, what="all runs are sent")
            until(
                lambda: (found := sent(collector, "tasks.finished")) and found.values[("status", "failure"),] == 1,
                what="the end of all is sent",
            )
        # the last to come: a worker tells of its processor with its second beat
        until(lambda: all(sent(collector, each.name) for each in INSTRUMENTS), within=20, what="all of them are sent")
        for instrument in INSTRUMENTS:
            metric = sent(collector, instrument.name)
            assert metric is not None, instrument.name
            assert (metric.unit, metric.kind) == (instrument.unit, KINDS[instrument.kind])
            assert {tuple(name for name, _ in labels) for labels in metric.values} == {tuple(sorted(instrument.labels))}
        assert collector.metrics[PLANE, "fastworker.tasks.submitted"].values == {
            (("priority", "critical"),): 0,
            (("priority", "high"),): 2,
            (("priority", "normal"),): 1,
            (("priority", "low"),): 0,
        }
        assert collector.metrics[PLANE, "fastworker.tasks.finished"].values[("status", "success"),] == 2
        assert collector.metrics[PLANE, RUN.full_name].values == {(("task", "double"),): 2, (("task", "fail"),): 1}
        assert collector.metrics[PLANE, WAIT.full_name].values[("priority", "high"),] == 2
        assert collector.metrics[PLANE, "fastworker.slots"].values == {(): 4}
        assert collector.spans == []
