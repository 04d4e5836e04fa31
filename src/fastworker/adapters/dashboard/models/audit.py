"""Who did what."""

from typing import Literal

from .page import Page
from .record import Moment, Record

type Role = Literal["viewer", "operator", "admin"]


class AuditEntry(Record):
    """One thing that was done, or refused, through this API."""

    id: int
    at: Moment
    actor: str
    role: Role | None
    remote: str
    action: str
    target: str
    status: int
    before: str | None
    after: str | None


class AuditPage(Page[AuditEntry]):
    """What was done, the newest first."""
