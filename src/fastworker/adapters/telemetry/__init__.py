"""Traces and metrics by OpenTelemetry. Importing this imports nothing of it: see `detection`."""

from .detection import find_tracing

__all__ = ["find_tracing"]
