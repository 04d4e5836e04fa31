"""Looks what has changed, some times per second, and publishes it once for all who listen.

While nobody listens, nothing is looked at. Each topic is told at most four times per second, however much happens;
one snapshot serves all listeners.
"""

from typing import Never

from fastworker.application.wakeup import Wakeup

from .event_hub import TASK
from .models.record import Record
from .parts import Parts
from .topics import Topics

TURN_SECONDS = 0.25
TURNS_PER_SECOND = 4
GRACE_SECONDS = 30.0
"""So long after the last listener has left, events are still made: a browser that comes back misses nothing.

Not of single tasks: there are as many of these topics as somebody cares to name.
"""


class EventFeed:
    """Fills the hub."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._topics = Topics(parts)
        self._turn = 0
        self._wanted: dict[str, float] = {}  # topic -> when somebody last listened to it
        self._is_awake = False
        self._listening = Wakeup()
        parts.hub.on_listen = self._listened

    @property
    def topics(self) -> set[str]:
        """The topics that are looked at."""
        return set(self._wanted)

    async def run(self) -> Never:
        """Look again and again, until cancelled."""
        clock = self._parts.clock
        due = clock.now()
        while True:
            if not self._is_awake:
                await self._listening.wait()
            due = max(due + TURN_SECONDS, clock.now())  # what was missed while the loop was busy is not made up for
            await clock.sleep_until(due)
            self.turn(now=clock.now())

    def turn(self, *, now: float) -> None:
        """Publish what has changed since the turn before."""
        self._turn += 1
        self._note_wanted(now)
        self._parts.observatory.changes.is_on = self._topics.need_changes(self._wanted)
        if not self._wanted:
            self._fall_asleep()
            return
        self._is_awake = True
        is_second = self._turn % TURNS_PER_SECOND == 0
        for topic, kind, record in self._topics.news(set(self._wanted), now=now, is_second=is_second):
            self._publish(topic, kind, record, now)

    def _listened(self, topics: frozenset[str]) -> None:
        """Begin at once to look at what somebody listens to, so that no change falls between."""
        now = self._parts.clock.now()
        self._is_awake = True
        self._listening.set()
        self._wanted.update(dict.fromkeys(topics, now))
        self._parts.observatory.changes.is_on = self._topics.need_changes(self._wanted)
        self._topics.begin(topics, now=now)

    def _note_wanted(self, now: float) -> None:
        listened = self._parts.hub.topics()
        self._wanted.update(dict.fromkeys(listened, now))
        left = [
            topic
            for topic, at in self._wanted.items()
            if topic not in listened and (topic.startswith(TASK) or now - at > GRACE_SECONDS)
        ]
        for topic in left:
            del self._wanted[topic]
            self._topics.forget(topic)
        self._parts.hub.forget(left)

    def _fall_asleep(self) -> None:
        if self._is_awake:
            self._is_awake = False
            self._parts.hub.skip()

    def _publish(self, topic: str, kind: str, record: Record, now: float) -> None:
        self._parts.hub.publish(topic, kind, record.model_dump_json(), now=now)
