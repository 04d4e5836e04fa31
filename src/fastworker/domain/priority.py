"""The four priorities. Within one priority, tasks are served in the order of their arrival."""

from enum import StrEnum

from .errors import InvalidPriority


class TaskPriority(StrEnum):
    """How urgent a task is; members are listed from the most urgent to the least."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @classmethod
    def parse(cls, value: "TaskPriority | str") -> "TaskPriority":
        """Return the member for a member or for its name in any case.

        Raises:
            InvalidPriority: the value names none of the four.
        """
        try:
            return cls(value.lower())
        except (ValueError, AttributeError):
            expected = ", ".join(cls)
            raise InvalidPriority(f"no priority {value!r}; expected one of: {expected}") from None


RANKS = {priority: rank for rank, priority in enumerate(TaskPriority)}
"""The order of service: rank 0 is served first."""
