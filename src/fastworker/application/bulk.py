"""One action on many tasks: counted first, then done some at a time, so that nobody waits for it.

A bulk action is for the tasks that fit when it is begun. It goes through them in short turns, between which the
control plane does everything else; each task is looked at once more when its turn comes.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Never, assert_never

from fastworker.domain.action import Action, Actor
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import CountChanged, InvalidOption, TooManyOperations
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import WAITING, TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from .identifiers import NewId
from .log import log
from .observatory.task_filter import TaskFilter
from .observatory.task_index import TaskIndex
from .observatory.task_pages import scan
from .ports.clock import Clock
from .steering import Steer
from .wakeup import Wakeup

MOST_IDS = 1_000
MOST_ITEMS = 1_000
"""Answers kept for one operation; those that say no push out those that say yes."""

MOST_UNDER_WAY = 10
MOST_KEPT = 100
TASKS_PER_TURN = 25
"""Cancelling or submitting one takes some 20 µs, and so a turn less than `TURN_SECONDS`."""

TURN_SECONDS = 0.001
"""A turn that took longer is followed by a smaller one: taking a task out of the middle of a long queue is dear."""

RESTS_PER_TURN = 3.0
"""How many times as long as a turn the others have to themselves after it: people wait for their many, not clients."""


_NUMBER = attrgetter("number")


class BulkAction(StrEnum):
    """What can be done to many."""

    CANCEL = "cancel"  # those that have not ended
    RERUN = "rerun"  # those that have
    PURGE = "purge"  # those that wait in a queue, and still do when their turn comes
    DELETE = "delete"  # those that have ended: they are forgotten
    SET_PRIORITY = "set priority"  # those that wait and have another; they stand in the order of their submission


class OperationState(StrEnum):
    """Where an operation is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # a turn broke off, and the rest was not done


@dataclass(frozen=True, slots=True)
class Selection:
    """The tasks meant: either by their ids, at most 1,000, or by what they are. `name` is for the record."""

    ids: tuple[str, ...] = ()
    filter: TaskFilter | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if bool(self.ids) == (self.filter is not None):
            raise InvalidOption("a bulk action is for tasks by ids, or by a filter: give one of them")
        if len(self.ids) > MOST_IDS:
            raise InvalidOption(f"{len(self.ids)} ids in one bulk action, at most {MOST_IDS} are taken; use a filter")


