"""What a running attempt wants to be known: progress and log lines, on their way to the control plane."""

from collections import deque

from fastworker.domain.journal import LogLine, Progress

LINES_WAITING = 100
"""Log lines of one attempt that wait to be sent; beyond, the oldest are dropped."""


class Notes:
    """The latest progress and the log lines of one attempt that were not taken yet. Any thread may add to them."""

    def __init__(self) -> None:
        self._progress: deque[Progress] = deque(maxlen=1)
        self._lines: deque[LogLine] = deque(maxlen=LINES_WAITING)

    def add(self, note: Progress | LogLine) -> None:
        """Add a note; a progress takes the place of the one before."""
        if isinstance(note, Progress):
            self._progress.append(note)
        else:
            self._lines.append(note)

    def take(self) -> list[Progress | LogLine]:
        """Return what has come since the last call, the progress last."""
        taken: list[Progress | LogLine] = []
        for waiting in (self._lines, self._progress):
            for _ in range(len(waiting)):
                taken.append(waiting.popleft())  # noqa: PERF401 - other threads append meanwhile
        return taken
