"""The Coordinator alone: submit, lease, report, without transport or tasks."""

import os
import random
import time
from itertools import count
from pathlib import Path

from fastworker.application.coordinator import Coordinator
from fastworker.application.limits import Limits
from fastworker.application.ports.event_sink import EventSink
from fastworker.domain.events import Event
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Outcome, Submission
from fastworker.domain.worker_registry import WorkerCard

from .figure import Figure

BATCH = 500
ROUNDS = 100


class NoSink(EventSink):
    """Hears nothing."""

    def emit(self, event: Event) -> None:
        """Do nothing."""


def measure() -> list[Figure]:
    """Return tasks per second, how that changes with a long queue, and bytes per waiting task."""
    memory = _bytes_per_task(100_000)  # first, while this process has no freed memory to use again
    short, long = _seconds_per_task(1_000), _seconds_per_task(1_000_000)
    return [
        Figure("coordinator", 1 / short, "tasks/s", at_least=100_000),
        Figure("coordinator.1M / 1k queued", long / short, "×", at_most=1.3),
        Figure("memory.per_queued_task", memory, "B", at_most=500),
    ]


def _coordinator() -> Coordinator:
    numbers = count(1)
    coordinator = Coordinator(
        Ledger(names=["noop"]),
        limits=Limits(max_queued=2_000_000, max_unfinished=2_000_000),
        new_token=lambda: next(numbers),
        jitter=random.Random(1),
        sink=NoSink(),
    )
    coordinator.open_session("session", now=0.0)
    coordinator.join(WorkerCard("worker", "1", BATCH, frozenset(["noop"])), now=0.0)
    return coordinator


def _submissions(start: int, number: int) -> list[Submission]:
    return [
        Submission(f"01a1fc3f-8b45-7070-876a-{index:012x}", "noop", TaskPriority.NORMAL, b"{}")
        for index in range(start, start + number)
    ]


def _seconds_per_task(queued: int) -> float:
    coordinator = _coordinator()
    coordinator.submit("session", _submissions(0, queued), now=0.0)
    batches = [_submissions(queued + index * BATCH, BATCH) for index in range(ROUNDS)]
    success = Outcome(TaskStatus.SUCCESS, b"null")
    acknowledged = leased = 0
    began = time.perf_counter()
    for now, batch in enumerate(batches):
        coordinator.submit("session", batch, now=float(now))
        coordinator.poll("worker", "1", leased, 0, now=float(now))
        first, orders = coordinator.orders("worker", "1")
        leased = first + len(orders) - 1
        outcomes = [(order.submission.task_id, order.lease.token, success) for order in orders]
        coordinator.report("worker", "1", outcomes, 0, now=float(now))
        coordinator.completions("session", acknowledged, now=float(now))
        first, ended = coordinator.unread("session")
        acknowledged = first + len(ended) - 1
    return (time.perf_counter() - began) / (BATCH * ROUNDS)


def _bytes_per_task(number: int) -> float:
    """Return the growth of this process, less the two bytes of each payload; the ids are part of it."""
    coordinator = _coordinator()
    before = _resident_bytes()
    coordinator.submit("session", _submissions(0, number), now=0.0)
    return (_resident_bytes() - before) / number


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
