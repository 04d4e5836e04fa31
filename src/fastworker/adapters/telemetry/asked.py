"""What the standard OTEL_* variables ask of a process; without any of them, nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

NOT_PUSHED = {"none", "prometheus"}
"""Exporters that need nothing from us: `/metrics` is there anyway."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The exporters of each signal, by their names in the variables."""

    traces: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """True when the SDK is not needed."""
        return not self.traces and not self.metrics


def asked_by(environment: Mapping[str, str]) -> Asked:
    """Return what the variables ask for; OTEL_SDK_DISABLED=true goes over all others."""
    if is_disabled(environment):
        return Asked()
    return Asked(_exporters("TRACES", environment), _exporters("METRICS", environment))


def is_disabled(environment: Mapping[str, str]) -> bool:
    """Tell whether there is to be no telemetry, whoever sets it up."""
    return environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def protocol_of(signal: str, environment: Mapping[str, str]) -> str:
    """Return how `otlp` is to be spoken for a signal."""
    own = environment.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL")
    return (own or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL") or "http/protobuf").strip()


def _exporters(signal: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    named = environment.get(f"OTEL_{signal}_EXPORTER", "").strip()
    if named:
        words = [word.strip() for word in named.split(",")]
        return tuple(word for word in words if word and word not in NOT_PUSHED)
    endpoints = (f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return ("otlp",) if any(environment.get(each) for each in endpoints) else ()
