"""Task functions."""

from fastworker.application.function_catalogue import FunctionView
from fastworker.application.observatory.durations import Spread

from ..models.function import Function, Percentiles
from ..moments import Moments
from .queues import pause_record


def function_record(view: FunctionView, moments: Moments) -> Function:
    """Return a task function and how it does."""
    ended = view.succeeded + view.failed
    return Function(
        name=view.name,
        is_here=view.is_here,
        module=view.module,
        doc=view.doc,
        signature=view.signature,
        parameters=view.parameters,
        priority=view.priority,
        retries=view.terms.retries,
        timeout_seconds=view.terms.timeout_seconds,
        isolation=view.isolation,
        is_async=view.is_async,
        workers=list(view.workers),
        queued=view.queued,
        running=view.running,
        succeeded=view.succeeded,
        failed=view.failed,
        retried=view.retried,
        failure_ratio=view.failed / ended if ended else None,
        run_seconds=percentiles(view.run),
        pause=pause_record(view.pause, moments),
    )


def percentiles(spread: Spread) -> Percentiles:
    """Return a spread of seconds."""
    return Percentiles(count=spread.count, p50=spread.p50, p95=spread.p95, p99=spread.p99, longest=spread.longest)
