"""One action on many tasks, in turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count, pairwise

import anyio
import pytest
from structlog.testing import capture_logs

from fastworker.adapters.memory import ManualClock
from fastworker.application.bulk import (
    MOST_IDS,
    MOST_ITEMS,
    MOST_KEPT,
    MOST_UNDER_WAY,
    RESTS_PER_TURN,
    TASKS_PER_TURN,
    BulkAction,
    BulkCount,
    Item,
    Operation,
    Operations,
    OperationState,
    Selection,
)
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.domain.action import Actor
from fastworker.domain.errors import CountChanged, InvalidOption, TooManyOperations
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import Terms

from ...builders import a_submission
from .observatory.observed import ObservedCoordinator

ANN = Actor("ann", "operator", "127.0.0.1")
CANCEL, RERUN, PURGE, DELETE, SET_PRIORITY = BulkAction
HIGH = TaskPriority.HIGH
EVERYTHING = Selection(filter=EVERY_TASK)
pytestmark = pytest.mark.anyio


class BusyClock(ManualClock):
    def keep_busy(self, seconds: float) -> None:
        """Let time pass in which nobody else runs."""
        self._now += seconds


class Plane(ObservedCoordinator):
    """With bulk actions, of which `run` has to be running for anything to happen."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = BusyClock(now=self.now)
        self.steered = 0
        self.counted: list[BulkCount] = []
        self.seconds_per_turn = 0.0
        self.error: Exception | None = None  # raised by the next turn
        numbers = count(1)
        self.operations = Operations(
            self.ledger,
            self.observatory.index,
            steer=self.steer,
            clock=self.clock,
            new_id=lambda: f"new-{next(numbers)}",
        )

    def steer(self, decide):
        self.steered += 1
        self.clock.keep_busy(self.seconds_per_turn)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return decide(self.coordinator.steering, self.now)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(self.operations.run)
            yield
            group.cancel_scope.cancel()

    async def done(self, action: BulkAction, selection: Selection) -> Operation:
        """Start and let it end."""
        operation = await self.operations.start(ANN, action, selection)
        async with self.running():
            await self.clock.settle()
        return operation

    async def count_slowly(self) -> None:
        """Count all, 0.1 s for each task."""

        def slow(_: object) -> bool:
            self.clock.keep_busy(0.1)
            return True

        self.counted.append(await self.operations.count(CANCEL, Selection(filter=TaskFilter(also=slow))))

    def waiting(self, number: int, **kwargs: object) -> list[str]:
        """Submit tasks that nobody runs."""
        submissions = [a_submission(**kwargs) for _ in range(number)]
        self.accepted(*submissions)
        return [submission.task_id for submission in submissions]

    def ended(self, number: int) -> list[str]:
        """Have tasks come to their end."""
        ids = self.waiting(number)
        self.join("passing", slots=number)
        for task in self.poll_all("passing"):
            self.report(task)
        self.leave("passing")
        return ids


def noted(plane: Plane) -> list[tuple[str, str]]:
    entries = plane.observatory.audit.newest_first()[::-1]
    return [(entry.action.what, entry.action.after) for entry in entries]


# ---- what is meant ----


@pytest.mark.parametrize("selection", [{}, {"ids": ("a",), "filter": EVERY_TASK}, {"ids": ("a",) * (MOST_IDS + 1)}])
async def test_a_selection_is_by_ids_or_by_a_filter(selection):
    with pytest.raises(InvalidOption):
        Selection(**selection)


async def test_counting_does_nothing_and_tells_what_is_possible():
    plane = Plane()
    plane.ended(3)
    waiting = plane.waiting(2)
    high = TaskFilter(priorities=frozenset({TaskPriority.HIGH}))

    assert await plane.operations.count(CANCEL, EVERYTHING) == BulkCount(matching=5, possible=2)
    assert await plane.operations.count(RERUN, EVERYTHING) == BulkCount(matching=5, possible=3)
    assert await plane.operations.count(CANCEL, Selection(filter=high)) == BulkCount(0, 0)
    assert await plane.operations.count(CANCEL, Selection(ids=(*waiting, waiting[0], "nobodys"))) == BulkCount(2, 2)
    assert (plane.steered, plane.operations.newest_first()) == (0, [])


async def test_nothing_is_done_when_the_count_has_changed():
    plane = Plane()
    plane.waiting(3)
    with pytest.raises(CountChanged, match="3 tasks can be acted on by now, not 2"):
        await plane.operations.start(ANN, CANCEL, EVERYTHING, expected_count=2)

    assert (await plane.operations.start(ANN, CANCEL, EVERYTHING, expected_count=3)).total == 3


