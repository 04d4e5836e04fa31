"""Requests that are answered when there is news for their sender, or after some seconds.

A request has no timer of its own: entering and leaving a scope costs it 25 µs, and most are answered soon (measured).
All wait for equally long, so those whose time is over are the first ones.
"""

from collections.abc import Collection, Iterable

from .ports.clock import Clock
from .wakeup import Wakeup


class Held(Wakeup):
    """One request; set when it is to be answered."""

    def __init__(self, *, until: float) -> None:
        super().__init__()
        self.until = until


class HeldRequests:
    """Those of one channel, at most one per asker: a newer one takes its place, and the older is answered."""

    def __init__(self, clock: Clock, *, hold_seconds: float) -> None:
        self._clock = clock
        self._hold_seconds = hold_seconds
        self._held: dict[str, Held] = {}  # the one that came first is the first
        self._follows: dict[str, frozenset[str]] = {}  # whose held request waits for the steps of which tasks
        self._followers: dict[str, set[str]] = {}  # the same, by task

    async def hold(self, key: str, *, follows: Collection[str] = ()) -> bool:
        """Wait for news for `key`, or of a task that it follows; False if a newer request of `key` took over."""
        older = self._held.pop(key, None)
        if older is not None:
            older.set()
        held = self._held[key] = Held(until=self._clock.now() + self._hold_seconds)
        self._follow(key, follows)
        try:
            await held.wait()
            return self._held.get(key) is held
        finally:
            if self._held.get(key) is held:
                del self._held[key]
                self._follow(key, ())

    def expire(self, *, now: float) -> None:
        """Have the requests answered that have waited for long enough; to be called about every second."""
        for held in self._held.values():
            if held.until > now:
                return
            held.set()

    def wake(self, keys: Iterable[str]) -> None:
        """Have the requests answered that wait for news of these workers, sessions and tasks."""
        for key in keys:
            self._wake_one(key)
            if self._followers:
                for follower in self._followers.get(key, ()):
                    self._wake_one(follower)

    def _wake_one(self, key: str) -> None:
        held = self._held.get(key)
        if held is not None:
            held.set()

    def _follow(self, key: str, task_ids: Collection[str]) -> None:
        """Note what a request follows, instead of what the one before did."""
        for task_id in self._follows.pop(key, ()):
            self._followers[task_id].discard(key)
            if not self._followers[task_id]:
                del self._followers[task_id]
        if task_ids:
            self._follows[key] = frozenset(task_ids)
            for task_id in self._follows[key]:
                self._followers.setdefault(task_id, set()).add(key)
