"""Finished tasks, kept until they are old (time to live) or pushed out by others (least recently used)."""

from collections import OrderedDict
from collections.abc import Callable, Mapping

from .task import Task, created_at_milliseconds

DELETED_KEPT = 10_000
"""Ids of deleted tasks that are remembered one by one."""


class ResultCache:
    """At most `capacity` finished tasks of about `max_bytes`, each for at most `ttl_seconds` after its end.

    The latest stays whatever its size: somebody is about to ask for it.
    """

    def __init__(self, *, capacity: int, ttl_seconds: float, max_bytes: int = 1 << 30) -> None:
        self._capacity = capacity
        self._bytes_left = max_bytes
        self.ttl_seconds = ttl_seconds
        self._by_use: OrderedDict[str, Task] = OrderedDict()
        self._by_age: OrderedDict[str, float] = OrderedDict()  # id -> finished_at, oldest first
        self._deleted: OrderedDict[str, float] = OrderedDict()  # id -> submitted_at, the earliest deleted first
        self.forgotten_until_milliseconds = -1
        self.on_forget: Callable[[Task], None] | None = None  # told of each task that is not kept any more

    def __len__(self) -> int:
        return len(self._by_use)

    @property
    def by_id(self) -> Mapping[str, Task]:
        """The kept tasks, also those whose time is over and that were not reaped yet."""
        return self._by_use

    def put(self, task: Task, *, now: float) -> None:
        """Keep a task that has just finished; the least recently used one goes if there are too many."""
        task_id = task.submission.task_id
        if task_id in self._by_use:  # an id used again after its result was over, and not yet reaped
            self._forget(task_id)
        if self._deleted:
            self._deleted.pop(task_id, None)  # an id of the user's own making, used again
        self._by_use[task_id] = task
        self._by_age[task_id] = now
        self._bytes_left -= _size(task)
        while len(self._by_use) > self._capacity or (self._bytes_left < 0 and len(self._by_use) > 1):
            self._forget(next(iter(self._by_use)))

    def __getitem__(self, task_id: str) -> Task:
        return self._by_use[task_id]

    def get(self, task_id: str, *, now: float) -> Task | None:
        """Return a finished task without counting this as a use; None when it is not kept (any more)."""
        task = self._by_use.get(task_id)
        if task is None or self._is_over(self._by_age[task_id], now):
            return None
        return task

    def use(self, task_id: str) -> None:
        """Count a look at a kept task, so that it outlives tasks nobody looks at."""
        self._by_use.move_to_end(task_id)

    def reap(self, *, now: float) -> None:
        """Forget every task whose time is over."""
        while self._by_age:
            task_id, finished_at = next(iter(self._by_age.items()))
            if not self._is_over(finished_at, now):
                return
            self._forget(task_id)

    def delete(self, task_id: str) -> None:
        """Forget a kept task now, and remember its id.

        It may be younger than tasks that have not come here yet, so that it must not make these look forgotten.
        """
        self._deleted[task_id] = self._let_go(task_id).submitted_at
        if len(self._deleted) > DELETED_KEPT:
            self._raise_mark(self._deleted.popitem(last=False)[0])

    def has_expired(self, *, now: float) -> bool:
        """True when `reap` would forget something."""
        return bool(self._by_age) and self._is_over(next(iter(self._by_age.values())), now)

    def may_have_forgotten(self, task_id: str) -> bool:
        """True when a task that `get` does not give was, or may have been, kept once: ids carry their creation time."""
        if task_id in self._deleted or task_id in self._by_use:  # there: its time is over, and it was not reaped yet
            return True
        created_at = created_at_milliseconds(task_id)
        if created_at is None:  # an id of the user's own making
            return False
        return created_at <= self.forgotten_until_milliseconds

    def deleted_submitted_at(self, task_id: str) -> float | None:
        """Return when a task that was deleted had been submitted; None when none was, or another had its id since."""
        return self._deleted.get(task_id)

    def task_ids(self) -> list[str]:
        """Return the kept ids, least recently used first."""
        return list(self._by_use)

    def _is_over(self, finished_at: float, now: float) -> bool:
        return now - finished_at >= self.ttl_seconds

    def _forget(self, task_id: str) -> None:
        self._let_go(task_id)
        self._raise_mark(task_id)

    def _let_go(self, task_id: str) -> Task:
        task = self._by_use.pop(task_id)
        self._bytes_left += _size(task)
        del self._by_age[task_id]
        if self.on_forget is not None:
            self.on_forget(task)
        return task

    def _raise_mark(self, task_id: str) -> None:
        created_at = created_at_milliseconds(task_id)
        if created_at is not None:
            self.forgotten_until_milliseconds = max(self.forgotten_until_milliseconds, created_at)


def _size(task: Task) -> int:
    """Return about how many bytes a finished task holds beside its record."""
    outcome = task.outcome
    size = len(task.submission.payload) + (len(outcome.payload) if outcome else 0)
    if task.journal is None and not task.history and (outcome is None or outcome.error is None):
        return size
    errors = [*(attempt.error for attempt in task.history), outcome.error if outcome else None]
    size += sum(len(error.message) + len(error.traceback) for error in errors if error is not None)
    return size + (task.journal.size if task.journal else 0)
