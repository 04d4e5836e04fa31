"""A connected client, as the control plane sees it."""

from dataclasses import dataclass, field

from .outbox import Outbox
from .task import Task


@dataclass(slots=True, eq=False)
class Session:
    """One connected client, its tasks that have not ended, and those ended that it has not read yet."""

    heard_at: float
    unfinished: int = 0
    watches: set[str] = field(default_factory=set)  # unfinished tasks of others
    outbox: Outbox[Task] = field(default_factory=Outbox)
