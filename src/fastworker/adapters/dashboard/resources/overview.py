"""The state in numbers, and its history."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from fastworker.domain.priority import TaskPriority

from ..models.overview import Overview, Range, Series
from ..parts import Given
from ..records.history import RANGES
from ..records.overview import overview_record
from .arguments import fails_with

TAGS = ["overview"]
FIRST_MOMENT, LAST_MOMENT = 0, 2**40


@get("/overview", operation_id="get_overview", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_overview(parts: Given) -> Overview:
    """Return what the control plane does now."""
    return overview_record(parts, now=parts.clock.now())


@get("/metrics/series", operation_id="get_series", tags=TAGS, responses=fails_with(), sync_to_thread=False)
def get_series(
    parts: Given,
    range: Annotated[Range, QueryParameter(description="How far back: its step grows with it.")] = "15m",
    since: Annotated[
        float | None,
        QueryParameter(ge=FIRST_MOMENT, le=LAST_MOMENT, description="Unix seconds: only steps that end later."),
    ] = None,
    priority: Annotated[
        TaskPriority | None,
        QueryParameter(description="Only the depth of this queue, and how long its tasks waited until they started."),
    ] = None,
) -> Series:
    """Return the history in columns."""
    found = parts.series.get(range, priority, now=parts.clock.now())
    if since is not None:
        found = found.since(since)
    return Series(
        range=range,
        priority=priority,
        step_seconds=RANGES[range][1],
        at=found.at,
        columns=found.values,
        as_of=parts.moments.now(),
    )


HANDLERS = [get_overview, get_series]
