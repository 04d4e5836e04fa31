"""The spans of tasks that are kept for people: the latest of each task, and bounded in all.

A task without a span costs nothing here. Beyond the bound in all, the task goes whose first span is the oldest.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastworker.domain.events import TaskTraced
from fastworker.domain.task import Task
from fastworker.domain.task_span import TaskSpan

MOST_SPANS = 20_000
"""Of all tasks together: some 30 MB, if each says as much as it may."""


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """A span of one attempt; without a worker it is the control plane's. Numbers grow; gaps were let go."""

    number: int
    attempt: int
    worker_id: str
    span: TaskSpan


class _Ring:
    """The latest spans of one task."""

    __slots__ = ("last", "spans")

    def __init__(self, kept: int) -> None:
        self.spans: deque[KeptSpan] = deque(maxlen=kept)
        self.last = 0


class TaskSpans:
    """Spans by task."""

    def __init__(self, *, of_each: int = 100, in_all: int = MOST_SPANS) -> None:
        self._of_each = of_each
        self._in_all = in_all
        self._rings: dict[str, _Ring] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, task_id: str, attempt: int, worker_id: str, span: TaskSpan) -> None:
        """Keep a span of a task that is remembered."""
        if not self._of_each:
            return
        ring = self._rings.get(task_id)
        if ring is None:
            ring = self._rings[task_id] = _Ring(self._of_each)
        before = len(ring.spans)
        ring.last += 1
        ring.spans.append(KeptSpan(ring.last, attempt, worker_id, span))
        self._count += len(ring.spans) - before
        while self._count > self._in_all:
            self._forget(next(iter(self._rings)))

    def hear(self, event: TaskTraced) -> None:
        """Keep what a worker has told."""
        self.add(event.task_id, event.attempt, event.worker_id, event.span)

    def of(self, task_id: str) -> Sequence[KeptSpan]:
        """Return the spans that are kept of a task, in the order in which they came: those inside others first."""
        ring = self._rings.get(task_id)
        return () if ring is None else tuple(ring.spans)

    def last(self, task_id: str) -> int:
        """Return the number of the latest span of a task; 0 when there is none."""
        ring = self._rings.get(task_id)
        return 0 if ring is None else ring.last

    def trace_id(self, task_id: str) -> str | None:
        """Return the trace of the latest span of a task."""
        ring = self._rings.get(task_id)
        return None if ring is None else ring.spans[-1].span.trace_id

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of the spans of tasks that are not remembered any more."""
        if self._rings:
            for task in tasks:
                self._forget(task.task_id)

    def _forget(self, task_id: str) -> None:
        ring = self._rings.pop(task_id, None)
        if ring is not None:
            self._count -= len(ring.spans)
