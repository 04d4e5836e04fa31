"""Event loops: the one that runs here, and calls into it from other threads."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import sniffio

if TYPE_CHECKING:
    import trio

type EventLoop = "asyncio.AbstractEventLoop | trio.lowlevel.TrioToken"


def running_loop() -> EventLoop | None:
    """Return the event loop that runs the calling code; None in blocking code of a thread without one."""
    try:
        library = sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        return None
    if library == "trio":
        import trio

        return trio.lowlevel.current_trio_token()
    return asyncio.get_running_loop()


def call_soon(loop: EventLoop | None, function: Callable[..., object], *args: Any) -> None:
    """Have an event loop call a function, from any thread; without one, call it here. A loop that is over does not."""
    if loop is None:
        function(*args)
    elif isinstance(loop, asyncio.AbstractEventLoop):
        with suppress(RuntimeError):  # it was closed
            loop.call_soon_threadsafe(function, *args)
    else:
        _call_soon_in_trio(loop, partial(function, *args))


def _call_soon_in_trio(loop: "trio.lowlevel.TrioToken", call: Callable[[], object]) -> None:
    import trio

    with suppress(trio.RunFinishedError):
        loop.run_sync_soon(call)
