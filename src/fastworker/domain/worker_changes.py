"""What each event of a worker changes in the registry."""

from dataclasses import replace
from typing import assert_never

from .events import (
    WorkerAnswered,
    WorkerDirected,
    WorkerDrained,
    WorkerEvent,
    WorkerHeard,
    WorkerJoined,
    WorkerLeft,
    WorkerObeyed,
    WorkerOccupied,
    WorkerPolled,
    WorkerResumed,
)
from .worker_registry import Worker, WorkerRegistry


def apply_to_workers(event: WorkerEvent, workers: WorkerRegistry) -> None:
    """Make the change that an event states."""
    match event:  # the frequent ones first
        case WorkerPolled():
            worker = workers[event.worker_id]
            worker.heard_at = event.at
            worker.outbox.acknowledge(event.acknowledged)
            worker.occupied = event.occupied
            worker.is_open = not worker.is_draining
            workers.offer(worker)
        case WorkerAnswered():
            workers[event.worker_id].is_open = False
        case WorkerHeard():
            workers[event.worker_id].hear(event.vitals, at=event.at)
        case WorkerOccupied():
            worker = workers[event.worker_id]
            worker.occupied = event.occupied
            workers.offer(worker)
        case WorkerJoined():
            workers.add(event.card, now=event.at)
        case WorkerLeft():
            workers.remove(event.worker_id)
        case WorkerDrained():
            workers.drain(event.worker_id)
            workers[event.worker_id].leaves_by_itself |= event.by_itself
        case WorkerResumed():
            workers.resume(event.worker_id)
        case WorkerDirected():
            _direct(workers[event.worker_id], event)
        case WorkerObeyed():
            _obey(workers[event.worker_id], event)
            workers.offer(workers[event.worker_id])
        case _:
            assert_never(event)


def _direct(worker: Worker, event: WorkerDirected) -> None:
    """Note what is wanted. Fewer slots hold at once, more when the worker has them."""
    worker.directive = event.directive
    if event.directive.slots is not None:
        worker.card = replace(worker.card, slots=min(worker.card.slots, event.directive.slots))


def _obey(worker: Worker, event: WorkerObeyed) -> None:
    worker.obeyed = event.number
    if worker.has_obeyed and worker.directive.slots is not None:
        worker.card = replace(worker.card, slots=worker.directive.slots)
