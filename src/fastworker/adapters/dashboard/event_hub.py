"""Events on their way to browsers: numbered, kept for a while, and given to each listener through a bounded queue.

Publishing never waits. A listener that is too slow loses its queue and is told to ask for everything again. Nothing
is kept of a time in which nobody listened to a topic: who comes back after it is told the same.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fastworker.application.wakeup import Wakeup

MOST_KEPT = 10_000
MOST_KEPT_BYTES = 16 << 20
KEPT_SECONDS = 300.0
MOST_WAITING = 500
"""Events that wait for one listener."""

MOST_WAITING_BYTES = 4 << 20
"""Of these, unless it is only one."""

MOST_LISTENERS = 200
TASK = "task:"
"""How the topic of one task begins."""

MOST_FOLLOWED = 1_000
"""Tasks that are followed one by one, on all streams together: each is looked at four times per second."""


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
        self.waiting_bytes = 0
        self.reset: str | None = None
        self.news = Wakeup()
        self.is_over = False

    def offer(self, event: HubEvent) -> bool:
        """Take an event of one of the topics; False when there was no room and all that waited is let go."""
        if event.topic not in self.topics:
            return True
        too_much = self.waiting_bytes + len(event.data) > MOST_WAITING_BYTES and self.waiting
        if too_much or len(self.waiting) >= MOST_WAITING:
            self.begin_anew("overflow")
            return False
        self.waiting.append(event)
        self.waiting_bytes += len(event.data)
        self.news.set()
        return True

    def take(self) -> list[HubEvent]:
        """Return all that waits: it waits no more."""
        taken = list(self.waiting)
        self.waiting.clear()
        self.waiting_bytes = 0
        return taken

    def begin_anew(self, reason: str) -> None:
        """Let go what waits, and have the browser ask for everything again."""
        self.take()
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
        self._topics: Counter[str] = Counter()  # topic -> listeners
        self._told_since: dict[str, int] = {}  # topic -> all events of it after this number were published
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

    def may_follow(self, topics: Iterable[str]) -> bool:
        """Tell whether there is room for the tasks among some topics."""
        new = {topic for topic in topics if topic.startswith(TASK)} - self._topics.keys()
        followed = sum(topic.startswith(TASK) for topic in self._topics) if new else 0
        return followed + len(new) <= MOST_FOLLOWED

    def topics(self) -> set[str]:
        """Return the topics that somebody listens to."""
        return set(self._topics)

    def publish(self, topic: str, kind: str, data: str, *, now: float) -> None:
        """Give an event to those who listen to its topic."""
        self._told_since.setdefault(topic, self.seq)
        self.seq += 1
        event = HubEvent(self.seq, now, topic, kind, data)
        self._kept.append(event)
        self._kept_bytes += len(data)
        self._let_go(now)
        for listener in self._listeners:
            if not listener.offer(event):
                self.resets += 1

    def forget(self, topics: Iterable[str]) -> None:
        """Say that some topics are not told any more: with them nobody can go on across this."""
        if [topic for topic in topics if self._told_since.pop(topic, None) is not None]:
            self.seq += 1  # ids given until now are from before

    def skip(self) -> None:
        """Say that nothing is told any more, for nobody listens: nobody can go on across this."""
        self.seq += 1
        self._lost_before = self.seq
        self._told_since.clear()
        self._kept.clear()
        self._kept_bytes = 0

    def since(self, last_id: str, topics: Iterable[str]) -> tuple[list[HubEvent], str | None]:
        """Return the events of some topics after an id; or why they cannot be told: `other-boot` or `gap`."""
        boot, _, number = last_id.rpartition("-")
        is_number = number.isascii() and number.isdigit() and len(number) <= 15
        if boot != self.boot or not is_number or int(number) > self.seq:
            return [], "other-boot"
        after, wanted = int(number), frozenset(topics)
        if after < self._lost_before or any(after < self._told_since.get(topic, self.seq + 1) for topic in wanted):
            return [], "gap"
        return [event for event in self._kept if event.seq > after and event.topic in wanted], None

    def listen(self, topics: Sequence[str], last_id: str | None) -> Listener:
        """Return a new listener, to be given to `leave` in the end; it begins after `last_id`, if there is one."""
        listener = Listener(topics)
        if last_id is not None:
            missed, reason = self.since(last_id, topics)
            if reason is not None or not all(map(listener.offer, missed)):
                listener.begin_anew(reason or "gap")
        for topic in listener.topics:
            self._told_since.setdefault(topic, self.seq)
        self._topics.update(listener.topics)
        self._listeners.add(listener)
        self.on_listen(listener.topics)
        if self._is_closed:
            listener.end()
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener; leaving twice changes nothing."""
        if listener in self._listeners:
            self._listeners.remove(listener)
            self._topics -= Counter(listener.topics)  # those that nobody listens to are not in it any more

    def close(self) -> None:
        """End all streams, present and future."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end()

    def _let_go(self, now: float) -> None:
        kept = self._kept
        while kept and (len(kept) > MOST_KEPT or self._kept_bytes > MOST_KEPT_BYTES or now - kept[0].at > KEPT_SECONDS):
            oldest = kept.popleft()
            self._kept_bytes -= len(oldest.data)
            self._lost_before = oldest.seq
