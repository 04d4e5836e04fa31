"""Who follows a task, and a task that has something to say."""

from collections import deque
from collections.abc import AsyncGenerator

from fastworker.application.client import TaskClient
from fastworker.application.current_task import note_in_task, running_execution
from fastworker.application.task_event import TaskEvent
from fastworker.application.task_function import task
from fastworker.application.wakeup import Wakeup
from fastworker.domain.journal import LogLine, Progress

from .system import AnyTask


class Reader:
    """Reads the events of a task beside the test."""

    def __init__(self, client: TaskClient, task_id: str, *, after: int = 0) -> None:
        self.events: list[TaskEvent] = []
        self._stream: AsyncGenerator[TaskEvent] = client.events(task_id, after=after)

    async def read(self) -> None:
        """Read to the end."""
        async for event in self._stream:
            self.events.append(event)

    async def read_one(self) -> TaskEvent:
        """Read the next event only."""
        event = await anext(self._stream)
        self.events.append(event)
        return event

    async def leave(self) -> None:
        """Read no more."""
        await self._stream.aclose()

    @property
    def said(self) -> list[object]:
        """What each event says."""
        return [event.status or event.progress or event.line for event in self.events]

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events."""
        return [event.number for event in self.events]


class TalkingTask:
    """A task function `talking()` that says what the test puts in, and returns when the test is done with it."""

    def __init__(self) -> None:
        self._waiting: deque[Progress | LogLine] = deque()
        self._news = Wakeup()
        self._is_done = False

        async def talking() -> str:
            execution = running_execution.get()
            assert execution is not None
            while not self._is_done:
                await self._news.wait()
                while self._waiting:
                    note_in_task(execution, self._waiting.popleft())
            return "done"

        self.function: AnyTask = task(name="talking")(talking)

    def says(self, *notes: Progress | LogLine) -> None:
        """Have it say this, all at once."""
        self._waiting.extend(notes)
        self._news.set()

    def returns(self) -> None:
        """Have it return."""
        self._is_done = True
        self._news.set()
