"""More than one that wants to hear of every change."""

from typing import Any, override

from fastworker.domain.events import Event

from .ports.event_sink import Ear, EventSink


class SeveralSinks(EventSink):
    """Passes each event on to all that it is of interest to, in the order given."""

    def __init__(self, *sinks: EventSink) -> None:
        self._ears = _Ears(sinks)

    @override
    def emit(self, event: Event) -> None:
        for ear in self._ears[type(event)]:
            ear(event)


class _Ears(dict[type[Any], list[Ear]]):
    """The ears by the kind of event, asked for when the first of a kind comes."""

    def __init__(self, sinks: tuple[EventSink, ...]) -> None:
        super().__init__()
        self._sinks = sinks

    def __missing__(self, kind: type[Any]) -> list[Ear]:
        ears = self[kind] = [ear for sink in self._sinks if (ear := sink.ear(kind)) is not None]
        return ears
