"""Task functions for the tests of the system for tests."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fastworker import Backoff, current_task, task

ran: list[str] = []
"""What has run, emptied by the tests that look."""


@dataclass(frozen=True)
class Parcel:
    """A value that survives the trip because annotations name its type."""

    weight: float
    sent_at: datetime


@task
async def double(value: int) -> int:
    """Return twice the value."""
    ran.append(f"double {value}")
    return 2 * value


@task
def halve(value: int, *, by: int = 2) -> float:
    """Return the value divided."""
    ran.append(f"halve {value}")
    return value / by


@task
def weigh(parcel: Parcel, label: Path) -> Parcel:
    """Return a heavier parcel, from a thread."""
    assert isinstance(label, Path)
    return Parcel(parcel.weight + 1, parcel.sent_at)


@task
def where() -> int:
    """Return the thread that this runs in."""
    return threading.get_ident()


@task(retries=3, backoff=Backoff(10, factor=2, jitter=0))
async def flaky(value: int) -> int:
    """Return the number of the attempt; tests make it fail."""
    ran.append(f"flaky {value}")
    return current_task().attempt


@task(retries=2, backoff=Backoff(10, factor=1, jitter=0))
def sturdy() -> int:
    """Return the number of the attempt."""
    return current_task().attempt


@task
async def submits(value: int) -> int:
    """Submit another task, and return its result."""
    return await (await double.submit(value))


@task
def submits_blocking(value: int) -> int:
    """Submit another task from a thread, and return its result."""
    return double.submit_sync(value).get(timeout=10)


@task
async def waits_for_a_late_one(value: int) -> int:
    """Submit a task for later, and wait for it."""
    return await (await double.options(delay=3600).submit(value))


@task
async def goes_on_for_ever(value: int) -> None:
    """Submit itself again, at once."""
    await goes_on_for_ever.submit(value + 1)


@task
async def comes_back(value: int) -> None:
    """Submit itself again, in an hour."""
    ran.append(f"comes_back {value}")
    await comes_back.options(delay=timedelta(hours=1)).submit(value + 1)


@task
def many(first: int, *rest: int, **named: str) -> int:
    """Return how many arguments there were."""
    return 1 + len(rest) + len(named)
