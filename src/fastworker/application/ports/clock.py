"""Time."""

from abc import ABC, abstractmethod

import anyio


class Clock(ABC):
    """Tells the time and waits for it. Deadlines are moments of `now`, so that waits add up without drift."""

    @abstractmethod
    def now(self) -> float:
        """Return monotonic seconds; only differences mean something."""

    @abstractmethod
    def wall(self) -> float:
        """Return Unix seconds, for people and for ids."""

    @abstractmethod
    async def sleep_until(self, deadline: float) -> None:
        """Return when `now` has reached `deadline`; a deadline in the past is a checkpoint."""

    @abstractmethod
    def scope_until(self, deadline: float) -> anyio.CancelScope:
        """Return a scope, to be entered at once, whose body is cancelled when `now` reaches `deadline`."""
