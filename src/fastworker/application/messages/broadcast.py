"""The beacon, and what a worker answers at its own address."""

from dataclasses import dataclass

from .root import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon(Message):
    """Published every second: where a control plane is. A hint only."""

    epoch: str
    client_address: str
    worker_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectWorker(Message):
    """Ask a worker at its own address what it runs now."""


@dataclass(frozen=True, slots=True)
class RunningTask:
    """One attempt that a worker runs; `stack` is its Python stack, innermost call last.

    It is stuck when it was given up (over time, or cancelled) and goes on nevertheless.
    """

    task_id: str
    name: str
    attempt: int
    run_seconds: float
    stack: str
    is_stuck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInspected(Message):
    """What a worker runs now."""

    worker_id: str
    slots: int
    running: list[RunningTask]
