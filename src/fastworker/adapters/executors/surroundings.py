"""What a child process has of its worker beside the task: logs and traces, set up by a function that it calls; and
whether its failures tell their locals."""

import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from fastworker.application.ports.tracing import FindTracing, no_tracing


@dataclass(frozen=True, slots=True)
class ChildSurroundings:
    """The name of a function, as `module:name`, and its arguments.

    It returns a context manager for the life of the child, which gives how its tasks are traced.
    """

    function: str
    arguments: Mapping[str, str]
    show_locals: bool = False


def as_header(surroundings: ChildSurroundings | None) -> dict[str, Any] | None:
    """Return what is sent to a child."""
    return None if surroundings is None else asdict(surroundings)


def entered(header: dict[str, Any] | None) -> AbstractContextManager[FindTracing]:
    """Return the surroundings that a worker has sent."""
    if header is None:
        return nullcontext(no_tracing)
    module, _, name = header["function"].partition(":")
    surroundings: AbstractContextManager[FindTracing] = getattr(importlib.import_module(module), name)(
        **header["arguments"]
    )
    return surroundings


def shows_locals(header: dict[str, Any] | None) -> bool:
    """Tell from the same whether failures tell their locals."""
    return header is not None and bool(header["show_locals"])
