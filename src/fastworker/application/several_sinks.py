"""More than one that wants to hear of every change."""

from typing import override

from fastworker.domain.events import Event

from .ports.event_sink import EventSink


class SeveralSinks(EventSink):
    """Passes each event on to all, in the order given."""

    def __init__(self, *sinks: EventSink) -> None:
        self._emits = [sink.emit for sink in sinks]

    @override
    def emit(self, event: Event) -> None:
        for emit in self._emits:
            emit(event)
