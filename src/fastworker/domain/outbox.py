"""Messages for one receiver, numbered from 1 and kept until the receiver acknowledges them.

The receiver asks again and again; each request acknowledges what came before, so a lost reply is simply sent
again, and a receiver that skips numbers it has seen handles each entry once.
"""

from collections import deque
from itertools import islice


class Outbox[T]:
    """What one receiver has not yet acknowledged, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[T] = deque()
        self.acknowledged = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: T) -> None:
        """Append an entry; its number is the last number plus one."""
        self._entries.append(entry)

    def acknowledge(self, number: int) -> None:
        """Drop every entry up to and including `number`; older and unknown numbers change nothing."""
        if number - self.acknowledged > len(self._entries):
            return
        while self.acknowledged < number:
            self._entries.popleft()
            self.acknowledged += 1

    def first(self, limit: int) -> list[T]:
        """Return up to `limit` entries; the first of them has the number `acknowledged + 1`."""
        return list(islice(self._entries, limit))

    def drop_oldest(self) -> None:
        """Give up the oldest entry as if it had been acknowledged."""
        self.acknowledge(self.acknowledged + 1)
