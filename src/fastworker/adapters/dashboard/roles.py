"""Roles, and what each may do. A role may do all that the ones before it may."""

from enum import IntEnum


class Role(IntEnum):
    """`viewer` sees, `operator` acts on tasks, queues and workers, `admin` also sees settings and the audit list."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def label(self) -> str:
        """The name in the API."""
        return self.name.lower()


def role_named(name: str) -> Role:
    """Return the role of a name, in any case; raises `KeyError`."""
    return Role[name.upper()]
