"""What the OTEL_* variables ask for."""

import pytest

from fastworker.adapters.telemetry.asked import Asked, asked_by, protocol_of

OTLP = ("otlp",)
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, Asked()),
        ({"OTEL_SERVICE_NAME": "shop"}, Asked()),
        (ENDPOINT, Asked(OTLP, OTLP)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, Asked(OTLP, ())),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:4318/v1/metrics"}, Asked((), OTLP)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Asked(OTLP, ())),
        ({"OTEL_TRACES_EXPORTER": "console, otlp", "OTEL_METRICS_EXPORTER": "none"}, Asked(("console", "otlp"), ())),
        (ENDPOINT | {"OTEL_METRICS_EXPORTER": "none"}, Asked(OTLP, ())),
        (ENDPOINT | {"OTEL_METRICS_EXPORTER": "prometheus"}, Asked(OTLP, ())),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "true"}, Asked()),
        (ENDPOINT | {"OTEL_SDK_DISABLED": " TRUE "}, Asked()),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "false"}, Asked(OTLP, OTLP)),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": ""}, Asked(OTLP, OTLP)),
    ],
)
def test_the_variables_ask_for_exporters(environment: dict[str, str], asked: Asked) -> None:
    assert asked_by(environment) == asked
    assert asked.is_nothing == (not asked.traces and not asked.metrics)


def test_otlp_is_spoken_over_http_unless_another_protocol_is_named() -> None:
    assert protocol_of("traces", {}) == "http/protobuf"
    assert protocol_of("traces", {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}) == "grpc"
    own = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf"}
    assert (protocol_of("traces", own), protocol_of("metrics", own)) == ("grpc", "http/protobuf")
