"""Which waiting task goes to which worker next."""

from .task import Task
from .task_queue import service_order
from .worker_registry import Worker, WorkerRegistry


def next_assignment(registry: WorkerRegistry) -> tuple[Task, Worker] | None:
    """Return the first task in the order of service that some open worker can run, and the least loaded such worker.

    Equal loads keep the order of registration; the control plane's own worker comes after all others.
    None when no waiting task can start now.
    """
    task = _first_runnable(registry)
    if task is None:
        return None
    name = task.submission.name
    offers = [group.least_loaded() for group in registry.groups.values() if name in group.view.names]
    *_, worker = min(offer for offer in offers if offer is not None)
    return task, worker


def _first_runnable(registry: WorkerRegistry) -> Task | None:
    best = None
    for group in registry.groups.values():
        if group.least_loaded() is None:
            continue
        task = group.view.first()
        if task is not None and (best is None or service_order(task) < service_order(best)):
            best = task
    return best
