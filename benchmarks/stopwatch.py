"""Processor time of some parts of a program, with all that the garbage collector takes while it goes on.

A collection strikes whoever makes the next object. So that its cost is not a matter of luck, all of it is counted,
also while the watch stands still.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time; `collector_seconds` of these went to the garbage collector."""

    seconds: float
    collector_seconds: float = 0.0

    def __truediv__(self, number: float) -> "Cost":
        return Cost(self.seconds / number, self.collector_seconds / number)


class Stopwatch:
    """Measures between entering and leaving it; the program's own part only while `running`."""

    def __init__(self) -> None:
        self._own = 0.0
        self._collector = 0.0
        self._collection_began = 0.0

    def __enter__(self) -> Self:
        gc.callbacks.append(self._hear_collector)
        return self

    def __exit__(self, *_: object) -> None:
        gc.callbacks.remove(self._hear_collector)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what is done in this context."""
        collector, began = self._collector, time.process_time()
        yield
        self._own += time.process_time() - began - (self._collector - collector)

    @property
    def cost(self) -> Cost:
        """What was counted so far."""
        return Cost(self._own + self._collector, self._collector)

    def _hear_collector(self, phase: Literal["start", "stop"], _: dict[str, int]) -> None:
        if phase == "start":
            self._collection_began = time.process_time()
        else:
            self._collector += time.process_time() - self._collection_began
