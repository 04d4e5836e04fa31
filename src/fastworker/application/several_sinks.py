"""More than one that wants to hear of every change."""

from typing import Any, override

from fastworker.domain.events import Event

from .log import log
from .ports.event_sink import Ear, EventSink


class SeveralSinks(EventSink):
    """Passes each event on to all that it is of interest to, in the order given.

    The first is the control plane's own. The others only look on: one that raises is said so once, hears no more, and
    whoever makes the change goes on.
    """

    def __init__(self, own: EventSink, *onlookers: EventSink) -> None:
        self._own = own
        self._ears = _Ears([own, *onlookers])

    @override
    def emit(self, event: Event) -> None:
        for sink, ear in self._ears[type(event)]:
            try:
                ear(event)
            except Exception as error:
                if sink is self._own:
                    raise
                self._ears.drop(sink)
                sink.dropped(error)
                log.exception("onlooker_failed", sink=type(sink).__name__, event_kind=type(event).__name__, error=error)


class _Ears(dict[type[Any], list[tuple[EventSink, Ear]]]):
    """The ears by the kind of event, asked for when the first of a kind comes."""

    def __init__(self, sinks: list[EventSink]) -> None:
        super().__init__()
        self._sinks = sinks

    def drop(self, sink: EventSink) -> None:
        """Ask a sink for its ears no more."""
        self._sinks.remove(sink)
        self.clear()

    def __missing__(self, kind: type[Any]) -> list[tuple[EventSink, Ear]]:
        ears = self[kind] = [(sink, ear) for sink in self._sinks if (ear := sink.ear(kind)) is not None]
        return ears
