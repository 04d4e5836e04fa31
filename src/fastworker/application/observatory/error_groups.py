"""Failures, grouped by what they have in common."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Task

from .fingerprints import fault_of
from .freshness import Refresh, always_fresh
from .troubled_tasks import TroubledTasks

MOST_GROUPS = 500
MOST_NAMES = 20
"""Task functions, and workers, that are named for one group: the latest."""

MOST_SAMPLES = 20
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed; it is tried again if `is_retried`. The worker id is empty where it is not known."""

    task_id: str
    name: str
    worker_id: str
    error: ErrorRecord
    is_retried: bool
    at: float


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody said something about a group of failures at a moment."""

    by: str
    at: float


@dataclass(slots=True, eq=False)
class ErrorGroup:
    """Equal failures: `count` of them, of which `retried` were tried again. The texts are those of the latest.

    `seen` says that somebody knows of the first `seen_count`, `muted` that nobody wants to hear of them for now.
    """

    fingerprint: str
    first_at: float
    last_at: float = 0.0
    count: int = 0
    retried: int = 0
    error: ErrorRecord = field(default_factory=lambda: ErrorRecord("", ""))
    frame: str = ""
    seen: Word | None = None
    seen_count: int = 0
    muted: Word | None = None
    changes: int = 0  # of anything here
    going_on: int = 0  # tasks that failed so, and have not ended
    ended: dict[TaskStatus, int] = field(default_factory=dict)  # and how many ended as what, each counted once
    dead: set[str] = field(default_factory=set)  # remembered dead letters that nobody has seen, and nobody has replayed
    _functions: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _workers: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _task_ids: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _minutes: OrderedDict[int, int] = field(default_factory=OrderedDict)  # failures in each

    @property
    def is_new(self) -> bool:
        """True when something has failed that nobody has seen, and that somebody wants to hear of."""
        return self.muted is None and self.count > self.seen_count

    @property
    def functions(self) -> list[str]:
        """The task functions that failed so, the latest first."""
        return list(reversed(self._functions))

    @property
    def workers(self) -> list[str]:
        """Where they failed, the latest first."""
        return list(reversed(self._workers))

    @property
    def task_ids(self) -> list[str]:
        """The latest tasks that failed so, the latest first; they may be forgotten by now."""
        return list(reversed(self._task_ids))

    def per_minute(self, *, now: float) -> list[int]:
        """Return the failures in each of the last 60 minutes, the present one last."""
        present = int(now // 60)
        return [self._minutes.get(minute, 0) for minute in range(present - MINUTES + 1, present + 1)]

    def add(self, failure: Failure, frame: str) -> None:
        """Count a failure."""
        self.count += 1
        self.changes += 1
        self.retried += failure.is_retried
        self.last_at = failure.at
        self.error, self.frame = failure.error, frame
        _remember(self._functions, failure.name, MOST_NAMES)
        if failure.worker_id:
            _remember(self._workers, failure.worker_id, MOST_NAMES)
        _remember(self._task_ids, failure.task_id, MOST_SAMPLES)
        minute = int(failure.at // 60)
        self._minutes[minute] = self._minutes.get(minute, 0) + 1
        if len(self._minutes) > MINUTES:
            self._minutes.popitem(last=False)

    def begin(self) -> None:
        """Count a task that has failed so, and has not ended."""
        self.going_on += 1
        self.changes += 1

    def end(self, status: TaskStatus) -> None:
        """Count the end of one of them."""
        self.going_on -= 1
        self.ended[status] = self.ended.get(status, 0) + 1
        self.changes += 1

    def see(self, word: Word) -> None:
        """Take note that somebody knows of all that has failed so far."""
        self.seen, self.seen_count = word, self.count
        self.dead.clear()
        self.changes += 1

    def mute(self, word: Word | None) -> None:
        """Take note that nobody is to hear of this, or, without a word, that people are again."""
        self.muted = word
        self.changes += 1


class ErrorGroups:
    """The groups in which something failed last; the others are forgotten. `forgotten` counts those."""

    def __init__(self, refresh: Refresh = always_fresh) -> None:
        self._refresh = refresh
        self._groups: OrderedDict[str, ErrorGroup] = OrderedDict()
        self._troubled = TroubledTasks[ErrorGroup]()
        self._dead: dict[str, ErrorGroup] = {}  # by the ids of remembered tasks that failed for good
        self.forgotten = 0

    def __len__(self) -> int:
        self._refresh()
        return len(self._groups)

    def get(self, fingerprint: str) -> ErrorGroup | None:
        """Return a group; None when there is none, or none any more."""
        self._refresh()
        return self._groups.get(fingerprint)

    def newest_first(self) -> Iterable[ErrorGroup]:
        """Return the groups, the one that failed last first."""
        self._refresh()
        return reversed(self._groups.values())

    def new(self) -> int:
        """Return in how many groups something has failed that nobody has seen."""
        self._refresh()
        return sum(group.is_new for group in self._groups.values())

    def dead_letters(self) -> int:
        """Return how many dead letters nobody has seen, muted or replayed; all are in groups that are new."""
        self._refresh()
        return sum(len(group.dead) for group in self._groups.values() if group.muted is None)

    def add(self, failure: Failure) -> None:
        """Put a failure into its group."""
        fault = fault_of(failure.name, failure.error)
        group = self._groups.get(fault.fingerprint)
        if group is None:
            group = self._groups[fault.fingerprint] = ErrorGroup(fault.fingerprint, failure.at)
        self._groups.move_to_end(fault.fingerprint)
        group.add(failure, fault.frame)
        if self._troubled.add(failure.task_id, group):
            group.begin()
        if not failure.is_retried:
            self._dead[failure.task_id] = group
            group.dead.add(failure.task_id)
        if len(self._groups) > MOST_GROUPS:
            self._groups.popitem(last=False)
            self.forgotten += 1

    def end(self, ends: Iterable[tuple[str, TaskStatus]]) -> None:
        """Take note of how tasks ended, those that have failed before among them."""
        for group, status in self._troubled.end(ends):
            group.end(status)

    def answer(self, origins: Iterable[str]) -> None:
        """Take note that other tasks were submitted in the place of these."""
        for task_id in origins:
            if task_id in self._dead:
                self._dead.pop(task_id).dead.discard(task_id)

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of dead letters that are not remembered any more."""
        if self._dead:
            self.answer(task.task_id for task in tasks)


def _remember(names: OrderedDict[str, None], name: str, most: int) -> None:
    names[name] = None
    names.move_to_end(name)
    if len(names) > most:
        names.popitem(last=False)
