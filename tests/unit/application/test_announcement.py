"""Something that is said once, and that any number of tasks may wait to hear."""

import asyncio

import anyio
import pytest

from fastworker.application.announcement import Announcement

pytestmark = pytest.mark.anyio


async def hear(announcement: Announcement, heard: list[str], name: str) -> None:
    await announcement.heard()
    heard.append(name)


async def test_all_who_wait_hear_it_and_nobody_waits_afterwards() -> None:
    announcement, heard = Announcement(), list[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(hear, announcement, heard, "one")
        group.start_soon(hear, announcement, heard, "other")
        await anyio.wait_all_tasks_blocked()
        assert heard == []
        announcement.make()
    await announcement.heard()
    assert sorted(heard) == ["one", "other"]


async def test_one_who_is_cancelled_keeps_it_from_nobody_else() -> None:
    announcement, heard = Announcement(), list[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(hear, announcement, heard, "patient")
        async with anyio.create_task_group() as impatient:
            impatient.start_soon(hear, announcement, heard, "impatient")
            await anyio.wait_all_tasks_blocked()
            impatient.cancel_scope.cancel()
        announcement.make()
    assert heard == ["patient"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_it_can_be_made_in_the_moment_in_which_one_who_waits_is_cancelled() -> None:
    announcement, heard = Announcement(), list[str]()
    waiting = asyncio.create_task(hear(announcement, heard, "late"))
    await asyncio.sleep(0)
    waiting.cancel()
    announcement.make()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert heard == []


async def test_waits_that_were_given_up_are_not_kept() -> None:
    announcement = Announcement()
    for _ in range(3):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await announcement.heard()
    assert announcement._waits == []