# ---- what is done ----


async def test_many_are_cancelled_in_turns():
    plane = Plane()
    ids = plane.waiting(2 * TASKS_PER_TURN + 1)
    operation = await plane.done(CANCEL, Selection(ids=tuple(ids)))

    assert {plane.status(task_id) for task_id in ids} == {TaskStatus.CANCELLED}
    assert (operation.state, operation.is_over) == (OperationState.DONE, True)
    assert (operation.total, operation.done, operation.succeeded, operation.refused) == (51, 51, 51, 0)
    assert operation.answers == {"cancelled": 51}
    assert operation.items[:2] == [Item(ids[0], "cancelled"), Item(ids[1], "cancelled")]
    assert plane.steered == 3 + 2
    assert noted(plane) == [("bulk cancel", "0 of 51 tasks"), ("bulk cancel done", "51 of 51 tasks")]


async def test_those_that_run_are_told_to_stop():
    plane = Plane()
    plane.join()
    plane.waiting(1)
    plane.poll()
    operation = await plane.done(CANCEL, EVERYTHING)

    assert (operation.answers, operation.succeeded) == ({"stopping": 1}, 1)


async def test_many_run_again():
    plane = Plane()
    ids = plane.ended(3)
    operation = await plane.done(RERUN, EVERYTHING)
    new_ids = [item.new_task_id for item in operation.items]

    assert [item.task_id for item in operation.items] == ids
    assert [plane.find(new_id).submission.terms.origin for new_id in new_ids] == ids
    assert operation.answers == {"submitted": 3}


async def test_a_queue_is_purged_of_what_waits_and_only_of_that():
    plane = Plane()
    plane.join()
    (runs,) = plane.waiting(1)
    plane.poll()
    waits = plane.waiting(3)
    later = plane.waiting(1, terms=Terms(delay_seconds=60.0))
    low = plane.waiting(1, priority=TaskPriority.LOW)
    normal = TaskFilter(statuses=frozenset({TaskStatus.QUEUED}), priorities=frozenset({TaskPriority.NORMAL}))
    assert await plane.operations.count(PURGE, Selection(filter=normal)) == BulkCount(3, 3)
    operation = await plane.done(PURGE, Selection(filter=normal, name="normal"))

    assert (operation.answers, operation.succeeded) == ({"cancelled": 3}, 3)
    assert {plane.status(task_id) for task_id in waits} == {TaskStatus.CANCELLED}
    assert [plane.status(task_id) for task_id in (runs, *later, *low)] == [
        TaskStatus.RUNNING,
        TaskStatus.SCHEDULED,
        TaskStatus.QUEUED,
    ]
    assert noted(plane) == [("bulk purge normal", "0 of 3 tasks"), ("bulk purge normal done", "3 of 3 tasks")]


async def test_what_has_started_before_its_turn_came_is_left_alone_by_a_purge():
    plane = Plane()
    first, second = plane.waiting(2)
    operation = await plane.operations.start(ANN, PURGE, EVERYTHING)
    plane.join()
    plane.poll()
    async with plane.running():
        await plane.clock.settle()

    assert operation.items == [Item(first, "started"), Item(second, "cancelled")]
    assert (plane.status(first), operation.refused) == (TaskStatus.RUNNING, 1)


async def test_what_waits_gets_another_priority_in_the_order_of_its_submission():
    plane = Plane()
    plane.ended(1)
    first, second, third = plane.waiting(3)
    (high,) = plane.waiting(1, priority=HIGH)
    (later,) = plane.waiting(1, terms=Terms(delay_seconds=60.0))
    counted = await plane.operations.count(SET_PRIORITY, EVERYTHING, priority=HIGH)
    assert counted == BulkCount(matching=6, possible=4)
    operation = await plane.operations.start(
        ANN, SET_PRIORITY, Selection(ids=(later, second, first, high)), priority=HIGH, expected_count=3
    )
    async with plane.running():
        await plane.clock.settle()

    assert (operation.answers, operation.what) == ({"changed": 3}, "bulk set priority high")
    assert [task.task_id for task in plane.ledger.queue] == [high, first, second, third]
    assert plane.find(later).submission.priority is HIGH
    assert plane.find(first).priority_changes[0].by == "ann"
    assert await plane.operations.count(SET_PRIORITY, EVERYTHING, priority=HIGH) == BulkCount(6, 1)


