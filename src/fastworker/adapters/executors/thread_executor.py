"""Runs `def` tasks in threads."""

import asyncio
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import override

from fastworker.application.execution import Execution, perform, stopped
from fastworker.application.ports.task_executor import Done, Noted, TaskExecutor
from fastworker.domain.task import Outcome

log = logging.getLogger(__name__)


class ThreadExecutor(TaskExecutor):
    """Threads that take from one queue, at most `threads` of them, made when they are first needed.

    A thread that takes an attempt while more wait wakes one other, and only one is on its way at a time: so short
    tasks are run by few threads, one after the other, and a task that blocks never holds up the rest. Finished
    attempts wake the event loop once per batch. A wake per attempt, both ways, ran 7,000 no-ops/s; this runs
    20,000 (measured with `python -m benchmarks --workloads throughput`). Threads are daemons: a task that never
    returns does not keep the process alive.
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
        self._with_notes: set[Execution] = set()
        self._hand_over_is_due = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: Done | None = None
        self._noted: Noted | None = None

    @override
    @asynccontextmanager
    async def open(self, done: Done, noted: Noted) -> AsyncIterator[None]:
        self._done, self._noted = done, noted
        self._loop = asyncio.get_running_loop()
        try:
            yield
        finally:
            self._done = self._noted = None
            with self._lock:
                self._is_closed = True
                self._waiting.clear()
                for idle in self._idle:
                    idle.release()

    @override
    def start(self, execution: Execution) -> None:
        execution.announce = self._announce
        with self._lock:
            self._waiting.append(execution)
            self._wake_one()

    @override
    def stop(self, execution: Execution) -> None:
        """End an attempt that waits for a thread; one that runs can only be asked, by `current_task().is_cancelled`."""
        with self._lock:
            if execution not in self._waiting:
                return
            self._waiting.remove(execution)
        self._finish(execution, stopped(execution, "it had not begun"))

    @override
    def resize(self, slots: int) -> None:
        """Let so many threads be; those too many end when they have nothing to run."""
        with self._lock:
            self._limit = slots
            for _ in range(min(len(self._idle), self._threads - slots)):
                self._idle.pop().release()
            if self._waiting:
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
            thread = threading.Thread(target=self._work, name=f"fastworker-task-{self._threads + 1}", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # the system gives no more: those that there are go on
                log.warning("no thread beyond %d can be started: %s", self._threads, error)
                return
            self._wake_is_under_way = True
            self._threads += 1

    def _work(self) -> None:
        semaphore = threading.Semaphore(0)
        while (execution := self._next(semaphore)) is not None:
            self._running_in[execution] = threading.get_ident()
            outcome = perform(execution)
            del self._running_in[execution]
            self._finish(execution, outcome)
            del execution, outcome  # what they carry may be large, and the next long in coming

    def _next(self, semaphore: threading.Semaphore) -> Execution | None:
        """Take an attempt, or wait for one by the semaphore, and see that the next is taken; None: this thread ends."""
        while True:
            with self._lock:
                self._wake_is_under_way = False
                if self._is_closed:
                    return None
                if self._threads > self._limit:
                    self._threads -= 1
                    if self._waiting:  # what this thread was woken for
                        self._wake_one()
                    return None
                if self._waiting:
                    execution = self._waiting.popleft()
                    if self._waiting:
                        self._wake_one()
                    return execution
                self._idle.append(semaphore)
            semaphore.acquire()

    def _finish(self, execution: Execution, outcome: Outcome) -> None:
        self._finished.append((execution, outcome))
        self._wake_loop()

    def _announce(self, execution: Execution) -> None:
        """Have the loop told of notes, from any thread. Takes no lock: a finalizer may log while this thread has it."""
        self._with_notes.add(execution)
        self._wake_loop()

    def _wake_loop(self) -> None:
        """Have what is finished or noted handed over; a wake that is under way will do for this too."""
        if self._hand_over_is_due or self._is_closed:
            return
        self._hand_over_is_due = True
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop is closed: nobody waits for this attempt any more
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        self._hand_over_is_due = False  # first: what comes from now on wakes again
        finished = [self._finished.popleft() for _ in range(len(self._finished))]
        while self._with_notes:  # after taking what is finished: that has noted before
            self._tell(self._with_notes.pop())
        for execution, outcome in finished:
            execution.announce = None
            if self._done is not None:  # None: closed, the attempt is abandoned
                self._done(execution, outcome)

    def _tell(self, execution: Execution) -> None:
        if self._noted is not None and execution.announce is not None:  # else it has ended, and a thread of it goes on
            self._noted(execution)
