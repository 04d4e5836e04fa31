"""Tasks that are not to start for now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    """By whom, why, since when, and until when: without `until`, until somebody resumes."""

    by: str
    reason: str
    at: float
    until: float | None = None

    def is_over(self, now: float) -> bool:
        """True when its time has passed."""
        return self.until is not None and self.until <= now
