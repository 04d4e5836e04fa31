"""The live workers, and which of them has room and the least to do.

Workers that may run the same names form a group, so that the cost of a choice grows with the number of
different groups (one or two in practice), and only logarithmically with the number of workers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush, heapreplace

from .code_variants import CodeVariants
from .directive import NO_DIRECTIVE, Directive
from .outbox import Outbox
from .task import Order, Task
from .task_queue import QueueView, TaskQueue
from .terms import Terms
from .unheard_directives import UnheardDirectives
from .vitals import Vitals


class LocalExecution(StrEnum):
    """When the control plane itself runs tasks."""

    AUTO = "auto"  # only what no live subworker knows
    OVERFLOW = "overflow"  # also when every subworker that knows the task is full
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class WorkerCard:
    """What a worker says of itself when it joins; `incarnation` is one life of its process."""

    worker_id: str
    incarnation: str
    slots: int
    names: frozenset[str]
    is_local: bool = False
    address: str = ""
    version: str = ""
    declared: tuple[tuple[str, Terms], ...] = ()  # what task functions ask for, by name, where they do
    labels: tuple[tuple[str, str], ...] = ()
    digests: tuple[tuple[str, str], ...] = ()  # of what code task functions are, by name, where it is known


@dataclass(slots=True, eq=False)
class Worker:
    """A live worker. It is open while it has asked for work and has not been answered.

    One that drains is not open, unless it is resumed. One that leaves by itself drains because its own process was told
    to end: it cannot be resumed. `obeyed` is the number of the directive that it took last.
    """

    card: WorkerCard
    order: int
    heard_at: float
    joined_at: float
    vitals: Vitals | None = None
    is_open: bool = False
    is_draining: bool = False
    leaves_by_itself: bool = False
    occupied: int = 0  # slots taken by work that it holds no lease for any more
    finished: int = 0
    directive: Directive = NO_DIRECTIVE
    obeyed: int = 0
    leased: dict[str, Task] = field(default_factory=dict)
    outbox: Outbox[Order] = field(default_factory=Outbox)

    def hear(self, vitals: Vitals | None, *, at: float) -> None:
        """Take note of a beat; one that tells no vitals changes none."""
        self.heard_at = at
        self.vitals = vitals or self.vitals

    @property
    def room(self) -> int:
        """How many more tasks may be leased to it now, if it is open."""
        return self.card.slots - self.occupied - len(self.leased)

    @property
    def has_obeyed(self) -> bool:
        """True when it has taken all that is wanted of it."""
        return self.obeyed == self.directive.number


type Offer = tuple[bool, int, int, Worker]
"""Whether a worker is the control plane's own, its load, its order, and the worker: the least is the best."""


class Group:
    """The workers that may run exactly the names of one queue view.

    Of each, one note counts: that of its least load since it was met. An older one may stand behind it in the heap.
    """

    def __init__(self, view: QueueView) -> None:
        self.view = view
        self.members: set[str] = set()
        self._open: list[Offer] = []
        self._noted: dict[int, Offer] = {}  # the notes that count, by the order of the worker
        self._offered: dict[int, Worker] = {}  # those of which no note was made yet, by their order

    def offer(self, worker: Worker) -> None:
        """Note that a worker may have room, or more of it; of what comes before the next choice, one note is made."""
        self._offered[worker.order] = worker

    def forget(self, worker: Worker) -> None:
        """Let a worker be a member no more; what is noted of it does not count."""
        self.members.discard(worker.card.worker_id)
        self._offered.pop(worker.order, None)
        self._noted.pop(worker.order, None)

    def least_loaded(self) -> "Offer | None":
        """Return the best open worker with room, behind its sort key; None when there is none.

        A note of a worker that was given more since is put right when it is met, and one that does not hold dropped.
        """
        if self._offered:
            self._note_offered()
        while self._open:
            _, load, order, worker = noted = self._open[0]
            if self._noted.get(order) is not noted:
                heappop(self._open)
            elif len(worker.leased) != load:
                heapreplace(self._open, self._note(worker))
            elif worker.is_open and worker.room > 0:
                return noted
            else:
                heappop(self._open)
                del self._noted[order]
        return None

    def _note_offered(self) -> None:
        if len(self._open) > 4 * len(self.members) + 64:
            self._open = list(self._noted.values())
            heapify(self._open)
        for worker in self._offered.values():
            noted = self._noted.get(worker.order)
            if worker.is_open and (noted is None or len(worker.leased) < noted[1]):
                heappush(self._open, self._note(worker))
        self._offered.clear()

    def _note(self, worker: Worker) -> Offer:
        """Return the note that counts from now on."""
        note = self._noted[worker.order] = worker.card.is_local, len(worker.leased), worker.order, worker
        return note


