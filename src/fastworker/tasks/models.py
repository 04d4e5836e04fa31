"""The values around a task, under the names of the walkthrough."""

from fastworker.application.task_result import TaskResult
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority

__all__ = ["TaskPriority", "TaskResult", "TaskStatus"]
