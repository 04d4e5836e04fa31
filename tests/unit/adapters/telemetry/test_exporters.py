"""Exporters are found by name, or it is said how to have them."""

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import ConsoleSpanExporter

from fastworker.adapters.telemetry import exporters
from fastworker.adapters.telemetry.exporters import make_exporter
from fastworker.domain.errors import InvalidSetting


@pytest.fixture(autouse=True)
def _no_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        monkeypatch.delenv(name, raising=False)


def install(monkeypatch: pytest.MonkeyPatch, *installed: EntryPoint) -> None:
    """Have nothing installed but these."""

    def entry_points(*, group: str, name: str) -> Any:
        return [each for each in installed if (each.group, each.name) == (group, name)]

    monkeypatch.setattr(exporters, "entry_points", entry_points)


def test_what_is_installed_is_made() -> None:
    assert isinstance(make_exporter("traces", "otlp"), OTLPSpanExporter)
    assert isinstance(make_exporter("metrics", "otlp"), OTLPMetricExporter)
    assert isinstance(make_exporter("traces", "console"), ConsoleSpanExporter)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    with pytest.raises(InvalidSetting, match=r"'otlp' for traces.* not installed: pip install 'fastworker\[otlp\]'"):
        make_exporter("traces", "otlp")


def test_grpc_asks_for_a_package_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(InvalidSetting, match="pip install opentelemetry-exporter-otlp-proto-grpc"):
        make_exporter("traces", "otlp")


def test_a_protocol_that_nobody_speaks_is_an_error_that_names_those_that_are_spoken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "pigeon")
    with pytest.raises(InvalidSetting, match="'pigeon'; expected http/protobuf or grpc"):
        make_exporter("traces", "otlp")


def test_an_exporter_that_nobody_brings_is_an_error() -> None:
    with pytest.raises(InvalidSetting, match=r"'zipkim' for traces.*install the package"):
        make_exporter("traces", "zipkim")


def test_an_exporter_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("odd", "no_such_package:Exporter", "opentelemetry_metrics_exporter")
    install(monkeypatch, broken)
    with pytest.raises(InvalidSetting, match="ModuleNotFoundError: No module named 'no_such_package'"):
        make_exporter("metrics", "odd")
