"""Tasks for a file, some at a time."""

import pytest

from fastworker.adapters.memory import ManualClock
from fastworker.application.observatory.exports import MOST_UNDER_WAY, RESTS_PER_TURN, TASKS_PER_TURN, Export, Exports
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


def begun(exports: Exports) -> Export:
    export = exports.begin()
    assert export is not None
    return export


async def all_of(exports: Exports, wanted: TaskFilter = EVERY_TASK, **more: int) -> list[list[Task]]:
    return [some async for some in begun(exports).parts(wanted, list, **more)]


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
    export = begun(Exports(plane.observatory.index, clock))
    async for _ in export.parts(EVERY_TASK, lambda _: clock.work(0.002)):
        clock.work(10.0)  # somebody who reads slowly

    assert clock.rests == pytest.approx([RESTS_PER_TURN * 0.002] * 2 + [0.0])


async def test_others_have_their_turn_while_nothing_is_found():
    plane = a_plane(30)

    def never(task: Task) -> bool:
        return False

    clock = SlowClock()
    assert await all_of(Exports(plane.observatory.index, clock), TaskFilter(also=never)) == []
    assert len(clock.rests) == 1


async def test_a_place_is_taken_at_once_and_kept_until_it_is_left():
    exports = Exports(a_plane(1).observatory.index, ManualClock())
    kept = [begun(exports) for _ in range(MOST_UNDER_WAY)]
    assert exports.begin() is None
    for _ in range(2):
        kept[0].end()
        assert exports.under_way == MOST_UNDER_WAY - 1
    kept.append(begun(exports))
    assert exports.begin() is None


async def test_a_place_that_nobody_holds_is_free():
    exports = Exports(a_plane(1).observatory.index, ManualClock())
    unread = begun(exports).parts(EVERY_TASK, list)
    assert exports.under_way == 1
    del unread
    assert exports.under_way == 0
