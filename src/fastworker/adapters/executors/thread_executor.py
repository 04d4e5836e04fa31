"""Runs `def` tasks in threads."""

import asyncio
import sys
import threading
import traceback
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import override

from fastworker.application.execution import Execution, perform
from fastworker.application.ports.task_executor import Done, TaskExecutor
from fastworker.domain.task import Outcome


class ThreadExecutor(TaskExecutor):
    """Threads that take from one queue, at most `threads` of them, made when they are first needed.

    A thread that takes an attempt while more wait wakes one other, and only one is on its way at a time: so short
    tasks are run by few threads, one after the other, and a task that blocks never holds up the rest. Finished
    attempts wake the event loop once per batch. A wake per attempt, both ways, ran 7,000 no-ops/s; this runs
    20,000 (measured with `python -m benchmarks throughput`). Threads are daemons: a task that never returns does not
    keep the process alive.
    """

    def __init__(self, *, threads: int) -> None:
        self._limit = threads
        self._lock = threading.Lock()
        self._waiting: deque[Execution] = deque()
        self._idle: list[threading.Semaphore] = []
        self._threads = 0
        self._wake_is_under_way = False
        self._is_closed = False
        self._running_in: dict[Execution, int] = {}
        self._finished: deque[tuple[Execution, Outcome]] = deque()
        self._hand_over_is_due = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: Done | None = None

    @override
    @asynccontextmanager
    async def open(self, done: Done) -> AsyncIterator[None]:
        self._done = done
        self._loop = asyncio.get_running_loop()
        try:
            yield
        finally:
            self._done = None
            with self._lock:
                self._is_closed = True
                self._waiting.clear()
                for idle in self._idle:
                    idle.release()

    @override
    def start(self, execution: Execution) -> None:
        with self._lock:
            self._waiting.append(execution)
            self._wake_one()

    @override
    def stack(self, execution: Execution) -> str:
        frame = sys._current_frames().get(self._running_in.get(execution, -1))
        return "" if frame is None else "".join(traceback.format_stack(frame))

    def _wake_one(self) -> None:
        """Have one thread come, unless one is on its way; the lock is held."""
        if self._wake_is_under_way or self._is_closed:
            return
        if self._idle:
            self._wake_is_under_way = True
            self._idle.pop().release()
        elif self._threads < self._limit:
            threading.Thread(target=self._work, name=f"fastworker-task-{self._threads + 1}", daemon=True).start()
            self._wake_is_under_way = True
            self._threads += 1

    def _work(self) -> None:
        semaphore = threading.Semaphore(0)
        while not self._is_closed:
            execution = self._next(semaphore)
            if execution is None:
                semaphore.acquire()
                continue
            self._running_in[execution] = threading.get_ident()
            outcome = perform(execution)
            del self._running_in[execution]
            self._finish(execution, outcome)

    def _next(self, semaphore: threading.Semaphore) -> Execution | None:
        """Take an attempt and see that the next one is taken; without one, be woken by the semaphore."""
        with self._lock:
            self._wake_is_under_way = False
            if not self._waiting:
                if not self._is_closed:
                    self._idle.append(semaphore)
                else:
                    semaphore.release()
                return None
            execution = self._waiting.popleft()
            if self._waiting:
                self._wake_one()
            return execution

    def _finish(self, execution: Execution, outcome: Outcome) -> None:
        with self._lock:
            self._finished.append((execution, outcome))
            if self._hand_over_is_due or self._is_closed:
                return
            self._hand_over_is_due = True
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop is closed: nobody waits for this attempt any more
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        with self._lock:
            self._hand_over_is_due = False
            finished, self._finished = self._finished, deque()
        for execution, outcome in finished:
            if self._done is not None:  # None: closed, the attempt is abandoned
                self._done(execution, outcome)
