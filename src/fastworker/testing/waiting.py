"""The tasks that have not ended, and what each waits for, as people read it."""

from collections.abc import Callable, Iterable, Sequence

from fastworker.application.ports.clock import Clock
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from .duration import shown
from .local_worker import LocalWorker
from .submissions import MOST_SHOWN, Submissions, call_text


class Waiting:
    """Looks at the ledger of a control plane; `silence_seconds` is how long a dead worker goes unnoticed."""

    def __init__(
        self,
        ledger: Ledger,
        workers: Sequence[LocalWorker],
        submissions: Submissions,
        *,
        clock: Clock,
        silence_seconds: float,
    ) -> None:
        self._ledger = ledger
        self._workers = workers
        self._submissions = submissions
        self._clock = clock
        self._silence_seconds = silence_seconds

    def tasks(self, is_meant: Callable[[Task], bool]) -> list[Task]:
        """Return those that have not ended, in the order of their submission."""
        return sorted(filter(is_meant, self._ledger.tasks.values()), key=lambda task: task.number)

    def is_alive(self, worker_id: str) -> bool:
        """True when the worker of that id can still end what it runs."""
        return any(worker.is_alive for worker in self._workers if worker.worker_id == worker_id)

    def lines(self, tasks: Iterable[Task]) -> str:
        """Return a line for each task: the call, and what it waits for."""
        lines = [f"  {self._call(task)}: {self._why(task)}" for task in tasks]
        more = [f"  ... and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
        return "\n".join([*lines[:MOST_SHOWN], *more])

    def _call(self, task: Task) -> str:
        submitted = self._submissions.read(task.submission)
        return call_text(submitted.name, submitted.arguments)

    def _why(self, task: Task) -> str:
        match task.status:
            case TaskStatus.SCHEDULED:
                return self._scheduled(task)
            case TaskStatus.RUNNING:
                return self._running(task)
            case _ if any(worker.is_alive for worker in self._workers):
                return "waits for a free slot"
            case _:
                return "waits for a worker, and none is left: `await system.start_worker()`"

    def _scheduled(self, task: Task) -> str:
        due = shown((task.due_at or 0.0) - self._clock.now())
        last = task.history[-1].error if task.history else None
        if last is None:
            return f"starts in {due}"
        return f"starts again in {due}, after {last.error_type}: {last.message}"

    def _running(self, task: Task) -> str:
        worker_id = task.lease.worker_id if task.lease else ""
        if self.is_alive(worker_id):
            return f"runs on {worker_id}"
        worker = self._ledger.workers.get(worker_id)
        left = 0.0 if worker is None else worker.heard_at + self._silence_seconds - self._clock.now()
        return f"its {worker_id} has died, which is noticed in {shown(left + 1.0)}"
