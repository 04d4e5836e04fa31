"""A child process of a worker logs and traces as its worker does. Imported in the child, so it imports little."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import fastworker.entrypoints.plain_structlog  # noqa: F401 - first: see there
from fastworker.adapters.executors import ChildSurroundings
from fastworker.adapters.telemetry import find_tracing
from fastworker.application.ports.tracing import FindTracing

from .logs import configure_logs
from .telemetry import Telemetry

WORKER_SERVICE = "fastworker-subworker"

FLUSH_SECONDS = 0.4
"""Its worker gives a child that is dismissed little time: see adapters/executors."""


def surroundings_of_children(
    *, log_level: str, log_format: str, worker_id: str, show_locals: bool
) -> ChildSurroundings:
    """Return how the children of a worker are to log and to trace, and what their failures tell."""
    arguments = {"log_level": log_level, "log_format": log_format, "worker_id": worker_id}
    return ChildSurroundings(f"{surroundings.__module__}:{surroundings.__name__}", arguments, show_locals)


@contextmanager
def surroundings(*, log_level: str, log_format: str, worker_id: str) -> Iterator[FindTracing]:
    """Log and trace in a child process while it lives."""
    configure_logs(level=log_level, log_format=log_format)
    instance = f"{worker_id}-{os.getpid()}"  # or its sums would mix with those of its worker and siblings
    with Telemetry(WORKER_SERVICE, instance=instance, flush_seconds=FLUSH_SECONDS):
        yield find_tracing
