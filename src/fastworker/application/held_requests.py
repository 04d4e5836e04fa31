"""Requests that are answered when there is news for their sender, or after some seconds.

A request has no timer of its own: entering and leaving a scope costs it 25 µs, and most are answered soon (measured).
All wait for equally long, so those whose time is over are the first ones.
"""

from collections.abc import Callable, Collection, Iterable

from .messages import Message
from .ports.clock import Clock
from .ports.transport import LateReply


class Held(LateReply):
    """One request; given when it is to be answered."""

    def __init__(self, make: Callable[[], Message], *, until: float, nothing: Callable[[], Message]) -> None:
        super().__init__(make)
        self.until = until
        self._nothing = nothing

    def give_nothing(self) -> None:
        """Have it answered without a look at the news: they are for the request that took its place."""
        self.make = self._nothing
        self.give()


class HeldRequests:
    """Those of one channel, at most one per asker: a newer one takes its place, and the older is answered."""

    def __init__(self, clock: Clock, *, hold_seconds: float) -> None:
        self._clock = clock
        self._hold_seconds = hold_seconds
        self._held: dict[str, Held] = {}  # the one that came first is the first
        self._follows: dict[str, frozenset[str]] = {}  # whose held request waits for the steps of which tasks
        self._followers: dict[str, set[str]] = {}  # the same, by task

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        return key in self._held

    def hold(
        self, key: str, make: Callable[[], Message], *, nothing: Callable[[], Message], follows: Collection[str] = ()
    ) -> LateReply:
        """Return the reply to a request of `key`, given when there is news for it, or of a task that it follows.

        `make` makes it then, or `nothing` when a newer request of `key` takes its place.
        """
        older = self._take(key)
        if older is not None:
            older.give_nothing()
        held = self._held[key] = Held(make, until=self._clock.now() + self._hold_seconds, nothing=nothing)
        if follows:
            self._follow(key, follows)
        return held

    def expire(self, *, now: float) -> None:
        """Have the requests answered that have waited for long enough; to be called about every second."""
        while self._held:
            key, held = next(iter(self._held.items()))
            if held.until > now:
                return
            self._wake_one(key)

    def wake(self, keys: Iterable[str]) -> None:
        """Have the requests answered that wait for news of these workers, sessions and tasks."""
        for key in keys:
            self._wake_one(key)
            if self._followers:
                for follower in list(self._followers.get(key, ())):
                    self._wake_one(follower)

    def _wake_one(self, key: str) -> None:
        held = self._take(key)
        if held is not None:
            held.give()

    def _take(self, key: str) -> Held | None:
        held = self._held.pop(key, None)
        if held is not None and self._follows:
            self._unfollow(key)
        return held

    def _follow(self, key: str, task_ids: Collection[str]) -> None:
        self._follows[key] = frozenset(task_ids)
        for task_id in self._follows[key]:
            self._followers.setdefault(task_id, set()).add(key)

    def _unfollow(self, key: str) -> None:
        for task_id in self._follows.pop(key, ()):
            self._followers[task_id].discard(key)
            if not self._followers[task_id]:
                del self._followers[task_id]
