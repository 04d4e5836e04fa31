"""Notices an event loop that does not come round, and says what its thread does meanwhile.

A thread asks the loop for a sign of life by a callback and looks for it some time later: twice in the time that
counts as blocked, so that an idle process has two to four short wakes a second and no more.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from types import FrameType
from typing import override

from fastworker.application.current_task import running_execution
from fastworker.application.log import log
from fastworker.domain.text import bounded

SHORTEST_REST_SECONDS = 0.25
"""However short a block is looked for, the loop is not asked more often."""

STACK_CHARACTERS = 8_192
"""Longer stacks lose their middle."""

JOIN_SECONDS = 0.5
"""How long leaving waits for the thread, which may be writing a log line; it is a daemon."""


@asynccontextmanager
async def watching(*, role: str, blocked_seconds: float = 1.0) -> AsyncIterator[None]:
    """Watch the running event loop until the context is left; `role` says in the log whose loop it is.

    A block of one and a half times `blocked_seconds` is noticed for certain, a shorter one by chance.
    """
    watchdog = LoopWatchdog(asyncio.get_running_loop(), role=role, blocked_seconds=blocked_seconds)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()


class LoopWatchdog(threading.Thread):
    """Logs each block of an event loop once, when it is long enough and when it is over; made in the loop's thread.

    Time in which this thread itself was held up says nothing about the loop and is not counted: then the process was
    frozen, or C code kept the GIL. If the loop is still blocked afterwards, it is reported then.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        role: str,
        blocked_seconds: float,
        shortest_rest: float = SHORTEST_REST_SECONDS,
        now: Callable[[], float] = time.monotonic,
        frames: Callable[[], Mapping[int, FrameType]] = sys._current_frames,
    ) -> None:
        super().__init__(name=f"fastworker-watchdog-{role}", daemon=True)
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._role = role
        self._blocked_seconds = blocked_seconds
        self._rest_seconds = max(blocked_seconds / 2, shortest_rest)
        self._now = now
        self._frames = frames
        self._answered = threading.Event()
        self._stopped = threading.Event()

    @override
    def run(self) -> None:
        """Do the thread's work."""
        with suppress(RuntimeError):  # the loop is closed: there is nothing to watch any more
            while not self._stopped.is_set():
                self._ask()

    def stop(self) -> None:
        """End the thread, and wait a moment for its end."""
        self._stopped.set()
        self._answered.set()
        self.join(JOIN_SECONDS)

    def _ask(self) -> None:
        self._answered.clear()
        self._loop.call_soon_threadsafe(self._answered.set)
        seconds = self._wait(self._stopped)
        while not self._is_over and seconds < self._blocked_seconds:
            seconds += self._wait(self._answered)
        if not self._is_over:
            self._tell(seconds)

    def _tell(self, seconds: float) -> None:
        about = {"role": self._role} | self._task()
        log.warning("event_loop_blocked", seconds=round(seconds, 3), stack=self._stack(), **about)
        while not self._is_over:
            seconds += self._wait(self._answered)
        log.warning("event_loop_unblocked", seconds=round(seconds, 3), **about)

    @property
    def _is_over(self) -> bool:
        return self._answered.is_set() or self._stopped.is_set()

    def _wait(self, event: threading.Event) -> float:
        """Rest until the event, or for as long as a rest lasts; return the seconds of it that count."""
        began = self._now()
        event.wait(self._rest_seconds)
        elapsed = self._now() - began
        return 0.0 if elapsed > 2 * self._rest_seconds else min(elapsed, self._rest_seconds)

    def _stack(self) -> str:
        frame = self._frames().get(self._loop_thread)
        return "" if frame is None else bounded("".join(traceback.format_stack(frame)), STACK_CHARACTERS)

    def _task(self) -> dict[str, str]:
        """Return the task of ours that the loop is busy with, if it is one."""
        busy = asyncio.current_task(self._loop)
        execution = None if busy is None else busy.get_context().get(running_execution)
        return {} if execution is None else {"task_id": execution.task_id, "name": execution.function.name}
