"""The life of a task: one enum and one table.

A status with no way out is final; nothing else says so. The picture in docs/task-lifecycle.md is drawn from
this table and tested against it.
"""

from enum import StrEnum


class TaskStatus(StrEnum):
    """Where a task is in its life."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    LOST = "lost"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """True when the task will never change again."""
        return not TRANSITIONS[self]


TRANSITIONS: dict[TaskStatus, dict[TaskStatus, str]] = {
    TaskStatus.SCHEDULED: {
        TaskStatus.QUEUED: "its time has come",
        TaskStatus.CANCELLED: "cancelled while it waits",
        TaskStatus.EXPIRED: "not started before its deadline",
        TaskStatus.SUCCESS: "a worker thought lost reported after all",
        TaskStatus.FAILURE: "a worker thought lost reported after all",
    },
    TaskStatus.QUEUED: {
        TaskStatus.RUNNING: "leased to a worker",
        TaskStatus.CANCELLED: "cancelled while it waits",
        TaskStatus.EXPIRED: "not started before its deadline",
        TaskStatus.SUCCESS: "a worker thought lost reported after all",
        TaskStatus.FAILURE: "a worker thought lost reported after all",
    },
    TaskStatus.RUNNING: {
        TaskStatus.SUCCESS: "the function returned",
        TaskStatus.FAILURE: "the function raised, no retry left",
        TaskStatus.SCHEDULED: "a retry is left: wait, then try again",
        TaskStatus.QUEUED: "given back before it started",
        TaskStatus.CANCELLED: "cancelled while it ran",
        TaskStatus.LOST: "its worker died or fell silent",
    },
    TaskStatus.SUCCESS: {},
    TaskStatus.FAILURE: {},
    TaskStatus.CANCELLED: {},
    TaskStatus.LOST: {},
    TaskStatus.EXPIRED: {},
}

WAITING = frozenset({TaskStatus.SCHEDULED, TaskStatus.QUEUED})
"""A task in one of these has not started yet, or is to start again."""
