"""What every server process does: signals, exit codes."""

import asyncio
import gc
import os
import resource
import signal
import threading
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import anyio
import click
from anyio.abc import TaskGroup

from fastworker.adapters.executors import free_forks_of_our_signals
from fastworker.domain.errors import FastWorkerError, InvalidTaskModule

from .logs import say

EXIT_FAILED = 1
EXIT_USAGE = 2
MOST_FILES = 65_536
"""A control plane has one for each connection and two for each request that it holds. Much more would slow down old
programs that tasks may start and that close whatever could be open."""

LEFTOVER_SECONDS = 1.0
"""How long a process that is done waits for what its tasks left behind."""


def hold_much() -> None:
    """Prepare this process for many connections and a long queue.

    A queue is made of objects that live long, and a full collection looks at all of them: with Python's own thresholds,
    a million waiting tasks stop everything for half a second now and then (`python -m benchmarks.growth`).
    """
    gc.set_threshold(10_000, 10, 100)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):  # not allowed here
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def run_process(main: Callable[[TaskGroup], Awaitable[None]], *, at_end: Callable[[], None]) -> int:
    """Run a server process and return its exit code. Cancelling the group that `main` is given ends it at once.

    What is called `at_end` may take the time that it needs: it comes before what is left behind is ended.
    """
    errors: list[FastWorkerError] = []

    async def in_group() -> None:
        try:
            async with anyio.create_task_group() as group:
                await main(group)
                group.cancel_scope.cancel()
        except* FastWorkerError as found:
            errors.append(_first(found))
        finally:
            at_end()
            _end_soon(EXIT_FAILED if errors else 0)

    anyio.run(in_group)
    return fail(errors[0]) if errors else 0


def _end_soon(code: int) -> None:
    """See that the process ends even if a task left a thread, or a coroutine that swallows its cancellation."""
    others = [thread for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]
    if others or len(asyncio.all_tasks()) > 1:
        timer = threading.Timer(LEFTOVER_SECONDS, os._exit, [code])
        timer.daemon = True
        timer.start()


async def stop_on_signals(ways: Sequence[Callable[[], None]]) -> None:
    """At each SIGINT or SIGTERM, stop in the next way: the gentle one first."""
    free_forks_of_our_signals()
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        left = deque(ways)
        async for number in signals:
            first = len(left) == len(ways)
            says = "finishing what runs (once more: stop now)" if first else "stopping now"
            say(f"{signal.Signals(number).name}: {says}")
            left.popleft()()
            if not left:
                return


def fail(error: FastWorkerError) -> int:
    """Say why a process cannot go on, with the traceback of a task module that is broken; return its exit code."""
    cause = error.__cause__
    if isinstance(error, InvalidTaskModule) and cause is not None:
        traceback.print_exception(cause)
    click.echo(f"fastworker: {error}", err=True)
    return EXIT_FAILED


def _first(group: BaseExceptionGroup[FastWorkerError]) -> FastWorkerError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
