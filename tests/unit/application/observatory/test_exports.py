"""Tasks for a file, some at a time."""

import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.observatory.exports import MOST_UNDER_WAY, RESTS_PER_TURN, TASKS_PER_TURN, Exports
from fastworker.application.observatory.task_filter import EVERY_TASK, TaskFilter
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import Task

from ....builders import a_submission
from .observed import ObservedCoordinator

pytestmark = pytest.mark.anyio


class SlowClock(ManualClock):
    """Notes until when somebody rests, and is there at once."""

    def __init__(self) -> None:
        super().__init__(now=1000.0)
        self.rests: list[float] = []

    def work(self, seconds: float) -> None:
        self._now += seconds

    async def sleep_until(self, deadline: float) -> None:
        self.rests.append(deadline - self._now)
        self._now = max(self._now, deadline)


def a_plane(number: int) -> ObservedCoordinator:
    plane = ObservedCoordinator()
    plane.accepted(*(a_submission(f"t{each}") for each in range(number)))
    return plane


async def all_of(exports: Exports, wanted: TaskFilter = EVERY_TASK, **more: int) -> list[list[Task]]:
    return [some async for some in exports.tasks(wanted, **more)]


async def test_the_tasks_come_in_the_order_of_their_submission_and_few_at_a_time():
    plane = a_plane(2 * TASKS_PER_TURN + 1)
    found = await all_of(Exports(plane.observatory.index, ManualClock()))

    assert [len(some) for some in found] == [TASKS_PER_TURN, TASKS_PER_TURN, 1]
    assert [task.task_id for some in found for task in some] == [f"t{each}" for each in range(101)]


async def test_only_what_is_wanted_is_given_and_no_more_than_may_be():
    plane = a_plane(7)
    plane.accepted(a_submission("low", priority=TaskPriority.LOW))
    exports = Exports(plane.observatory.index, ManualClock())
    low = TaskFilter(priorities=frozenset({TaskPriority.LOW}))

    assert [[task.task_id for task in some] for some in await all_of(exports, low)] == [["low"]]
    assert [[task.task_id for task in some] for some in await all_of(exports, most=2)] == [["t0", "t1"]]


async def test_others_have_the_event_loop_for_longer_than_a_turn_has_taken():
    plane, clock = a_plane(2 * TASKS_PER_TURN), SlowClock()
    async for _ in Exports(plane.observatory.index, clock).tasks(EVERY_TASK):
        clock.work(0.002)

    assert clock.rests[:2] == pytest.approx([RESTS_PER_TURN * 0.002] * 2)


async def test_others_have_their_turn_while_nothing_is_found():
    plane = a_plane(30)

    def never(task: Task) -> bool:
        return False

    clock = SlowClock()
    assert await all_of(Exports(plane.observatory.index, clock), TaskFilter(also=never)) == []
    assert len(clock.rests) == 1


async def test_those_under_way_are_counted_until_they_end_or_nobody_reads_on():
    exports = Exports(a_plane(2 * TASKS_PER_TURN).observatory.index, ManualClock())
    begun = [exports.tasks(EVERY_TASK) for _ in range(MOST_UNDER_WAY)]
    assert not exports.is_full
    for each in begun:
        await anext(each)
    assert exports.is_full
    await begun[0].aclose()
    assert exports.under_way == MOST_UNDER_WAY - 1
    for each in begun[1:]:
        assert len([some async for some in each]) == 1
    assert exports.under_way == 0
