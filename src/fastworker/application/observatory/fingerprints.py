"""What makes two failures equal: the type of the exception, and the innermost frame of the application's own code.

Where there is no frame (a lost worker, a timeout), the task function takes its place. The line is left out, so that
an edit elsewhere in the file does not begin a new group; the file is known by its name and its folder's, so that the
same code elsewhere on another machine is the same.
"""

import re
from dataclasses import dataclass
from hashlib import blake2b

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Task

from ..app_frames import is_app_file

_FRAME = re.compile(r'^[ |]*File "([^"\n]*)", line (\d+), in (.+)$', re.MULTILINE)
LONGEST_TRACEBACK = 8_192
"""Characters at the end of a traceback in which frames are looked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The kind of a failure, and `frame`, where it was raised: `file:line in function`, empty when that is unknown."""

    fingerprint: str
    frame: str


def fault_of(name: str, error: ErrorRecord) -> Fault:
    """Return the kind of failure that an error of the task function `name` is."""
    found = _innermost(error.traceback)
    if found is None:
        return Fault(_digest(error.error_type, name), "")
    file, line, function = found
    return Fault(_digest(error.error_type, "/".join(file.split("/")[-2:]), function), f"{file}:{line} in {function}")


def latest_error(task: Task) -> ErrorRecord | None:
    """Return the error that a task failed with, or that its latest attempt did; None when there was no failure."""
    outcome = task.outcome
    if outcome is not None:
        return outcome.error if outcome.status in (TaskStatus.FAILURE, TaskStatus.LOST) else None
    return task.history[-1].error if task.history else None


def fingerprint_of(task: Task) -> str | None:
    """Return the fingerprint of a task's latest error; None when it has none."""
    error = latest_error(task)
    return None if error is None else fault_of(task.submission.name, error).fingerprint


def _innermost(traceback: str) -> tuple[str, str, str] | None:
    """Return file, line and function of the last frame that is the application's own, or else of the last at all.

    Of exceptions that led to each other the last stands last; where it has no frame of ours, the one before has.
    """
    end = traceback[-LONGEST_TRACEBACK:].replace("\\", "/")
    frames: list[tuple[str, str, str]] = _FRAME.findall(end)
    own = [frame for frame in frames if is_app_file(frame[0])]
    return (own or frames)[-1] if frames else None


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()
