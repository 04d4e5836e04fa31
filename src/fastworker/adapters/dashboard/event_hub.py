"""Events on their way to browsers: numbered, kept for a while, and given to each listener through a bounded queue.

Publishing never waits. A listener that is too slow loses its queue and is told to ask for everything again. Nothing
is kept of a time in which nobody listened: who comes back after it is told the same.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fastworker.application.wakeup import Wakeup

MOST_KEPT = 10_000
MOST_KEPT_BYTES = 16 << 20
KEPT_SECONDS = 300.0
MOST_WAITING = 500
"""Events that wait for one listener."""

MOST_LISTENERS = 200


@dataclass(frozen=True, slots=True)
class HubEvent:
    """One event: its number, when it was published (monotonic seconds), its topic, its kind, and its JSON."""

    seq: int
    at: float
    topic: str
    kind: str
    data: str


class Listener:
    """One stream: what waits to be sent on it, in order. `reset` says why it must begin anew."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics)
        self.waiting: deque[HubEvent] = deque()
        self.reset: str | None = None
        self.news = Wakeup()
        self.is_over = False

    def offer(self, event: HubEvent) -> bool:
        """Take an event of one of the topics; False when there was no room and all that waited is let go."""
        if event.topic not in self.topics:
            return True
        if len(self.waiting) >= MOST_WAITING:
            self.begin_anew("overflow")
            return False
        self.waiting.append(event)
        self.news.set()
        return True

    def begin_anew(self, reason: str) -> None:
        """Let go what waits, and have the browser ask for everything again."""
        self.waiting.clear()
        self.reset = reason
        self.news.set()

    def end(self) -> None:
        """Say good-bye after what waits."""
        self.is_over = True
        self.news.set()


def _nobody(_: frozenset[str]) -> None:
    """Do nothing: nobody fills the hub yet."""


class EventHub:
    """The stream of one life of the control plane, which `boot` names."""

    def __init__(self, boot: str) -> None:
        self.boot = boot
        self.seq = 0
        self.resets = 0
        self._kept: deque[HubEvent] = deque()
        self._kept_bytes = 0
        self._lost_before = 0  # events up to this number are not kept
        self._listeners: set[Listener] = set()
        self._is_closed = False
        self.on_listen: Callable[[frozenset[str]], None] = _nobody
        """Told of the topics of each new listener, before anything else can change."""

    @property
    def listeners(self) -> int:
        """How many streams there are."""
        return len(self._listeners)

    @property
    def kept(self) -> int:
        """How many events can be sent again."""
        return len(self._kept)

    @property
    def is_full(self) -> bool:
        """True when there are as many listeners as there may be."""
        return len(self._listeners) >= MOST_LISTENERS

    def topics(self) -> set[str]:
        """Return the topics that somebody listens to."""
        return {topic for listener in self._listeners for topic in listener.topics}

    def publish(self, topic: str, kind: str, data: str, *, now: float) -> None:
        """Give an event to those who listen to its topic."""
        self.seq += 1
        event = HubEvent(self.seq, now, topic, kind, data)
        self._kept.append(event)
        self._kept_bytes += len(data)
        self._let_go(now)
        for listener in self._listeners:
            if not listener.offer(event):
                self.resets += 1

    def skip(self) -> None:
        """Say that something went unpublished, for nobody listened: nobody can go on across this."""
        if self._lost_before < self.seq + 1:
            self.seq += 1
            self._lost_before = self.seq
            self._kept.clear()
            self._kept_bytes = 0

    def since(self, last_id: str, topics: Iterable[str]) -> tuple[list[HubEvent], str | None]:
        """Return the events of some topics after an id; or why they cannot be told: `other-boot` or `gap`."""
        boot, _, number = last_id.rpartition("-")
        if boot != self.boot or not number.isdigit() or len(number) > 15 or int(number) > self.seq:
            return [], "other-boot"
        after = int(number)
        if after < self._lost_before:
            return [], "gap"
        wanted = frozenset(topics)
        return [event for event in self._kept if event.seq > after and event.topic in wanted], None

    def listen(self, topics: Sequence[str], last_id: str | None) -> Listener:
        """Return a new listener, to be given to `leave` in the end; it begins after `last_id`, if there is one."""
        listener = Listener(topics)
        if last_id is not None:
            missed, reason = self.since(last_id, topics)
            if reason is not None or len(missed) > MOST_WAITING:
                listener.begin_anew(reason or "gap")
            listener.waiting.extend(missed if listener.reset is None else ())
        self._listeners.add(listener)
        self.on_listen(listener.topics)
        if self._is_closed:
            listener.end()
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener; leaving twice changes nothing."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, present and future."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    def _let_go(self, now: float) -> None:
        kept = self._kept
        while len(kept) > MOST_KEPT or self._kept_bytes > MOST_KEPT_BYTES or now - kept[0].at > KEPT_SECONDS:
            oldest = kept.popleft()
            self._kept_bytes -= len(oldest.data)
            self._lost_before = oldest.seq
