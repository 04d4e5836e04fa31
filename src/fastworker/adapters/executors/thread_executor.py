"""Runs `def` tasks in threads."""

import asyncio
import sys
import threading
import traceback
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from queue import SimpleQueue
from typing import override

from fastworker.application.execution import Execution, perform
from fastworker.application.ports.task_executor import Done, TaskExecutor
from fastworker.domain.task import Outcome


class ThreadExecutor(TaskExecutor):
    """Threads that take from one queue, at most `threads` of them, made when they are first needed.

    Finished attempts collect, and wake the event loop once per batch: a wake per attempt would cost more than a
    short task. Threads are daemons: a task that never returns does not keep the process alive.
    """

    def __init__(self, *, threads: int) -> None:
        self._limit = threads
        self._waiting: SimpleQueue[Execution | None] = SimpleQueue()
        self._finished: deque[tuple[Execution, Outcome]] = deque()
        self._threads: list[threading.Thread] = []
        self._thread_of: dict[Execution, int] = {}
        self._unfinished = 0
        self._wake_is_due = False
        self._lock = threading.Lock()
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
            self._loop = None
            for _ in self._threads:
                self._waiting.put(None)
            self._threads.clear()

    @override
    def start(self, execution: Execution) -> None:
        self._unfinished += 1
        if self._unfinished > len(self._threads) and len(self._threads) < self._limit:
            self._add_thread()
        self._waiting.put(execution)

    @override
    def stack(self, execution: Execution) -> str:
        frame = sys._current_frames().get(self._thread_of.get(execution, -1))
        return "" if frame is None else "".join(traceback.format_stack(frame))

    def _add_thread(self) -> None:
        name = f"fastworker-task-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (execution := self._waiting.get()) is not None:
            self._thread_of[execution] = threading.get_ident()
            outcome = perform(execution)
            del self._thread_of[execution]
            self._finish(execution, outcome)

    def _finish(self, execution: Execution, outcome: Outcome) -> None:
        with self._lock:
            self._finished.append((execution, outcome))
            if self._wake_is_due:
                return
            self._wake_is_due = True
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._hand_over)
            except RuntimeError:
                return  # the loop is closed: nobody waits for this attempt any more

    def _hand_over(self) -> None:
        with self._lock:
            self._wake_is_due = False
            finished, self._finished = self._finished, deque()
        self._unfinished -= len(finished)
        for execution, outcome in finished:
            if self._done is not None:
                self._done(execution, outcome)