async def test_what_has_ended_is_deleted_and_nothing_else():
    plane = Plane()
    first, second, third = plane.ended(3)
    (waits,) = plane.waiting(1)
    assert await plane.operations.count(DELETE, EVERYTHING) == BulkCount(4, 3)
    operation = await plane.operations.start(ANN, DELETE, Selection(ids=(first, second, waits)), expected_count=2)
    plane.coordinator.steering.delete(ANN, first, now=plane.now)
    async with plane.running():
        await plane.clock.settle()

    assert operation.items == [Item(first, "result_expired"), Item(second, "deleted")]
    assert plane.observatory.index.counts()[TaskStatus.SUCCESS] == 1
    assert (plane.find(third).status, plane.status(waits)) == (TaskStatus.SUCCESS, TaskStatus.QUEUED)


async def test_what_has_started_or_was_changed_before_its_turn_came_is_told():
    plane = Plane()
    runs, is_changed = plane.waiting(2)
    operation = await plane.operations.start(ANN, SET_PRIORITY, EVERYTHING, priority=HIGH)
    plane.join()
    plane.poll()
    plane.coordinator.steering.set_priority(ANN, is_changed, HIGH, now=plane.now)
    async with plane.running():
        await plane.clock.settle()

    assert operation.items == [Item(runs, "not_waiting"), Item(is_changed, "changed")]
    assert len(plane.find(is_changed).priority_changes) == 1


@pytest.mark.parametrize(("action", "priority"), [(SET_PRIORITY, None), (CANCEL, HIGH)])
async def test_a_priority_goes_with_the_action_that_sets_it(action, priority):
    with pytest.raises(InvalidOption):
        await Plane().operations.count(action, EVERYTHING, priority=priority)


async def test_what_is_not_possible_any_more_is_told_before_what_was_done():
    plane = Plane()
    plane.ended(2)
    operation = await plane.operations.start(ANN, RERUN, EVERYTHING)
    plane.coordinator.drain()
    async with plane.running():
        await plane.clock.settle()

    assert (operation.answers, operation.succeeded, operation.refused) == ({"draining": 2}, 0, 2)


async def test_a_task_that_ended_meanwhile_is_told_and_refusals_come_first():
    plane = Plane()
    first, second = plane.waiting(2)
    operation = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    plane.join()
    plane.report(*[task for task in plane.poll() if task.task_id == first])
    async with plane.running():
        await plane.clock.settle()

    assert operation.items == [Item(first, "finished"), Item(second, "cancelled")]
    plane.waiting(2)
    mixed = Operation("o", CANCEL, ANN, [], 0.0, 2)
    mixed.note(Item("good", "cancelled"), is_good=True)
    mixed.note(Item("bad", "finished"), is_good=False)
    assert [item.task_id for item in mixed.items] == ["bad", "good"]


async def test_not_every_answer_is_kept():
    operation = Operation("o", CANCEL, ANN, [], 0.0, 5_000)
    for number in range(3_000):
        operation.note(Item(f"t{number}", "cancelled"), is_good=True)

    assert (len(operation.items), operation.done, operation.answers) == (MOST_ITEMS, 3_000, {"cancelled": 3_000})


async def test_a_bulk_action_for_nothing_is_done_at_once():
    operation = await Plane().done(CANCEL, EVERYTHING)

    assert (operation.state, operation.total) == (OperationState.DONE, 0)


# ---- turns ----


async def test_others_have_their_turn_while_many_are_cancelled():
    plane = Plane()
    plane.waiting(10 * TASKS_PER_TURN)
    operation = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    seen = []
    async with plane.running():
        while not operation.is_over:
            seen.append(operation.done)
            await anyio.lowlevel.checkpoint()

    assert len(set(seen)) > 5
    assert max(after - before for before, after in pairwise(seen)) <= 2 * TASKS_PER_TURN  # trio lets chance decide


async def test_a_bulk_action_can_be_stopped_between_two_turns():
    plane = Plane()
    plane.waiting(10 * TASKS_PER_TURN)
    operation = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    async with plane.running():
        while not operation.done:
            await anyio.lowlevel.checkpoint()
        assert operation.state is OperationState.RUNNING
        stopped = plane.operations.cancel(ANN, operation.operation_id)
        await plane.clock.settle()

    assert stopped is operation
    assert (operation.state, operation.done < operation.total, operation.task_ids) == (
        OperationState.CANCELLED,
        True,
        [],
    )
    assert noted(plane)[-1] == ("cancel bulk action", f"{operation.done} of 250 tasks")
    assert plane.operations.cancel(ANN, operation.operation_id) is operation
    assert plane.operations.cancel(ANN, "nobodys") is None
    assert len(noted(plane)) == 2


