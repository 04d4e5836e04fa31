"""The calls of fastworker.testing, for the type checkers alone: nothing here is run."""

from datetime import datetime, timedelta
from typing import assert_type

from fastworker import task
from fastworker.testing import LocalSystem, Submitted, SyncLocalSystem


@task
async def charge(order: int) -> str:
    return str(order)


async def a_system_for_tests() -> None:
    async with LocalSystem(charge, "shop.tasks", workers=2, slots=1, patience="1s") as system:
        assert_type(system, LocalSystem)
        assert_type(await system.drain(), int)
        assert_type(await system.advance("2h"), None)
        await system.advance(timedelta(hours=2))
        assert_type(system.submitted(charge, order=7), list[Submitted])
        assert_type(system.submissions(), list[Submitted])
        assert_type(system.now, datetime)
        assert_type(await system.kill_worker(), str)
        system.fail_next(charge, OSError("down"))
        system.fail_next("charge", OSError)
        system.fail_next(charge, "down")  # type: ignore[arg-type]
        await system.advance(None)  # type: ignore[arg-type]
        LocalSystem(7)  # type: ignore[arg-type]


def a_system_for_blocking_tests() -> None:
    with SyncLocalSystem(charge) as system:
        assert_type(system, SyncLocalSystem)
        assert_type(system.drain(), int)
        assert_type(system.submitted(charge, 7), list[Submitted])
