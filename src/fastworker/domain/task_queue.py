"""The waiting tasks: one queue, ordered by priority, then by arrival.

A worker may only take tasks that it knows, and a task that nobody can run must never hold up what stands
behind it. So the order is kept once per task name and priority (a line), and each set of names that some
worker knows has a view: a heap per priority of the heads of its lines. Pushing and popping cost O(log names), whatever
the number of waiting tasks and workers. A task that leaves from the middle stays in its line as a gap, which is
closed when it comes to the head, or when gaps are the larger part of the line.

Nothing that is held back holds up anything. A priority is held back by being passed over, in all views at once: that
costs the same with any number of lines, because a limit may do it with each task. A line whose name is paused has no
head for any view.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush, heapreplace, merge
from itertools import chain, islice

from .lifecycle import TaskStatus
from .priority import RANKS, TaskPriority
from .task import Task

MOST_LOOKED_AT = 10_000
"""So many places at most are looked at for the front: gaps are places, too."""


class Line(deque[Task]):
    """The waiting tasks of one name and priority, in the order of arrival; `gaps` of them have left."""

    gaps = 0
    is_paused = False

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


type Head = tuple[int, Line]
"""A line behind the arrival that its first task had when it was noted."""


class QueueView:
    """The queue as seen by workers that know exactly `names`: a heap of heads for each rank.

    Of each line, one note of its head counts: the earliest since it was met. An older one may stand behind it in the
    heap. `open_ranks` is the queue's own list of those that are not held back, in the order of service.
    """

    def __init__(self, names: frozenset[str], open_ranks: Sequence[int]) -> None:
        self.names = names
        self._open_ranks = open_ranks
        self._heads: tuple[list[Head], ...] = tuple([] for _ in RANKS)
        self._noted: dict[int, Head] = {}  # the notes that count, by the id of the line, which they keep

    def note_head(self, rank: int, line: Line) -> None:
        """Remember the present head of a line, if it has come to stand before the one that was noted."""
        noted = self._noted.get(id(line))
        if noted is not None and noted[0] <= line[0].arrival:
            return
        heads = self._heads[rank]
        if len(heads) > 2 * len(self.names) + 64:
            heads[:] = [head for head in heads if self._noted.get(id(head[1])) is head]
            heapify(heads)
        self._noted[id(line)] = head = line[0].arrival, line
        heappush(heads, head)

    def first(self) -> Task | None:
        """Return the task to serve next among `names`; None when none of them waits, or may start.

        A head that has moved on, which is always backwards, is put right when it is met.
        """
        for rank in self._open_ranks:
            heads = self._heads[rank]
            while heads:
                arrival, line = noted = heads[0]
                if not line or line.is_paused:
                    heappop(heads)
                    self._noted.pop(id(line), None)
                elif (first := line[0]).arrival == arrival:
                    return first
                elif self._noted.get(id(line)) is noted:
                    self._noted[id(line)] = moved = first.arrival, line
                    heapreplace(heads, moved)
                else:
                    heappop(heads)
        return None


class TaskQueue:
    """All waiting tasks."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}
        self._views_by_name: dict[str, list[QueueView]] = {}
        self._depths = [0] * len(RANKS)
        self._open_ranks = list(RANKS.values())  # the same list for good: all views look at it
        self._paused_ranks: set[int] = set()
        self._closed_ranks: set[int] = set()
        self._paused_names: set[str] = set()

    def __len__(self) -> int:
        return sum(self._depths)

    def __iter__(self) -> Iterator[Task]:
        """Yield every waiting task in the order of service."""
        in_line = chain.from_iterable(chain.from_iterable(self._lines.values()))
        return iter(sorted((task for task in in_line if not task.status.is_final), key=service_order))

    def depths(self) -> dict[TaskPriority, int]:
        """Return how many tasks wait at each priority."""
        return {priority: self._depths[rank] for priority, rank in RANKS.items()}

    def depths_by_name(self) -> dict[str, int]:
        """Return how many tasks of each name wait, where some do."""
        depths = {name: sum(len(line) - line.gaps for line in lines) for name, lines in self._lines.items()}
        return {name: depth for name, depth in depths.items() if depth}

    def oldest(self, priority: TaskPriority) -> Task | None:
        """Return the task of a priority that arrived before all others that wait there; None when none waits."""
        rank = RANKS[priority]
        heads = (lines[rank][0] for lines in self._lines.values() if lines[rank])
        return min(heads, key=_arrival, default=None)

    def front(self, priority: TaskPriority, *, most: int, held: Container[str] = ()) -> list[Task]:
        """Return the first tasks of a priority in the order of service, without those of the names that are held back.

        The lines are merged only as far as is asked, so that looking costs O(names), however much waits.
        """
        rank = RANKS[priority]
        lines = (lines[rank] for name, lines in self._lines.items() if name not in held)
        places = islice(merge(*lines, key=_arrival), MOST_LOOKED_AT)
        return list(islice((task for task in places if not task.status.is_final), most))

    def push(self, task: Task) -> None:
        """Add a task at the place that its priority and arrival give it."""
        submission = task.submission
        rank = RANKS[submission.priority]
        lines = self._lines.get(submission.name)
        if lines is None:
            lines = self._add_lines(submission.name)
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
        submission = task.submission
        rank = RANKS[submission.priority]
        line = self._lines[submission.name][rank]
        line.popleft()
        self._depths[rank] -= 1
        if line.gaps:
            line.close_gaps()

    def remove(self, task: Task) -> None:
        """Let go of a waiting task, wherever it stands, that has just become final: it will not come back."""
        self._leave_gap(task, self._line_of(task))

    def withdraw(self, task: Task) -> None:
        """Let go of a waiting task, wherever it stands, that will be pushed again to another place."""
        line = self._line_of(task)
        place = (
            0 if line[0] is task else bisect_left(line, task.arrival, key=_arrival)
        )  # in the middle of 1,000,000: 0.4 ms
        line[place] = _gap(task)
        self._leave_gap(task, line)

    def _line_of(self, task: Task) -> Line:
        return self._lines[task.submission.name][RANKS[task.submission.priority]]

    def _leave_gap(self, task: Task, line: Line) -> None:
        line.gaps += 1
        self._depths[RANKS[task.submission.priority]] -= 1
        line.close_gaps()

    def pause_priority(self, priority: TaskPriority) -> None:
        """Let no view see the tasks of a priority, because somebody holds it back."""
        self._paused_ranks.add(RANKS[priority])
        self._set_open_ranks()

    def resume_priority(self, priority: TaskPriority) -> None:
        """Let the views see the tasks of a priority again, where it is not closed, nor their names paused."""
        self._paused_ranks.discard(RANKS[priority])
        self._set_open_ranks()

    def close_priority(self, priority: TaskPriority) -> None:
        """Let no view see the tasks of a priority, because its limit is reached."""
        self._closed_ranks.add(RANKS[priority])
        self._set_open_ranks()

    def open_priority(self, priority: TaskPriority) -> None:
        """Let the views see the tasks of a priority again, where neither it nor their names are paused."""
        self._closed_ranks.discard(RANKS[priority])
        self._set_open_ranks()

    def pause_name(self, name: str) -> None:
        """Let no view see the tasks of a name."""
        self._paused_names.add(name)
        self._set_pause(name)

    def resume_name(self, name: str) -> None:
        """Let the views see the tasks of a name again, where their priorities are not paused, too."""
        self._paused_names.discard(name)
        self._set_pause(name)

    def open_view(self, names: frozenset[str]) -> QueueView:
        """Return a view of the tasks named by `names`; the caller closes it."""
        view = QueueView(names, self._open_ranks)
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

    def _add_lines(self, name: str) -> list[Line]:
        lines = self._lines[name] = [Line() for _ in RANKS]
        self._set_pause(name)
        return lines

    def _set_open_ranks(self) -> None:
        held = self._paused_ranks | self._closed_ranks
        self._open_ranks[:] = [rank for rank in RANKS.values() if rank not in held]

    def _set_pause(self, name: str) -> None:
        """Have the lines of a name paused or not, as they are to be; views forget a paused head when they meet it."""
        is_paused = name in self._paused_names
        for rank, line in enumerate(self._lines.get(name, ())):
            was_paused, line.is_paused = line.is_paused, is_paused
            if was_paused and line and not is_paused:
                self._note_head(name, rank, line)

    def _note_head(self, name: str, rank: int, line: Line) -> None:
        for view in self._views_by_name.get(name, ()):
            view.note_head(rank, line)


def service_order(task: Task) -> tuple[int, int]:
    """Return the sort key of the queue: the priority's rank, then the arrival."""
    return RANKS[task.submission.priority], task.arrival


def _gap(task: Task) -> Task:
    """Return what stands at the old place of a task: it has ended, and holds nothing."""
    return Task(replace(task.submission, payload=b""), "", task.arrival, 0.0, 0.0, TaskStatus.CANCELLED)


def _arrival(task: Task) -> int:
    return task.arrival
