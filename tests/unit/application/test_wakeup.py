"""A signal that can be raised again and again."""

import anyio
import pytest

from fastworker.application.wakeup import Wakeup, let_others_first

pytestmark = pytest.mark.anyio


async def test_a_sleeper_wakes_at_each_set() -> None:
    wakeup = Wakeup()
    woken: list[int] = []

    async def sleep() -> None:
        for number in range(2):
            await wakeup.wait()
            woken.append(number)

    async with anyio.create_task_group() as group:
        group.start_soon(sleep)
        await anyio.wait_all_tasks_blocked()
        wakeup.set()
        await anyio.wait_all_tasks_blocked()
        assert woken == [0]
        wakeup.set()
    assert woken == [0, 1]


async def test_sets_while_awake_are_remembered_as_one() -> None:
    wakeup = Wakeup()
    wakeup.set()
    wakeup.set()
    await wakeup.wait()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await wakeup.wait()
    assert scope.cancelled_caught


async def test_letting_others_first_lets_run_what_is_ready_once_per_turn() -> None:
    turns: list[int] = []

    async def other() -> None:
        for number in range(5):
            turns.append(number)
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await let_others_first(3)
        assert 2 <= len(turns) <= 4
