"""Task functions."""

from typing import Any

from pydantic import Field

from .page import Page
from .queue import Pause
from .record import Record
from .task import Priority


class Percentiles(Record):
    """Of the seconds of the attempts remembered; None before there was any."""

    p50: float | None
    p95: float | None
    p99: float | None


class Function(Record):
    """A task function and how it does.

    `parameters` is a JSON Schema (2020-12) of an object by parameter name; None when only workers have the function:
    then its arguments are given as JSON.
    """

    name: str
    module: str | None
    doc: str | None
    signature: str | None
    parameters: dict[str, Any] | None
    priority: Priority | None
    retries: int | None
    timeout_seconds: float | None
    workers: list[str]
    queued: int
    running: int
    succeeded: int
    failed: int
    failure_ratio: float | None
    run_seconds: Percentiles
    pause: Pause | None


class FunctionPage(Page[Function]):
    """The task functions by name."""