async def test_an_interrupted_bulk_action_goes_on_where_it_was():
    plane = Plane()
    ids = plane.ended(4 * TASKS_PER_TURN)
    operation = await plane.operations.start(ANN, RERUN, EVERYTHING)
    async with plane.running():
        while not operation.done:
            await anyio.lowlevel.checkpoint()
    assert 0 < operation.done < len(ids)
    async with plane.running():
        await plane.clock.settle()

    assert (operation.state, operation.done) == (OperationState.DONE, len(ids))
    assert [item.task_id for item in operation.items] == ids
    assert len(plane.ledger.tasks) == len(ids)


async def test_a_bulk_action_that_fails_ends_and_the_next_one_has_its_turn():
    plane = Plane()
    plane.waiting(3)
    broken = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    whole = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    plane.error = RuntimeError("nobody has thought of this")
    with capture_logs() as lines:
        async with plane.running():
            await plane.clock.settle()

    assert (broken.state, broken.done, broken.is_over) == (OperationState.FAILED, 0, True)
    assert ("bulk cancel failed", "0 of 3 tasks") in noted(plane)
    assert whole.state is OperationState.DONE
    assert [line["event"] for line in lines] == ["bulk_action_failed"]


async def test_others_have_the_loop_for_longer_than_a_turn_has_taken_and_the_next_one_is_smaller():
    plane = Plane()
    plane.waiting(2 * TASKS_PER_TURN)
    operation = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    plane.seconds_per_turn = 0.002
    async with plane.running():
        await plane.clock.settle()
        assert operation.done == TASKS_PER_TURN
        await plane.clock.advance(0.9 * RESTS_PER_TURN * 0.002)
        assert operation.done == TASKS_PER_TURN
        await plane.clock.advance(0.2 * RESTS_PER_TURN * 0.002)

    assert operation.done == TASKS_PER_TURN + TASKS_PER_TURN // 2


async def test_turns_that_take_very_long_have_one_task_until_they_are_quick_again():
    plane = Plane()
    plane.waiting(3 * TASKS_PER_TURN)
    operation = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    plane.seconds_per_turn, seen = 1.0, []
    async with plane.running():
        for _ in range(3):
            await plane.clock.settle()
            seen.append(operation.done)
            await plane.clock.advance(RESTS_PER_TURN)
        plane.seconds_per_turn = 0.0
        await plane.clock.advance(RESTS_PER_TURN)

    assert seen == [TASKS_PER_TURN, TASKS_PER_TURN + 1, TASKS_PER_TURN + 2]
    assert operation.done == operation.total


async def test_others_have_the_loop_while_tasks_are_counted():
    plane = Plane()
    plane.waiting(3)

    async with anyio.create_task_group() as group:
        group.start_soon(plane.count_slowly)
        await plane.clock.advance(0.5)
        assert plane.counted == []
        await plane.clock.advance(1.0)

    assert plane.counted == [BulkCount(3, 3)]


async def test_bulk_actions_are_done_one_after_the_other():
    plane = Plane()
    plane.waiting(3)
    first = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    second = await plane.operations.start(ANN, CANCEL, EVERYTHING)
    assert plane.operations.newest_first() == [second, first]
    async with plane.running():
        await plane.clock.settle()

    assert (first.answers, second.answers) == ({"cancelled": 3}, {"cancelled": 3})
    assert plane.operations.get(first.operation_id) is first


# ---- bounds ----


async def test_only_so_many_are_under_way():
    plane = Plane()
    for _ in range(MOST_UNDER_WAY):
        await plane.operations.start(ANN, CANCEL, EVERYTHING)

    with pytest.raises(TooManyOperations):
        await plane.operations.start(ANN, CANCEL, EVERYTHING)


async def test_counts_are_among_those_that_are_under_way():
    plane = Plane()
    plane.waiting(1)
    for _ in range(MOST_UNDER_WAY - 1):
        await plane.operations.start(ANN, CANCEL, EVERYTHING)
    async with anyio.create_task_group() as group:
        group.start_soon(plane.count_slowly)
        await plane.clock.settle()
        with pytest.raises(TooManyOperations):
            await plane.operations.start(ANN, CANCEL, EVERYTHING)
        await plane.clock.advance(1.0)
    await plane.operations.start(ANN, CANCEL, EVERYTHING)
    with pytest.raises(TooManyOperations):
        await plane.operations.count(CANCEL, EVERYTHING)


async def test_the_oldest_that_are_over_are_forgotten():
    plane = Plane()
    for _ in range(MOST_KEPT + 5):
        await plane.done(CANCEL, EVERYTHING)

    assert len(plane.operations.newest_first()) == MOST_KEPT
    assert plane.operations.get("new-5") is None
    assert plane.operations.get("new-6") is not None
