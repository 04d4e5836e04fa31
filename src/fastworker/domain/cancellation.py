"""What became of a request to cancel a task."""

from enum import StrEnum


class Cancellation(StrEnum):
    """The answer to a cancel: which of the things that can happen has happened."""

    CANCELLED = "cancelled"  # it has ended so: it waited and never starts, or was cancelled before
    STOPPING = "stopping"  # it runs: its worker was told to end it
    FINISHED = "finished"  # it had ended before
    FORGOTTEN = "forgotten"  # it may have ended long ago: its result is not kept any more
    UNKNOWN = "unknown"  # this control plane has never seen it