class WorkerRegistry:
    """Live workers by id, grouped by what they may run."""

    def __init__(self, queue: TaskQueue, *, local_execution: LocalExecution) -> None:
        self._queue = queue
        self._local_execution = local_execution
        self._workers: dict[str, Worker] = {}
        self._groups: dict[frozenset[str], Group] = {}
        self._group_of: dict[str, Group] = {}
        self._joined = 0
        self._code = CodeVariants()
        self.unheard = UnheardDirectives()

    def __len__(self) -> int:
        return len(self._workers)

    def __iter__(self) -> Iterator[Worker]:
        return iter(self._workers.values())

    def get(self, worker_id: str) -> Worker | None:
        """Return a live worker; None when no worker of that id is live."""
        return self._workers.get(worker_id)

    def __getitem__(self, worker_id: str) -> Worker:
        return self._workers[worker_id]

    @property
    def groups(self) -> Mapping[frozenset[str], Group]:
        """The groups by the names that they may run."""
        return self._groups

    def is_standing_by(self, worker: Worker) -> bool:
        """Tell whether a worker may run nothing now: the control plane itself leaves to others what they know."""
        group = self._group_of.get(worker.card.worker_id)
        return worker.card.is_local and group is not None and not group.view.names

    def differing_functions(self, worker: Worker) -> list[str]:
        """Return the task functions of a worker of which another worker has other code, sorted."""
        return self._code.differing(worker.card.digests)

    def usable_slots(self) -> int:
        """Return how many slots can run tasks now: all but the free ones of workers that are given none."""
        return sum(worker.card.slots - self._idle_slots(worker) for worker in self)

    def _idle_slots(self, worker: Worker) -> int:
        return max(0, worker.room) if worker.is_draining or self.is_standing_by(worker) else 0

    def add(self, card: WorkerCard, *, now: float) -> None:
        """Register a worker under a free id."""
        self._joined += 1
        self._workers[card.worker_id] = Worker(card, order=self._joined, heard_at=now, joined_at=now)
        self.unheard.forget(card.worker_id)
        self._code.add(card.digests)
        self._regroup()

    def remove(self, worker_id: str) -> Worker:
        """Forget a worker and return it."""
        worker = self._workers.pop(worker_id)
        if not worker.has_obeyed:
            self.unheard.keep(worker_id, worker.card.incarnation, worker.directive)
        self._code.remove(worker.card.digests)
        self._leave_group(worker)
        self._regroup()
        return worker

    def drain(self, worker_id: str) -> None:
        """Count on a worker no more: others, and the control plane itself, take over what it may run."""
        worker = self._workers[worker_id]
        worker.is_draining = True
        worker.is_open = False
        self._leave_group(worker)
        self._regroup()

    def resume(self, worker_id: str) -> None:
        """Count on a worker again that drained."""
        self._workers[worker_id].is_draining = False
        self._regroup()

    def offer(self, worker: Worker) -> None:
        """Make a worker eligible for tasks if it is open and has room."""
        if worker.is_open:
            self._group_of[worker.card.worker_id].offer(worker)

    def silent(self, *, now: float, silence_seconds: float) -> list[Worker]:
        """Return the workers not heard from for `silence_seconds` (three missed beats, see docs/protocol.md)."""
        return [worker for worker in self if now - worker.heard_at >= silence_seconds]

    def _may_run(self, card: WorkerCard) -> frozenset[str]:
        if not card.is_local or self._local_execution is LocalExecution.OVERFLOW:
            return card.names
        if self._local_execution is LocalExecution.NEVER:
            return frozenset()
        elsewhere = (worker.card.names for worker in self if not worker.card.is_local and not worker.is_draining)
        return card.names.difference(*elsewhere)

    def _regroup(self) -> None:
        """Put each worker whose names have changed into its group: the new one, and the local one."""
        for worker_id, worker in self._workers.items():
            if worker.is_draining:
                continue
            names = self._may_run(worker.card)
            group = self._group_of.get(worker_id)
            if group is not None and group.view.names == names:
                continue
            self._leave_group(worker)
            group = self._groups.get(names)
            if group is None:
                group = self._groups[names] = Group(self._queue.open_view(names))
            group.members.add(worker_id)
            self._group_of[worker_id] = group
            self.offer(worker)

    def _leave_group(self, worker: Worker) -> None:
        group = self._group_of.pop(worker.card.worker_id, None)
        if group is None:
            return
        group.forget(worker)
        if not group.members:
            del self._groups[group.view.names]
            self._queue.close_view(group.view)
