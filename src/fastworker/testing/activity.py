"""What happens in a system, as its control plane tells it."""

from typing import override

import anyio

from fastworker.application.ports.event_sink import EventSink
from fastworker.domain.events import Event, LocalsTold, TaskFinished, TaskNoted, TaskRetried, TaskSubmitted, TaskTraced
from fastworker.domain.task import Submission


class Activity(EventSink):
    """Keeps what was submitted, counts what ends, and wakes whoever waits for something to happen."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.ended = 0  # tasks
        self.attempts = 0  # that have ended
        self.steps = 0
        self._news: anyio.Event | None = None

    @override
    def emit(self, event: Event) -> None:
        match event:
            case TaskSubmitted():
                self.submissions.append(event.submission)
            case TaskFinished():
                self.ended += 1
                self.attempts += 1
            case TaskRetried():
                self.attempts += 1
            case TaskNoted() | TaskTraced() | LocalsTold():  # a run that goes on saying something is no news
                return
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits: something has happened."""
        self.steps += 1
        news, self._news = self._news, None
        if news is not None:
            news.set()

    async def wait(self) -> None:
        """Return when something happens."""
        if self._news is None:
            self._news = anyio.Event()
        await self._news.wait()
