"""A Coordinator of which an Observatory hears."""

from typing import override

from fastworker.adapters.memory import RecordingSink
from fastworker.application.observatory.history import History
from fastworker.application.observatory.observatory import Observatory
from fastworker.domain.events import Event
from fastworker.domain.task import Task

from ....builders import ManualCoordinator


class _Passed(RecordingSink):
    """Records, and passes on to whoever comes later."""

    observatory: Observatory | None = None

    @override
    def emit(self, event: Event) -> None:
        super().emit(event)
        if self.observatory is not None:
            self.observatory.emit(event)


class ObservedCoordinator(ManualCoordinator):
    """The same, with an Observatory that was there before the first task."""

    def __init__(self, *, result_capacity: int = 10_000, result_ttl_seconds: float = 3600) -> None:
        sink = _Passed()
        super().__init__(
            sink=sink,
            result_capacity=result_capacity,
            result_ttl_seconds=result_ttl_seconds,
            names=("echo", "add"),
        )
        self.observatory = sink.observatory = Observatory(self.ledger, now=self.now)

    @property
    def history(self) -> History:
        return self.observatory.history

    def tick_history(self, seconds: float) -> None:
        """Let time pass, and end a second of the history."""
        self.now += seconds
        self.observatory.tick(now=self.now)

    def poll_all(self, worker_id: str = "worker") -> list[Task]:
        """Ask for work until there is no more."""
        tasks: list[Task] = []
        while some := self.poll(worker_id):
            tasks += some
        return tasks
