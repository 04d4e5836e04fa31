"""The state in numbers, and its history."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from ..models.overview import Overview, Range, Series
from ..parts import Given
from ..records.history import RANGES, columns
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
    span: Annotated[Range, QueryParameter(name="range", description="How far back: its step grows with it.")] = "15m",
    since: Annotated[
        float | None,
        QueryParameter(ge=FIRST_MOMENT, le=LAST_MOMENT, description="Unix seconds: only steps that end later."),
    ] = None,
) -> Series:
    """Return the history in columns."""
    step, step_seconds, seconds = RANGES[span]
    beginning = parts.clock.now() - seconds
    if since is not None:
        beginning = max(beginning, since - parts.moments.unix(0.0))
    samples = parts.observatory.history.samples(step, since=beginning)
    return Series(
        range=span,
        step_seconds=step_seconds,
        at=[parts.moments.unix(sample.at) for sample in samples],
        columns=columns(samples),
        as_of=parts.moments.now(),
    )


HANDLERS = [get_overview, get_series]
