"""The history in columns. A column's value is None where nothing was measured; counts are per second."""

from collections.abc import Callable, Sequence

from fastworker.application.observatory.history import ENDS, Sample, Step
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import RANKS, TaskPriority

from ..models.overview import Range

type Column = Callable[[Sample], float | None]

RANGES: dict[Range, tuple[Step, int, float]] = {
    "15m": (Step.SECOND, 1, 900.0),
    "1h": (Step.TEN_SECONDS, 10, 3_600.0),
    "2h": (Step.TEN_SECONDS, 10, 7_200.0),
    "6h": (Step.MINUTE, 60, 21_600.0),
    "24h": (Step.MINUTE, 60, 86_400.0),
}
"""Step, its seconds, and how many seconds the range goes back."""


def _rate(count: Callable[[Sample], int]) -> Column:
    return lambda sample: round(count(sample) / sample.seconds, 3) if sample.seconds else None


def _ended(status: TaskStatus) -> Column:
    return _rate(lambda sample: sample.ended_as(status))


def _depth(priority: TaskPriority) -> Column:
    rank = RANKS[priority]
    return lambda sample: sample.depths[rank]


COLUMNS: dict[str, Column] = {
    "submitted": _rate(lambda sample: sum(sample.submitted)),
    "started": _rate(lambda sample: sum(sample.leased)),
    **{status.value: _ended(status) for status in ENDS},
    "retried": _rate(lambda sample: sample.retried),
    "wait_p50": lambda sample: sample.wait.p50,
    "wait_p95": lambda sample: sample.wait.p95,
    "wait_p99": lambda sample: sample.wait.p99,
    "run_p50": lambda sample: sample.run.p50,
    "run_p95": lambda sample: sample.run.p95,
    "run_p99": lambda sample: sample.run.p99,
    **{f"depth_{priority.value}": _depth(priority) for priority in TaskPriority},
    "scheduled": lambda sample: sample.scheduled,
    "running": lambda sample: sample.running,
    "slots": lambda sample: sample.slots,
    "workers": lambda sample: sample.workers,
    "loop_lag": lambda sample: sample.lag_seconds,
}


def _wait(priority: TaskPriority, index: int) -> Column:
    rank = RANKS[priority]
    return lambda sample: sample.waits_of(rank)[index]


QUEUE_COLUMNS: dict[TaskPriority, dict[str, Column]] = {
    priority: {
        f"depth_{priority.value}": _depth(priority),
        **{f"wait_{name}_{priority.value}": _wait(priority, index) for index, name in enumerate(("p50", "p95", "p99"))},
    }
    for priority in TaskPriority
}
"""What is told of one priority."""

ROW = COLUMNS | {name: column for columns in QUEUE_COLUMNS.values() for name, column in columns.items()}
"""What is told of the latest sample: all of it, for who shows all and for who shows one priority."""


def columns(samples: Sequence[Sample], of: TaskPriority | None = None) -> dict[str, list[float | None]]:
    """Return samples by column: of one priority, or of all together."""
    wanted = COLUMNS if of is None else QUEUE_COLUMNS[of]
    return {name: [column(sample) for sample in samples] for name, column in wanted.items()}


def row(sample: Sample) -> dict[str, float | None]:
    """Return one sample by column."""
    return {name: column(sample) for name, column in ROW.items()}
