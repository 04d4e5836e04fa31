"""Blocking calls on a thread that runs an event loop: they hold up everything else on it.

On the loop of a worker, in its `async def` tasks, the call might wait for that very worker: refused. Elsewhere warned
of, once for each place, and not refused: a notebook, or code in which Playwright's blocking calls run a loop, may well
wait there. So may a `def` task with a loop of its own, and a task in a child process: they hold up only themselves.
"""

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import get_ident

import sniffio

from fastworker.domain.errors import BlockingInTask

from .current_task import running_execution

_PACKAGE = str(Path(__file__).parent.parent)
_INSTEAD = "use `await fn.submit(...)` or `Client`"
_IN_A_THREAD = "or call it in a thread by `await asyncio.to_thread(function)`"
_behind: ContextVar[tuple[str, str] | None] = ContextVar("behind", default=None)


class BlocksEventLoop(RuntimeWarning):
    """A blocking call was made on a thread that runs an event loop, where all other code had to wait for its end."""


@contextmanager
def behind(package: str, instead: str) -> Iterator[None]:
    """Tell that the calls inside are made for a framework's users: in its folder is no code of theirs.

    `instead` says what they call without blocking.
    """
    token = _behind.set((package, instead))
    try:
        yield
    finally:
        _behind.reset(token)


def check_may_block() -> None:
    """Warn of a blocking call that is about to hold up an event loop.

    Raises:
        BlockingInTask: the loop is that of the worker that runs this `async def` task.
    """
    if not _runs_event_loop():
        return
    package, instead = _behind.get() or (_PACKAGE, _INSTEAD)
    cure = f"{instead}, {_IN_A_THREAD}"
    if is_in_async_task():
        raise BlockingInTask(
            f"an `async def` task made a blocking call, which holds up all that its worker does: {cure}"
        )
    warnings.warn(
        f"a blocking call of FastWorker holds up the event loop of this thread: {cure}",
        BlocksEventLoop,
        stacklevel=2,
        skip_file_prefixes=(_PACKAGE, package),
    )


def is_in_async_task() -> bool:
    """True in code of an `async def` task on the event loop of its worker, which a blocking call would hold up."""
    execution = running_execution.get()
    if execution is None or execution.loop_thread != get_ident():
        return False
    return execution.function.isolation != "process"


def _runs_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return sniffio.thread_local.name == "trio"
    return True
