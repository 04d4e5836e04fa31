"""What a running attempt wants to be known: progress, log lines and spans, on their way to the control plane."""

from collections import deque

from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.task_span import TaskSpan

type Note = Progress | LogLine | TaskSpan

LINES_WAITING = 100
"""Log lines of one attempt that wait to be sent; beyond, the oldest are dropped. Of spans so many, too."""


class Notes:
    """The latest progress, the log lines and the spans of one attempt that were not taken yet, from any thread."""

    def __init__(self) -> None:
        self._progress: deque[Progress] = deque(maxlen=1)
        self._lines: deque[LogLine] = deque(maxlen=LINES_WAITING)
        self._spans: deque[TaskSpan] = deque(maxlen=LINES_WAITING)

    def add(self, note: Note) -> None:
        """Add a note; a progress takes the place of the one before."""
        if isinstance(note, Progress):
            self._progress.append(note)
        elif isinstance(note, LogLine):
            self._lines.append(note)
        else:
            self._spans.append(note)

    def take(self) -> list[Note]:
        """Return what has come since the last call, the progress last."""
        taken: list[Note] = []
        for waiting in (self._lines, self._spans, self._progress):
            for _ in range(len(waiting)):
                taken.append(waiting.popleft())  # noqa: PERF401 - other threads append meanwhile
        return taken
