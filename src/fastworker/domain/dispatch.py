"""Which waiting task goes to which worker next."""

from .task import Task
from .task_queue import service_order
from .worker_registry import Worker, WorkerRegistry


def next_assignment(registry: WorkerRegistry) -> tuple[Task, Worker] | None:
    """Return the first task in the order of service that some open worker can run, and the least loaded such worker.

    Equal loads keep the order of registration; the control plane's own worker comes after all others.
    None when no waiting task can start now.
    """
    first: Task | None = None
    offers = []
    for group in registry.groups.values():
        offer = group.least_loaded()
        if offer is None:
            continue
        offers.append((offer, group))
        task = group.view.first()
        if task is not None and (first is None or service_order(task) < service_order(first)):
            first = task
    if first is None:
        return None
    name = first.submission.name
    *_, worker = min(offer for offer, group in offers if name in group.view.names)
    return first, worker
