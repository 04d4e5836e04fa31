"""`python -m benchmarks.profile.load ADDRESS`: no-ops one by one, from many concurrent callers, until it is killed."""

import asyncio
import sys

from benchmarks import tasks
from fastworker import Client

CALLERS = 2_000
CONNECT_SECONDS = 20


async def load(address: str) -> None:
    """Submit without end."""
    async with Client(address, connect_timeout=CONNECT_SECONDS), asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(_call_again_and_again())


async def _call_again_and_again() -> None:
    while True:
        await (await tasks.noop.submit())


if __name__ == "__main__":
    asyncio.run(load(sys.argv[1]))
