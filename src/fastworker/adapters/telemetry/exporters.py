"""Finds the exporters that are installed: OpenTelemetry's packages announce theirs as entry points."""

import os
from importlib.metadata import entry_points
from typing import Any

from fastworker.domain.errors import InvalidSetting

from .asked import protocol_of

OTLP = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
INSTALL = {
    "otlp_proto_http": "pip install 'fastworker[otlp]'",
    "otlp_proto_grpc": "pip install opentelemetry-exporter-otlp-proto-grpc",
}


def make_exporter(signal: str, name: str) -> Any:
    """Return an exporter of `traces` or `metrics`; it reads its own settings from the environment.

    Raises:
        InvalidSetting: there is none of that name, or it cannot be made.
    """
    entry = _entry_name(signal, name)
    found = tuple(entry_points(group=f"opentelemetry_{signal}_exporter", name=entry))
    if not found:
        raise InvalidSetting(
            f"{_asked(signal, name)} needs an exporter that is not installed: {_how_to_install(entry)}"
        )
    try:
        return found[0].load()()
    except Exception as error:  # whatever a package of others raises: a part is missing, or a variable is wrong
        raise InvalidSetting(
            f"{_asked(signal, name)} cannot be had: {type(error).__name__}: {error} ({_how_to_install(entry)})"
        ) from error


def _entry_name(signal: str, name: str) -> str:
    if name != "otlp":
        return name
    protocol = protocol_of(signal, os.environ)
    if protocol not in OTLP:
        known = " or ".join(OTLP)
        raise InvalidSetting(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; expected {known}")
    return OTLP[protocol]


def _asked(signal: str, name: str) -> str:
    return f"{name!r} for {signal}, which the OTEL_* variables ask for,"


def _how_to_install(entry: str) -> str:
    return INSTALL.get(entry, f"install the package that brings the exporter {entry!r}, or set another")
