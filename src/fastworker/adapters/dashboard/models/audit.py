"""Who did what."""

from typing import Literal

from pydantic import Field

from .page import Page
from .record import Moment, Record

type Role = Literal["viewer", "operator", "admin"]


class AuditEntry(Record):
    """One thing that was done, or refused, through this API."""

    id: int
    at: Moment
    actor: str
    role: str
    remote: str
    action: str
    target: str
    before: str
    after: str
    refusal: str = Field(description="Why it was not done; empty when it was.")


class AuditPage(Page[AuditEntry]):
    """What was done, the newest first."""
