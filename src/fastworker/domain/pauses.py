"""Which priorities and which task functions are paused."""

from typing import assert_never

from .events import FunctionPaused, FunctionResumed, PauseEvent, PriorityPaused, PriorityResumed
from .pause import Pause
from .priority import TaskPriority
from .task import Task
from .task_queue import TaskQueue


class Pauses:
    """The present pauses, which the queue obeys."""

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue
        self.priorities: dict[TaskPriority, Pause] = {}
        self.functions: dict[str, Pause] = {}

    def of(self, task: Task) -> Pause | None:
        """Return what holds back a task while it waits, its priority's pause first; None when nothing does."""
        submission = task.submission
        return self.priorities.get(submission.priority) or self.functions.get(submission.name)

    def apply(self, event: PauseEvent) -> None:
        """Make the change that an event states."""
        match event:
            case PriorityPaused():
                self.priorities[event.priority] = event.pause
                self._queue.pause_priority(event.priority)
            case PriorityResumed():
                del self.priorities[event.priority]
                self._queue.resume_priority(event.priority)
            case FunctionPaused():
                self.functions[event.name] = event.pause
                self._queue.pause_name(event.name)
            case FunctionResumed():
                del self.functions[event.name]
                self._queue.resume_name(event.name)
            case _:
                assert_never(event)
