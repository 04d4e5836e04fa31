"""The work as coroutine functions, by name: for libraries whose tasks run in an event loop. Standard library only."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmarks import work


def _in_the_loop(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def run(*arguments: Any) -> Any:
        return function(*arguments)

    return run


def _in_a_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def run(*arguments: Any) -> Any:
        return await asyncio.to_thread(function, *arguments)

    return run


TASKS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "noop": work.noop_async,
    "nap": work.nap_async,
    "echo": work.echo_async,
    "stamp": _in_the_loop(work.stamp),
    # Its workers have one slot for each processor: a thread would only add a switch.
    "burn": _in_the_loop(work.burn),
    # Blocks one slot for long, so the loop must stay free for what the library does beside its tasks.
    "gate": _in_a_thread(work.gate),
}
