"""One measured figure and its target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit, and the bound of design that it should keep."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """The bound as text; empty when there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:,g}"
        return f"≤ {self.at_most:,g}" if self.at_most is not None else ""

    @property
    def is_met(self) -> bool:
        """True when the value keeps its bound, or has none."""
        is_high_enough = self.at_least is None or self.value >= self.at_least
        return is_high_enough and (self.at_most is None or self.value <= self.at_most)
