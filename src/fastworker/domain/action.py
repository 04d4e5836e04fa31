"""What people do to the whole, and who they are: kept for the record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: by which name, in which role, and from where."""

    name: str
    role: str
    remote: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done, or that was refused because of `refusal`; `before` and `after` are for people."""

    actor: Actor
    what: str
    target: str
    before: str = ""
    after: str = ""
    refusal: str = ""
