"""The steps of followed tasks, on their way from the completions channel to whoever follows."""

from collections import deque

from fastworker.domain.errors import FastWorkerError, TooManyFollowed, unknown_task_id

from .messages import BATCH_ENTRIES, Follow, StepEntry
from .wakeup import Wakeup

STEPS_WAITING = 500
"""Steps that wait for a slow reader; meanwhile the control plane keeps the latest."""

MOST_FEEDS = BATCH_ENTRIES


class StepFeed:
    """The steps of one task for one reader, from a number on."""

    def __init__(self, task_id: str, *, after: int, epoch: str) -> None:
        self.task_id = task_id
        self.epoch = epoch
        self.after = after  # the last number that came
        self._steps: deque[StepEntry] = deque()
        self._error: FastWorkerError | None = None
        self._is_full = False
        self._news = Wakeup()

    @property
    def has_room(self) -> bool:
        """True when more steps may come: one that was full has to be half read first."""
        return not self._is_full and self._error is None

    async def next(self) -> StepEntry:
        """Wait for the next step, and return it; raises why there will be none."""
        while not self._steps:
            if self._error is not None:
                raise self._error
            await self._news.wait()
        if len(self._steps) <= STEPS_WAITING // 2:
            self._is_full = False
        return self._steps.popleft()

    def add(self, step: StepEntry) -> None:
        """Take a step, once."""
        if step.number == 0:
            self.fail(unknown_task_id(self.task_id, is_forgotten=step.is_forgotten))
        elif step.number > self.after:
            self.after = step.number
            self._steps.append(step)
            self._is_full = len(self._steps) >= STEPS_WAITING
            self._news.set()

    def fail(self, error: FastWorkerError) -> None:
        """Let the reader know that no more steps will come."""
        self._error = error
        self._news.set()


class StepFeeds:
    """All feeds of a client."""

    def __init__(self) -> None:
        self._feeds: list[StepFeed] = []
        self._asked: list[StepFeed] = []  # those that the present question asks for

    def add(self, feed: StepFeed) -> None:
        """Begin to ask for the steps of a task; raises `TooManyFollowed`."""
        if len(self._feeds) >= MOST_FEEDS:
            raise TooManyFollowed(f"this client follows {MOST_FEEDS} tasks already, as many as it may")
        self._feeds.append(feed)

    def remove(self, feed: StepFeed) -> None:
        """Ask no more for a reader that has gone; twice is once."""
        if feed in self._feeds:
            self._feeds.remove(feed)

    def follows(self) -> list[Follow]:
        """Return what to ask for: each task once, from the number that its furthest-behind reader has."""
        after: dict[str, int] = {}
        self._asked = [feed for feed in self._feeds if feed.has_room]
        for feed in self._asked:
            after[feed.task_id] = min(feed.after, after.get(feed.task_id, feed.after))
        return [Follow(task_id, number) for task_id, number in after.items()]

    def take(self, steps: list[StepEntry]) -> None:
        """Hand steps to the readers that were asked for; another one would take them for all that there is."""
        for step in steps:
            for feed in self._asked:
                if feed.task_id == step.task_id and feed.has_room:
                    feed.add(step)

    def fail(self, error: FastWorkerError, *, but_epoch: str | None = None) -> None:
        """End the feeds, all but those of the present life of the control plane."""
        for feed in [feed for feed in self._feeds if feed.epoch != but_epoch]:
            self._feeds.remove(feed)
            feed.fail(error)
