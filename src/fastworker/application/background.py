"""Tasks beside a body of code, and errors that end them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskGroup


@asynccontextmanager
async def background_tasks() -> AsyncIterator[TaskGroup]:
    """Give a task group for work beside the body; leaving cancels it.

    An error of the body comes out as itself: a plain task group would wrap it into an exception group.
    """
    group = anyio.create_task_group()
    await group.__aenter__()
    try:
        yield group
    finally:
        group.cancel_scope.cancel()
        await group.__aexit__(None, None, None)


async def raise_in_task(error: Exception) -> None:
    """Raise an error where it ends a task group: what a callback of the event loop raises is only logged."""
    raise error
