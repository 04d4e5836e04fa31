"""How much of a batch something takes."""

from collections.abc import Callable, Iterable, Sequence

from fastworker.domain.task import Attempt, ErrorRecord, Order, Task

from .messages import BATCH_BYTES, AttemptState

JSON_BYTES_PER_CHARACTER = 6
"""The most that JSON needs for one: an escape such as `\\u0000`."""


def outcome_bytes(payload: bytes, error: ErrorRecord | None) -> int:
    """Return how much of a batch an outcome takes, at most."""
    if error is None:
        return len(payload)
    characters = len(error.error_type) + len(error.message) + len(error.traceback)
    return len(payload) + JSON_BYTES_PER_CHARACTER * characters


def a_batch[T](entries: Sequence[T], size: Callable[[T], int]) -> list[T]:
    """Return the first entries whose payloads fit into one batch, and at least one of them."""
    total = 0
    for index, entry in enumerate(entries):
        total += size(entry)
        if total > BATCH_BYTES and index:
            return list(entries[:index])
    return list(entries)


def history_bytes(history: Iterable[Attempt | AttemptState]) -> int:
    """Return how much of a batch the earlier attempts of a task take, at most."""
    return sum(outcome_bytes(b"", attempt.error) for attempt in history)


def result_size(task: Task) -> int:
    """Return how much of a batch a finished task takes."""
    if task.outcome is None:
        return 0
    size = outcome_bytes(task.outcome.payload, task.outcome.error)
    return size + history_bytes(task.history) if task.history else size


def arguments_size(order: Order) -> int:
    """Return how much of a batch an order takes."""
    return len(order.submission.payload)
