"""What a running attempt wants to be known, on its way to the control plane: progress, log lines, spans, and the
locals of its failure."""

from collections import deque
from typing import assert_never

from fastworker.domain.events import LocalsTold, TaskNoted, TaskTraced
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.task import Task
from fastworker.domain.task_span import TaskSpan

type Note = Progress | LogLine | TaskSpan | FailureLocals

LINES_WAITING = 100
"""Log lines of one attempt that wait to be sent; beyond, the oldest are dropped. Of spans so many, too."""


class Notes:
    """What one attempt has noted and was not taken yet, from any thread: the latest progress, log lines, spans.

    The locals of its failure come when all else is over.
    """

    def __init__(self) -> None:
        self._progress: deque[Progress] = deque(maxlen=1)
        self._lines: deque[LogLine] = deque(maxlen=LINES_WAITING)
        self._spans: deque[TaskSpan] = deque(maxlen=LINES_WAITING)
        self._locals: FailureLocals | None = None

    def add(self, note: Note) -> None:
        """Add a note; a progress takes the place of the one before."""
        match note:
            case Progress():
                self._progress.append(note)
            case LogLine():
                self._lines.append(note)
            case TaskSpan():
                self._spans.append(note)
            case FailureLocals():
                self._locals = note
            case _:
                assert_never(note)

    def take(self) -> list[Note]:
        """Return what has come since the last call, the progress last."""
        taken: list[Note] = []
        for waiting in (self._lines, self._spans, self._progress):
            for _ in range(len(waiting)):
                taken.append(waiting.popleft())  # noqa: PERF401 - other threads append meanwhile
        of_failure, self._locals = self._locals, None
        return taken if of_failure is None else [*taken, of_failure]


def event_of(note: Note, task: Task, worker_id: str, *, now: float) -> TaskNoted | TaskTraced | LocalsTold:
    """Return what it means for a task that its running attempt has said something."""
    match note:
        case TaskSpan():
            return TaskTraced(task.task_id, task.attempts, worker_id, note)
        case FailureLocals():
            return LocalsTold(task.task_id, task.attempts, note)
        case Progress() | LogLine():
            return TaskNoted(task.task_id, note, now)
        case _:
            assert_never(note)
