"""Which waiting task goes to which worker next."""

from .task import Task
from .task_queue import service_order
from .worker_registry import Offer, Worker, WorkerRegistry


def next_assignment(registry: WorkerRegistry) -> tuple[Task, Worker] | None:
    """Return the first task in the order of service that some open worker can run, and the least loaded such worker.

    Equal loads keep the order of registration; the control plane's own worker comes after all others.
    None when no waiting task can start now.
    """
    best: tuple[tuple[int, int], Offer, Task] | None = None
    for group in registry.groups.values():
        task = group.view.first()
        if task is None:
            continue
        offer = group.least_loaded()
        if offer is None:
            continue
        found = service_order(task), offer, task  # groups that know the same task differ in the offer
        if best is None or found < best:
            best = found
    return None if best is None else (best[2], best[1][-1])
