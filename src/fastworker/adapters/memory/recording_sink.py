"""An event sink that remembers."""

from typing import override

from fastworker.application.ports.event_sink import EventSink
from fastworker.domain.events import Event


class RecordingSink(EventSink):
    """Keeps every event, for tests and for rebuilding a ledger."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @override
    def emit(self, event: Event) -> None:
        self.events.append(event)
