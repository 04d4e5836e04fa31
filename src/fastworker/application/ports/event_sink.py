"""Whoever wants to hear of every change: logs, and later the page, telemetry and a journal."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from fastworker.domain.events import Event

type Ear = Callable[[Any], None]
"""What is called with each event of one kind."""


class EventSink(ABC):
    """Told of each event, in order, right after the ledger has taken it in; it must be quick and must not raise."""

    @abstractmethod
    def emit(self, event: Event) -> None:
        """Take one event."""

    def ear(self, kind: type[Any]) -> Ear | None:
        """Return what may be called in place of `emit` for events of one kind; None when they are of no interest.

        It is asked for once. Most events are of interest to few, and then are heard at no cost to the others.
        """
        return self.emit

    def dropped(self, error: Exception) -> None:  # noqa: B027 # most have nothing to do then
        """Hear that this sink is told of no event any more, because it raised; whoever only looks on is left behind."""
