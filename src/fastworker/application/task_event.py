"""What whoever follows a task hears of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus

from .messages import StepEntry


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One step of a task; exactly one of `status`, `progress` and `line` is there.

    Numbers grow; a gap shows what was not kept, as older progress is not. `at` is told by this machine's clock.
    """

    task_id: str
    number: int
    at: datetime
    attempt: int
    status: TaskStatus | None = None
    progress: Progress | None = None
    line: LogLine | None = None

    @property
    def is_last(self) -> bool:
        """True when the task has ended with this."""
        return self.status is not None and self.status.is_final


def task_event(step: StepEntry, *, wall: float) -> TaskEvent:
    """Return the event that a step stands for, heard of at `wall` Unix seconds."""
    at = datetime.fromtimestamp(wall - step.seconds_ago, UTC)
    return TaskEvent(step.task_id, step.number, at, step.attempt, step.status, step.progress, step.line)