@dataclass(frozen=True, slots=True)
class BulkCount:
    """How many tasks fit, and for how many of them the action is possible now."""

    matching: int
    possible: int


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one task: an answer to a cancel, `submitted`, or the code of an error."""

    task_id: str
    outcome: str
    new_task_id: str | None = None


@dataclass(slots=True, eq=False)
class Operation:
    """A bulk action, and how far it has come. Moments are monotonic seconds."""

    operation_id: str
    action: BulkAction
    actor: Actor
    task_ids: list[str]
    created_at: float
    total: int
    name: str = ""  # of what was selected
    priority: TaskPriority | None = None  # that they are to have
    state: OperationState = OperationState.WAITING
    done: int = 0
    succeeded: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    ended_at: float | None = None
    _good: list[Item] = field(default_factory=list)
    _bad: list[Item] = field(default_factory=list)

    @property
    def what(self) -> str:
        """What it is called on record."""
        return " ".join(filter(None, ("bulk", self.action.value, self.priority, self.name)))

    @property
    def refused(self) -> int:
        """For how many tasks the action was not possible any more."""
        return self.done - self.succeeded

    @property
    def is_over(self) -> bool:
        """True when nothing more will be done."""
        return self.ended_at is not None

    @property
    def items(self) -> list[Item]:
        """The first 1,000 answers, those that say no before those that say yes."""
        return (self._bad + self._good)[:MOST_ITEMS]

    def note(self, item: Item, *, is_good: bool) -> None:
        """Take the answer for one task."""
        self.done += 1
        self.succeeded += is_good
        self.answers[item.outcome] += 1
        kept = self._good if is_good else self._bad
        if len(kept) < MOST_ITEMS:
            kept.append(item)

    def end(self, state: OperationState, *, now: float) -> None:
        """Do no more."""
        self.state = state
        self.ended_at = now
        self.task_ids = []


class Operations:
    """The bulk actions under way, one after the other, and the latest that are over."""

    def __init__(self, ledger: Ledger, index: TaskIndex, *, steer: Steer, clock: Clock, new_id: NewId) -> None:
        self._ledger = ledger
        self._index = index
        self._steer = steer
        self._clock = clock
        self._new_id = new_id
        self._operations: OrderedDict[str, Operation] = OrderedDict()
        self._looking = 0  # so many are counting, or looking for what they are for
        self._news = Wakeup()

    def get(self, operation_id: str) -> Operation | None:
        """Return an operation; None when there is none of that id, or none any more."""
        return self._operations.get(operation_id)

    def newest_first(self) -> list[Operation]:
        """Return the operations that are kept, at most 100."""
        return list(reversed(self._operations.values()))

    async def count(
        self, action: BulkAction, selection: Selection, *, priority: TaskPriority | None = None
    ) -> BulkCount:
        """Return for how many tasks a bulk action would be; nothing is done.

        Raises:
            InvalidOption: a priority is to be set, and none is given, or the other way round.
            TooManyOperations: ten bulk actions are under way, or counted.
        """
        matching, ids = await self._select(action, selection, priority)
        return BulkCount(matching, len(ids))

    async def start(
        self,
        actor: Actor,
        action: BulkAction,
        selection: Selection,
        *,
        priority: TaskPriority | None = None,
        expected_count: int | None = None,
    ) -> Operation:
        """Begin a bulk action for the tasks for which it is possible now.

        Raises:
            InvalidOption: a priority is to be set, and none is given, or the other way round.
            CountChanged: these are not as many as `expected_count`.
            TooManyOperations: ten bulk actions are under way, or counted.
        """
        _, ids = await self._select(action, selection, priority)
        if expected_count is not None and len(ids) != expected_count:
            raise CountChanged(f"{len(ids)} tasks can be acted on by now, not {expected_count}: look again")
        now = self._clock.now()
        operation = Operation(self._new_id(), action, actor, ids, now, len(ids), selection.name, priority)
        self._keep(operation)
        self._note(actor, operation.what, operation)
        self._news.set()
        return operation

    def cancel(self, actor: Actor, operation_id: str) -> Operation | None:
        """Stop an operation before the next task; None when there is none of that id. What is done stays done."""
        operation = self._operations.get(operation_id)
        if operation is not None and not operation.is_over:
            operation.end(OperationState.CANCELLED, now=self._clock.now())
            self._note(actor, "cancel bulk action", operation)
        return operation

    async def run(self) -> Never:
        """Carry out what was begun, until cancelled; called again, it goes on where it was."""
        while True:
            while (operation := self._next()) is not None:
                await self._carry_out(operation)
            await self._news.wait()

    # ---- parts ----

    def _next(self) -> Operation | None:
        return next((each for each in self._operations.values() if not each.is_over), None)

    async def _carry_out(self, operation: Operation) -> None:
        operation.state = OperationState.RUNNING
        tasks = TASKS_PER_TURN
        while operation.done < operation.total:
            began_at = self._clock.now()
            self._act(operation, operation.task_ids[operation.done : operation.done + tasks])
            tasks = _next_turn(tasks, self._clock.now() - began_at)
            await self._rest(began_at)
            if operation.is_over:
                return
        operation.end(OperationState.DONE, now=self._clock.now())
        self._note(operation.actor, f"{operation.what} done", operation)

    def _act(self, operation: Operation, task_ids: Sequence[str]) -> None:
        """Do one turn; one that fails ends the operation, for a part of it may be done, and must not be done twice."""
        try:
            match operation.action:
                case BulkAction.CANCEL:
                    self._cancel(operation, task_ids)
                case BulkAction.RERUN:
                    self._rerun(operation, task_ids)
                case BulkAction.PURGE:
                    self._purge(operation, task_ids)
                case BulkAction.DELETE:
                    self._delete(operation, task_ids)
                case BulkAction.SET_PRIORITY:
                    self._set_priority(operation, task_ids)
                case _:
                    assert_never(operation.action)
        except Exception as error:
            log.exception("bulk_action_failed", operation_id=operation.operation_id, error=str(error))
            operation.end(OperationState.FAILED, now=self._clock.now())
            self._note(operation.actor, f"{operation.what} failed", operation)

    async def _rest(self, began_at: float) -> None:
        """After a turn that began then, let others have the event loop for a multiple of the time that it took."""
        now = self._clock.now()
        await self._clock.sleep_until(now + RESTS_PER_TURN * (now - began_at))

    def _cancel(self, operation: Operation, task_ids: Sequence[str]) -> None:
        answers = self._steer(lambda steering, now: steering.cancel_some(task_ids, now=now))
        for task_id, answer in zip(task_ids, answers, strict=True):
            is_good = answer in (Cancellation.CANCELLED, Cancellation.STOPPING)
            operation.note(Item(task_id, answer.value), is_good=is_good)

    def _purge(self, operation: Operation, task_ids: Sequence[str]) -> None:
        waited = self._steer(lambda steering, now: steering.purge_some(task_ids, now=now))
        for task_id, was_waiting in zip(task_ids, waited, strict=True):
            operation.note(Item(task_id, "cancelled" if was_waiting else "started"), is_good=was_waiting)

    def _rerun(self, operation: Operation, task_ids: Sequence[str]) -> None:
        pairs = [(task_id, self._new_id()) for task_id in task_ids]
        answers = self._steer(lambda steering, now: steering.rerun_some(pairs, now=now))
        for (task_id, new_id), error in zip(pairs, answers, strict=True):
            item = Item(task_id, "submitted", new_id) if error is None else Item(task_id, error.code)
            operation.note(item, is_good=error is None)

    def _delete(self, operation: Operation, task_ids: Sequence[str]) -> None:
        answers = self._steer(lambda steering, now: steering.delete_some(task_ids, now=now))
        for task_id, error in zip(task_ids, answers, strict=True):
            operation.note(Item(task_id, error.code if error else "deleted"), is_good=error is None)

    def _set_priority(self, operation: Operation, task_ids: Sequence[str]) -> None:
        actor, priority = operation.actor, operation.priority
        assert priority is not None
        answers = self._steer(lambda steering, now: steering.set_priority_of_some(actor, task_ids, priority, now=now))
        for task_id, error in zip(task_ids, answers, strict=True):
            operation.note(Item(task_id, error.code if error else "changed"), is_good=error is None)

    async def _select(
        self, action: BulkAction, selection: Selection, priority: TaskPriority | None
    ) -> tuple[int, list[str]]:
        """Return how many tasks are meant, and the ids of those for which the action is possible now."""
        if (action is BulkAction.SET_PRIORITY) is (priority is None):
            raise InvalidOption("a priority is for the bulk action that sets it, which needs one")
        self._check_room()
        self._looking += 1
        try:
            return await self._look(action, selection, priority)
        finally:
            self._looking -= 1

    async def _look(
        self, action: BulkAction, selection: Selection, priority: TaskPriority | None
    ) -> tuple[int, list[str]]:
        matching, ids = 0, []
        began_at = self._clock.now()
        for some in self._found(selection):
            matching += len(some)
            ids += [task.task_id for task in some if _is_for(action, task, priority)]
            await self._rest(began_at)
            began_at = self._clock.now()
        return matching, ids

    def _found(self, selection: Selection) -> Iterable[list[Task]]:
        if selection.filter is not None:
            return scan(self._index, selection.filter)
        now, ledger = self._clock.now(), self._ledger
        found = (ledger.tasks.get(each) or ledger.results.get(each, now=now) for each in dict.fromkeys(selection.ids))
        return [sorted((task for task in found if task is not None), key=_NUMBER)]  # as those of a filter come

    def _check_room(self) -> None:
        under_way = self._looking + sum(not operation.is_over for operation in self._operations.values())
        if under_way >= MOST_UNDER_WAY:
            raise TooManyOperations(
                f"{under_way} bulk actions are under way or counted, and no more may be; wait for one"
            )

    def _keep(self, operation: Operation) -> None:
        """Keep an operation, and let go of the oldest that is over, if there are too many."""
        self._operations[operation.operation_id] = operation
        if len(self._operations) > MOST_KEPT:
            oldest = next(each.operation_id for each in self._operations.values() if each.is_over)
            del self._operations[oldest]

    def _note(self, actor: Actor, what: str, operation: Operation) -> None:
        said = f"{operation.succeeded} of {operation.total} tasks"
        action = Action(actor, what, operation.operation_id, operation.state.value, said)
        self._steer(lambda steering, now: steering.note(action, now=now))


def _next_turn(tasks: int, seconds: float) -> int:
    """Return how many tasks the next turn has, when one of so many took so long."""
    return TASKS_PER_TURN if seconds <= 0 else max(1, min(TASKS_PER_TURN, int(tasks * TURN_SECONDS / seconds)))


def _is_for(action: BulkAction, task: Task, priority: TaskPriority | None) -> bool:
    """Tell whether an action is possible for a task now, and changes anything."""
    status = task.status
    match action:
        case BulkAction.CANCEL:
            return not status.is_final
        case BulkAction.RERUN | BulkAction.DELETE:
            return status.is_final
        case BulkAction.PURGE:
            return status is TaskStatus.QUEUED
        case BulkAction.SET_PRIORITY:
            return status in WAITING and task.submission.priority is not priority
        case _:
            assert_never(action)
