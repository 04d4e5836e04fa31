"""Task functions."""

from math import isinf

from fastworker.application.function_catalogue import FunctionView
from fastworker.application.observatory.durations import Durations, Spread

from ..models.function import Bar, Function, Percentiles
from ..moments import Moments
from .queues import pause_record, pause_version


def function_record(view: FunctionView, moments: Moments) -> Function:
    """Return a task function and how it does."""
    ended, code = view.succeeded + view.failed, view.declaration
    return Function(
        name=view.name,
        is_here=code is not None,
        module=code.module if code else None,
        doc=code.doc if code else None,
        signature=code.signature if code else None,
        priority=code.priority if code else None,
        retries=view.terms.retries,
        timeout_seconds=view.terms.timeout_seconds,
        tags=list(view.terms.tags or ()),
        isolation=code.isolation if code else None,
        is_async=code.is_async if code else None,
        workers=list(view.workers),
        queued=view.queued,
        running=view.running,
        succeeded=view.succeeded,
        failed=view.failed,
        retried=view.retried,
        failure_ratio=view.failed / ended if ended else None,
        ended_per_second=round(view.ended_per_second, 3),
        run_seconds=percentiles(view.run),
        pause=pause_record(view.pause, moments),
        version=pause_version(view.pause),
    )


def percentiles(spread: Spread) -> Percentiles:
    """Return a spread of seconds."""
    return Percentiles(count=spread.count, p50=spread.p50, p95=spread.p95, p99=spread.p99, longest=spread.longest)


def bars(durations: Durations, later: Durations) -> list[Bar]:
    """Return durations as a histogram; `later` are those of them that are of later attempts."""
    later_counts = {above: count for above, _, count in later.octaves()}
    return [
        Bar(
            above_seconds=above,
            below_seconds=None if isinf(below) else below,
            count=count,
            later=later_counts.get(above, 0),
        )
        for above, below, count in durations.octaves()
    ]
