"""The waiting tasks: one queue, ordered by priority, then by arrival.

A worker may only take tasks that it knows, and a task that nobody can run must never hold up what stands
behind it. So the order is kept once per task name and priority (a line), and each set of names that some
worker knows has a view: a heap of the heads of its lines. Pushing and popping cost O(log names), whatever
the number of waiting tasks and workers. A task that leaves from the middle stays in its line as a gap, which is
closed when it comes to the head, or when gaps are the larger part of the line.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import chain

from .priority import RANKS, TaskPriority
from .task import Task


class Line(deque[Task]):
    """The waiting tasks of one name and priority, in the order of arrival; `gaps` of them have left."""

    gaps = 0

    def close_gaps(self) -> None:
        """See that the head is a task that waits, and that gaps do not pile up."""
        while self.gaps and self[0].status.is_final:
            self.popleft()
            self.gaps -= 1
        if 2 * self.gaps > len(self) > 8:
            waiting = [task for task in self if not task.status.is_final]
            self.clear()
            self.extend(waiting)
            self.gaps = 0


type Head = tuple[int, int, Line]
"""The rank and arrival that the first task of a line had when it was noted."""


class QueueView:
    """The queue as seen by workers that know exactly `names`."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self._heads: list[Head] = []

    def note_head(self, rank: int, line: Line) -> None:
        """Remember the present head of a line; heads that have moved on are dropped when met, or when they pile up."""
        if len(self._heads) > 8 * len(self.names) + 64:
            self._heads = [head for head in self._heads if _is_current(head)]
            heapify(self._heads)
        heappush(self._heads, (rank, line[0].arrival, line))

    def first(self) -> Task | None:
        """Return the task to serve next among `names`; None when none of them waits."""
        heads = self._heads
        while heads:
            if _is_current(heads[0]):
                return heads[0][2][0]
            heappop(heads)
        return None


class TaskQueue:
    """All waiting tasks."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}
        self._views_by_name: dict[str, list[QueueView]] = {}
        self._depths = [0] * len(RANKS)

    def __len__(self) -> int:
        return sum(self._depths)

    def __iter__(self) -> Iterator[Task]:
        """Yield every waiting task in the order of service."""
        in_line = chain.from_iterable(chain.from_iterable(self._lines.values()))
        return iter(sorted((task for task in in_line if not task.status.is_final), key=service_order))

    def depths(self) -> dict[TaskPriority, int]:
        """Return how many tasks wait at each priority."""
        return {priority: self._depths[rank] for priority, rank in RANKS.items()}

    def push(self, task: Task) -> None:
        """Add a task at the place that its priority and arrival give it."""
        submission = task.submission
        rank = RANKS[submission.priority]
        lines = self._lines.get(submission.name)
        if lines is None:
            lines = self._lines[submission.name] = [Line() for _ in RANKS]
        line = lines[rank]
        if not line or line[-1].arrival < task.arrival:
            line.append(task)
        else:  # a task that was given back: it stands near the front again
            line.insert(bisect_left(line, task.arrival, key=_arrival), task)
        self._depths[rank] += 1
        if line[0] is task:
            self._note_head(submission.name, rank, line)

    def pop(self, task: Task) -> None:
        """Remove a task that a view named as its first."""
        name, rank = task.submission.name, RANKS[task.submission.priority]
        line = self._lines[name][rank]
        line.popleft()
        self._depths[rank] -= 1
        if line.gaps:
            line.close_gaps()
        if line:
            self._note_head(name, rank, line)

    def remove(self, task: Task) -> None:
        """Let go of a waiting task, wherever it stands, that has just become final: it will not come back."""
        name, rank = task.submission.name, RANKS[task.submission.priority]
        line = self._lines[name][rank]
        was_head = line[0] is task
        line.gaps += 1
        self._depths[rank] -= 1
        line.close_gaps()
        if line and was_head:
            self._note_head(name, rank, line)

    def open_view(self, names: frozenset[str]) -> QueueView:
        """Return a view of the tasks named by `names`; the caller closes it."""
        view = QueueView(names)
        for name in names:
            self._views_by_name.setdefault(name, []).append(view)
            for rank, line in enumerate(self._lines.get(name, ())):
                if line:
                    view.note_head(rank, line)
        return view

    def close_view(self, view: QueueView) -> None:
        """Stop keeping a view up to date."""
        for name in view.names:
            self._views_by_name[name].remove(view)

    def _note_head(self, name: str, rank: int, line: Line) -> None:
        for view in self._views_by_name.get(name, ()):
            view.note_head(rank, line)


def service_order(task: Task) -> tuple[int, int]:
    """Return the sort key of the queue: the priority's rank, then the arrival."""
    return RANKS[task.submission.priority], task.arrival


def _is_current(head: Head) -> bool:
    _, arrival, line = head
    return bool(line) and line[0].arrival == arrival


def _arrival(task: Task) -> int:
    return task.arrival
