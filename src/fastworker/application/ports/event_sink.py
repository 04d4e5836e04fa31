"""Whoever wants to hear of every change: logs, and later the page, telemetry and a journal."""

from abc import ABC, abstractmethod

from fastworker.domain.events import Event


class EventSink(ABC):
    """Told of each event, in order, right after the ledger has taken it in; it must be quick and must not raise."""

    @abstractmethod
    def emit(self, event: Event) -> None:
        """Take one event."""
