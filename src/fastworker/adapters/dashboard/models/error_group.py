"""Failures grouped by fingerprint: exception type, task function and the innermost frame of the application."""

from pydantic import Field

from .page import Page
from .record import Moment, Record


class Word(Record):
    """Who said something about a group, and when."""

    by: str
    at: Moment


class FailedTasks(Record):
    """The tasks that failed in one way, each counted once, by what has become of them.

    Those that have ended are counted also when they are not remembered any more.
    """

    trying: int = Field(description="They wait for their next attempt, or run again.")
    success: int = Field(description="They were tried again, and ended in success.")
    failure: int
    lost: int
    cancelled: int
    expired: int


class ErrorGroup(Record):
    """Equal failures."""

    fingerprint: str
    error_type: str
    message: str = Field(description="Of the latest failure.")
    frame: str = Field(description="Where it was raised; empty when there was no traceback.")
    count: int
    retried: int = Field(description="How many of them were tried again.")
    tasks: FailedTasks
    new: int = Field(description="How many of them nobody has said to have seen.")
    seen: Word | None = Field(description="Who said last that these failures were seen.")
    muted: Word | None = Field(description="Who said that nobody is to be told of them.")
    first_seen_at: Moment
    last_seen_at: Moment
    functions: list[str]
    workers: list[str]
    sample_task_id: str
    history: list[int] = Field(description="Failures per minute of the last hour, oldest first.")


class ErrorGroupDetail(ErrorGroup):
    """Equal failures, with the traceback of the latest."""

    traceback: str
    task_ids: list[str] = Field(description="The latest tasks, newest first; as far as they are remembered.")


class ErrorGroupPage(Page[ErrorGroup]):
    """The groups, the latest failure first."""
