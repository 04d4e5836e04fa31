"""What the cost per task is measured against, and how one point of each curve is."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.coordinator import Load, cost_of
from benchmarks.stopwatch import Cost

from .fit import exponent
from .waiting_workers import WaitingSimulation


@dataclass(frozen=True, slots=True)
class Curve:
    """A number that grows, and how to measure the cost of a task at each of its values.

    `most_ratio` bounds the cost at the last point to so many times that at the first, where design sets a bound.
    """

    name: str
    of: str
    numbers: tuple[int, ...]
    measure: Callable[[int], Cost]
    settings: str
    most_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The median cost of a task at `n` in microseconds, and the spread of the runs (highest minus lowest).

    `collector_microseconds` of these went to the garbage collector.
    """

    n: int
    microseconds: float
    collector_microseconds: float
    spread: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How the costs of some points grow: by n to the power of `exponent`; `ratio` is the last to the first.

    A point at 0 has no logarithm, and is left out of the exponent.
    """

    exponent: float
    ratio: float
    program_exponent: float
    """Without the garbage collector."""


def fitted(points: list[Point]) -> Fit:
    """Return how the costs grow."""
    positive = [point for point in points if point.n > 0]
    numbers = [point.n for point in positive]
    own = [point.microseconds - point.collector_microseconds for point in positive]
    return Fit(
        exponent=exponent(numbers, [point.microseconds for point in positive]),
        ratio=points[-1].microseconds / points[0].microseconds,
        program_exponent=exponent(numbers, own),
    )


def _by_queue(queued: int) -> Cost:
    # Full collections are rare: so many tasks that some of them fall into the measurement, as they do in the long run.
    return cost_of(Load(queued=queued, tasks=max(50_000, queued // 2)))


def _by_workers(workers: int) -> Cost:
    return WaitingSimulation(workers).cost_per_task(20_000)


def _by_clients(clients: int) -> Cost:
    return cost_of(Load(clients=clients, per_call=10, tasks=30_000))


def _by_results(held: int) -> Cost:
    return cost_of(Load(held=held))


CURVES = (
    Curve(
        "queue-length",
        "waiting tasks",
        (1_000, 3_162, 10_000, 31_623, 100_000, 316_228, 1_000_000),
        _by_queue,
        "500 tasks per call, 1 client, 1 worker, 10,000 results held",
        most_ratio=1.3,
    ),
    Curve(
        "workers",
        "workers",
        (1, 3, 10, 32, 100, 316, 1_000),
        _by_workers,
        "1 task per call, every worker waits for work with 16 slots, half as many tasks run, an empty queue",
    ),
    Curve(
        "clients",
        "clients",
        (1, 3, 10, 32, 100),
        _by_clients,
        "10 tasks per call, clients take turns, 1,000 tasks wait, 10,000 results held",
    ),
    Curve(
        "held-results",
        "results held",
        (0, 100, 1_000, 10_000, 100_000),
        _by_results,
        "500 tasks per call, 1,000 tasks wait, each new result pushes out the oldest",
    ),
)
