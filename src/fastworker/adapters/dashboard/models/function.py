"""Task functions."""

from typing import Any

from pydantic import Field

from fastworker.domain.priority import TaskPriority

from .page import Page
from .queue import Pause
from .record import Record


class Percentiles(Record):
    """Of the seconds that were seen lately; None when nothing was.

    What is shorter than 1.6 µs is not told apart: a percentile of at most 0.0000015625 means that it is below that.
    """

    count: int
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None


class Function(Record):
    """A task function and how it does. What its code says is None when only workers have it.

    Counts are since the start, seconds of the last five to ten minutes.
    """

    name: str
    is_here: bool
    module: str | None
    doc: str | None
    signature: str | None
    priority: TaskPriority | None
    retries: int | None
    timeout_seconds: float | None
    tags: list[str] = Field(description="Of its tasks, unless they are submitted with others.")
    isolation: str | None
    is_async: bool | None
    workers: list[str]
    queued: int
    running: int
    succeeded: int
    failed: int
    retried: int
    failure_ratio: float | None
    ended_per_second: float = Field(description="Attempts that ended, however they did, over the last minute.")
    run_seconds: Percentiles
    pause: Pause | None
    version: str = Field(description="Of the pause: what is sent as If-Match, so that nobody's pause is overwritten.")


class Bar(Record):
    """So many durations were longer than `above_seconds`, and at most `below_seconds` (None: without a bound)."""

    above_seconds: float
    below_seconds: float | None
    count: int
    later: int = Field(description="How many of them are of attempts that were not the first of their task.")


class FunctionDetail(Function):
    """A task function with what it takes.

    `parameters` is a JSON Schema (2020-12) of an object by parameter name; None when only workers have the function:
    then its arguments are given as JSON. The rest of positional arguments is called `*name`, of keywords `**name`.
    """

    parameters: dict[str, Any] | None
    run_histogram: list[Bar] = Field(description="How long attempts ran since the start; each bound doubles the last.")


class FunctionPage(Page[Function]):
    """The task functions by name."""
