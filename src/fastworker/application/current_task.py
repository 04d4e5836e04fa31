"""The task that the present code runs in: who it is, what it may know of itself, and what it wants to be known."""

import logging
from contextvars import ContextVar
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from fastworker.domain.errors import InvalidOption, NotInTask
from fastworker.domain.journal import Progress
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Terms
from fastworker.domain.text import bounded

if TYPE_CHECKING:
    from .execution import Execution
    from .notes import Note

NOTE_CHARACTERS = 1_000
"""Longer log lines and progress messages lose their middle."""

running_execution: "ContextVar[Execution | None]" = ContextVar("running_execution", default=None)


class CurrentTask:
    """The running attempt, as its own code sees it; any thread that has the attempt's context may use it."""

    def __init__(self, execution: "Execution") -> None:
        self._execution = execution

    @property
    def id(self) -> str:
        """The id of the task."""
        return self._execution.task_id

    @property
    def name(self) -> str:
        """The name of the task function."""
        return self._execution.function.name

    @property
    def attempt(self) -> int:
        """Which attempt this is, counted from 1."""
        return self._execution.attempt

    @property
    def priority(self) -> TaskPriority:
        """The priority that the task was started with; somebody may have changed it while it waited."""
        return self._execution.priority

    @property
    def deadline(self) -> float | None:
        """The moment of `time.monotonic()` at which this attempt is over time; None without a timeout."""
        timeout = self._execution.terms.timeout_seconds
        return None if timeout is None else self._execution.started_at + timeout

    @property
    def is_cancelled(self) -> bool:
        """True when the attempt should end: it was cancelled, or is over time. Threads can only be asked, by this."""
        return self._execution.stop_reason is not None

    @property
    def logger(self) -> logging.Logger:
        """A logger named after the task; its records, as all that are emitted inside a task, are kept with it."""
        return logging.getLogger(f"fastworker.task.{self.name}")

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        """Say how far the attempt has come; whoever follows the task hears of the latest.

        Raises:
            InvalidOption: `done` or `total` is not a finite number.
        """
        amount = None if total is None else float(total)
        if not isfinite(done) or not isfinite(amount or 0.0):
            raise InvalidOption(f"progress of {done!r} of {total!r}; expected finite numbers")
        note_in_task(self._execution, Progress(float(done), amount, bounded(str(message), NOTE_CHARACTERS)))


def current_task() -> CurrentTask:
    """Return the task that the calling code runs in.

    Raises:
        NotInTask: it runs in none.
    """
    execution = running_execution.get()
    if execution is None:
        raise NotInTask("current_task() gives the running task; this code was not called by a worker as part of one")
    return CurrentTask(execution)


def as_child_task(terms: Terms | None) -> Terms | None:
    """Return the terms of a submission as they leave the calling code: inside a task, with that as the parent."""
    execution = running_execution.get()
    return terms if execution is None else replace(terms or NO_TERMS, parent=execution.task_id)


def note_in_task(execution: "Execution", note: "Note") -> None:
    """Add a note to an attempt, and see that it is sent."""
    execution.notes.add(note)
    announce = execution.announce  # read once: it goes when the attempt ends, and another thread may be here
    if announce is not None:
        announce(execution)
