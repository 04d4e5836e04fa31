"""How much of a batch something takes."""

from fastworker.domain.task import ErrorRecord

JSON_BYTES_PER_CHARACTER = 6
"""The most that JSON needs for one: an escape such as `\\u0000`."""


def outcome_bytes(payload: bytes, error: ErrorRecord | None) -> int:
    """Return how much of a batch an outcome takes, at most."""
    if error is None:
        return len(payload)
    characters = len(error.error_type) + len(error.message) + len(error.traceback)
    return len(payload) + JSON_BYTES_PER_CHARACTER * characters
