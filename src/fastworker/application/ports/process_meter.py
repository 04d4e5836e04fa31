"""What this process takes of its machine."""

from abc import ABC, abstractmethod


class ProcessMeter(ABC):
    """Measures the process that asks, without its child processes. Any thread may ask, at any time."""

    @abstractmethod
    def processor_seconds(self) -> float:
        """Return how long processors have worked for this process so far; it never falls."""

    @abstractmethod
    def resident_bytes(self) -> int:
        """Return the memory that this process holds now, or where the system does not tell, the most that it held."""
