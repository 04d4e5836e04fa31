"""A bell that a thread of NNG rings without the interpreter.

NNG tells the end of an operation by calling a C function with one pointer. A Python function there has to wait for the
interpreter's lock while the event loop is busy, and then makes the loop wait for it. The function here is `fflush` of
the C library: its pointer is a stream that holds a byte, open on a pipe that the event loop watches. Side by
side with a callback in Python, tasks one by one took 10 to 30 % less time (`benchmarks/compare --only latency`).

A ring may be false: whoever calls `fflush(NULL)`, in this process or in one that was forked from it, rings every bell
that is armed. So who hears one looks whether his operation has ended, and if not, arms it again.
"""

import asyncio
import ctypes
import os
import select
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any, override

import anyio
from anyio.abc import TaskGroup
from pynng._nng import ffi

from fastworker.application.background import raise_in_task

_RING = b"!"
_MOST_RINGS = 4_096

_libc = ctypes.PyDLL(None, use_errno=True)  # nothing that is called here waits for long: no need to let others run
_libc.fdopen.argtypes, _libc.fdopen.restype = (ctypes.c_int, ctypes.c_char_p), ctypes.c_void_p
_libc.fwrite.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)
_libc.fwrite.restype = ctypes.c_size_t
_libc.fflush.argtypes = _libc.fclose.argtypes = (ctypes.c_void_p,)

RINGING = ffi.cast("void (*)(void *)", ctypes.cast(_libc.fflush, ctypes.c_void_p).value)
"""The function that NNG calls, with the `stream` of a bell."""


class Bell(ABC):
    """Rung once for each time it was armed, or more often. Belongs to the event loop that it was made in."""

    def __init__(self) -> None:
        """Raises OSError when the system gives no descriptor."""
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._stream: int | None = _libc.fdopen(writing, b"w")
        if self._stream is None:
            error = ctypes.get_errno()
            os.close(self._reading)
            os.close(writing)
            raise OSError(error, os.strerror(error))
        self.has_rung = True

    @property
    def stream(self) -> Any:
        """The pointer that NNG hands to `RINGING`."""
        return ffi.cast("void *", self._stream)

    def arm(self) -> None:
        """Make ready for one ring. Rings of before that were not heard yet come as false ones."""
        self.has_rung = False
        if _libc.fwrite(_RING, 1, len(_RING), self._stream) != len(_RING):
            raise RuntimeError("a stream of the C library has no room for a byte")

    def disarm(self) -> None:
        """Make as if it had rung, and all rings had been heard."""
        _libc.fflush(self._stream)
        self._hear()
        self.has_rung = True

    @abstractmethod
    async def heard(self) -> None:
        """Return when it has rung."""

    @abstractmethod
    def then(self, call: Callable[[], None], group: TaskGroup) -> None:
        """Have `call` called, once, when it has rung; what it raises ends `group`."""

    def wait(self, seconds: float) -> bool:
        """Block until it has rung; False when it does not in time."""
        if not self.has_rung:
            watch = select.poll()
            watch.register(self._reading, select.POLLIN)
            if watch.poll(1000 * seconds):
                self._hear()
        return self.has_rung

    def close(self) -> None:
        """Give the descriptors back; nobody may ring any more."""
        _libc.fclose(self._stream)
        os.close(self._reading)

    def _hear(self) -> None:
        with suppress(BlockingIOError):  # `wait` was faster than the event loop
            os.read(self._reading, _MOST_RINGS)
            self.has_rung = True


class AsyncioBell(Bell):
    """Watched by asyncio for as long as it lives: to watch anew for each ring costs 10 µs (measured)."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._reading, self._hear)
        self._ring: asyncio.Future[None] | None = None
        self._call: Callable[[], None] | None = None
        self._group: TaskGroup | None = None

    @override
    def then(self, call: Callable[[], None], group: TaskGroup) -> None:
        self._call, self._group = call, group

    @override
    async def heard(self) -> None:
        if not self.has_rung:
            self._ring = self._loop.create_future()
            await self._ring

    @override
    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(self._reading)
        super().close()

    @override
    def _hear(self) -> None:
        super()._hear()
        if not self.has_rung:
            return
        call, self._call = self._call, None
        if call is not None:
            self._make(call)
        elif self._ring is not None and not self._ring.done():
            self._ring.set_result(None)

    def _make(self, call: Callable[[], None]) -> None:
        """Call it; what it raises ends its group, as it would in a task."""
        try:
            call()
        except Exception as error:
            assert self._group is not None
            self._group.start_soon(raise_in_task, error)


class AnyioBell(Bell):
    """For every other event loop."""

    @override
    async def heard(self) -> None:
        while not self.has_rung:
            await anyio.wait_readable(self._reading)
            self._hear()

    @override
    def then(self, call: Callable[[], None], group: TaskGroup) -> None:
        group.start_soon(self._wait_and_call, call)

    async def _wait_and_call(self, call: Callable[[], None]) -> None:
        await self.heard()
        call()


def new_bell() -> Bell:
    """Return a bell for the current event loop; raises OSError when the system gives no descriptor."""
    try:
        asyncio.get_running_loop()  # also in a callback of the loop, where no task says which library runs
    except RuntimeError:
        return AnyioBell()
    return AsyncioBell()
