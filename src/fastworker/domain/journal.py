"""What a task says, and what is said of it, while it is under way: numbered, bounded, to be read again from any number.

Most tasks have no journal: it begins when the task says something, is tried again, or is followed.
"""

from collections import deque
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from .lifecycle import TaskStatus

OTHERS_KEPT = 50
"""Changes of status and reports of progress; log lines are counted apart, so that neither pushes out the other."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an attempt has come: `done` of `total`, in the task's own unit, or in words."""

    done: float
    total: float | None = None
    message: str = ""


_NOTHING = Progress(0.0)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log record that was emitted inside a task."""

    level: str
    logger: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a journal; exactly one of `status`, `progress` and `line` is there. `at` is monotonic seconds."""

    number: int
    at: float
    attempt: int
    status: TaskStatus | None = None
    progress: Progress | None = None
    line: LogLine | None = None


class Journal:
    """The last steps of one task."""

    def __init__(self, *, lines_kept: int) -> None:
        self._others: deque[Step] = deque(maxlen=OTHERS_KEPT)
        self._lines: deque[Step] = deque(maxlen=lines_kept)
        self.last = 0
        self.due_early_at: float | None = None  # when somebody had the task run before the end of its delay

    def add(
        self,
        *,
        at: float,
        attempt: int,
        status: TaskStatus | None = None,
        progress: Progress | None = None,
        line: LogLine | None = None,
    ) -> None:
        """Write a step under the next number; the oldest of its kind goes if there are too many."""
        self.last += 1
        step = Step(self.last, at, attempt, status, progress, line)
        (self._others if line is None else self._lines).append(step)

    def note(self, note: Progress | LogLine, *, at: float, attempt: int) -> None:
        """Write down what an attempt has said."""
        if isinstance(note, LogLine):
            self.add(at=at, attempt=attempt, line=note)
        else:
            self.add(at=at, attempt=attempt, progress=note)

    @property
    def size(self) -> int:
        """About how many characters it holds."""
        return sum(len((step.line or step.progress or _NOTHING).message) for step in self.after(0))

    def after(self, number: int) -> list[Step]:
        """Return the kept steps with higher numbers, in order; a gap in the numbers shows what was let go."""
        kept = merge(self._others, self._lines, key=attrgetter("number"))
        return [step for step in kept if step.number > number]
