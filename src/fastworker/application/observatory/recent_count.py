"""How many there were in the last minute, in the memory of twelve numbers."""

from math import inf

STEP_SECONDS = 5.0
STEPS = 12


class RecentCount:
    """Counts by steps of five seconds, of which the last twelve are kept: the present one has only begun.

    So what is told is of 55 to 60 seconds, or of the time since `began`, if that is less. The present step counts as
    half: so a rate is the same until something is counted or a step is over, and who has it need not be sent it again.
    """

    __slots__ = ("_began", "_counts", "_step")

    def __init__(self, *, began: float = -inf) -> None:
        self._began = began
        self._counts = [0] * STEPS
        self._step = 0

    def add(self, number: int, *, now: float) -> None:
        """Count so many."""
        self._make_present(now)
        self._counts[self._step % STEPS] += number

    def per_second(self, *, now: float) -> float:
        """Return how many there were per second."""
        self._make_present(now)
        middle = (self._step + 0.5) * STEP_SECONDS
        seconds = middle - max(self._began, (self._step - STEPS + 1) * STEP_SECONDS)
        return sum(self._counts) / max(STEP_SECONDS / 2, seconds)

    def _make_present(self, now: float) -> None:
        """Begin the steps that have come since; what is told late counts as of now."""
        step = int(now // STEP_SECONDS)
        for passed in range(max(self._step + 1, step - STEPS + 1), step + 1):
            self._counts[passed % STEPS] = 0
        self._step = max(self._step, step)
