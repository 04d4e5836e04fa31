"""The spans of tasks that are kept for people: the latest of each task, and bounded in all.

A task without a span costs nothing here. Beyond the bound in all, spans of the task go whose first span came first; how
many have come of it stays known. Tasks are told apart by their number: an id may be used again.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    """The latest spans of one task, and the number of the last."""

    __slots__ = ("last", "spans")

    def __init__(self, kept: int, last: int) -> None:
        self.spans: deque[KeptSpan] = deque(maxlen=kept)
        self.last = last


class TaskSpans:
    """Spans by task."""

    def __init__(self, *, of_each: int = 100, in_all: int = MOST_SPANS) -> None:
        self._of_each = of_each
        self._in_all = in_all
        self._rings: OrderedDict[int, _Ring] = OrderedDict()  # none is empty
        self._emptied: dict[int, int] = {}  # the last number of those that were; not more than tasks are remembered
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, task: Task, attempt: int, worker_id: str, span: TaskSpan) -> None:
        """Keep a span of a task that is remembered."""
        if not self._of_each:
            return
        ring = self._rings.get(task.number)
        if ring is None:
            ring = self._rings[task.number] = _Ring(self._of_each, self._emptied.pop(task.number, 0))
        self._count += len(ring.spans) < self._of_each
        ring.last += 1
        ring.spans.append(KeptSpan(ring.last, attempt, worker_id, span))
        if self._count > self._in_all:
            self._drop_one()

    def of(self, task: Task) -> Sequence[KeptSpan]:
        """Return the spans that are kept of a task, in the order in which they came: those inside others first."""
        ring = self._rings.get(task.number)
        return () if ring is None else tuple(ring.spans)

    def last(self, task: Task) -> int:
        """Return how many spans of a task have come."""
        ring = self._rings.get(task.number)
        return self._emptied.get(task.number, 0) if ring is None else ring.last

    def trace_id(self, task: Task) -> str | None:
        """Return the trace of the latest span of a task, if it is kept."""
        ring = self._rings.get(task.number)
        return None if ring is None else ring.spans[-1].span.trace_id

    def forget(self, tasks: Iterable[Task]) -> None:
        """Let go of the spans of tasks that are not remembered any more."""
        if not self._rings and not self._emptied:
            return
        for task in tasks:
            self._emptied.pop(task.number, None)
            ring = self._rings.pop(task.number, None)
            if ring is not None:
                self._count -= len(ring.spans)

    def _drop_one(self) -> None:
        number, ring = next(iter(self._rings.items()))
        ring.spans.popleft()
        self._count -= 1
        if not ring.spans:
            del self._rings[number]
            self._emptied[number] = ring.last
