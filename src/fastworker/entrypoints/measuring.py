"""The control plane's part in telemetry: spans for the time that tasks waited, and its instruments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

from fastworker.adapters.log_sink import LogSink
from fastworker.adapters.telemetry import find_tracing
from fastworker.application.background import background_tasks
from fastworker.application.log import log
from fastworker.application.ports.clock import Clock
from fastworker.application.ports.event_sink import EventSink
from fastworker.application.several_sinks import SeveralSinks
from fastworker.domain.ledger import Ledger

from .dashboard import observe

if TYPE_CHECKING:
    from fastworker.adapters.telemetry.otel_metrics import OtelMetrics
    from fastworker.application.observatory.task_spans import TaskSpans

SHOW_SECONDS = 1.0
"""How old the values may be that are collected: they are collected in another thread, and much less often."""


def own_sink(ledger: Ledger, clock: Clock, spans: "TaskSpans | None" = None) -> EventSink:
    """Return who hears of every change first: the log, and the traces, if this process traces.

    Its spans are also put among those that are kept for people, if any are.
    """
    tracing = find_tracing()
    if tracing is None:
        return LogSink()
    from fastworker.adapters.telemetry.wait_spans import WaitSpans

    return SeveralSinks(LogSink(), WaitSpans(tracing, ledger, clock, keep=None if spans is None else spans.add))


@asynccontextmanager
async def measuring(container: Any, *, is_asked: bool, has_dashboard: bool) -> AsyncIterator[None]:
    """Show OpenTelemetry what there is to measure while the body runs, if metrics are asked for.

    The container is a watched one then. Without a dashboard nobody else keeps its observatory.
    """
    if not is_asked:
        yield
        return
    from fastworker.adapters.telemetry.otel_metrics import global_metrics

    metrics = global_metrics()
    container.observatory().measures.spent = metrics.record
    async with background_tasks() as group:
        if not has_dashboard:
            group.start_soon(observe, container)
        group.start_soon(_show_each_second, container, metrics)
        try:
            yield
        finally:
            _show(container, metrics)


async def _show_each_second(container: Any, metrics: "OtelMetrics") -> None:
    """Never end the control plane for a number that cannot be had."""
    while True:
        try:
            _show(container, metrics)
        except Exception:
            log.exception("measuring_failed")
        await anyio.sleep(SHOW_SECONDS)


def _show(container: Any, metrics: "OtelMetrics") -> None:
    from fastworker.application.observatory.readings import readings

    ends = container.control_plane().ends
    metrics.show(readings(container.ledger(), container.observatory(), ends, now=container.clock().now()))
