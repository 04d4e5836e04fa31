"""Runs tasks in child processes, which can be killed and may crash."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import override

import anyio

from fastworker.application.execution import Execution, failure, stopped
from fastworker.application.ports.codec import PayloadCodec
from fastworker.application.ports.task_executor import Done, Noted, TaskExecutor
from fastworker.domain.errors import ProcessDied
from fastworker.domain.task import Outcome

from .child_process import EXIT_SECONDS, ChildNews, ChildProcess
from .surroundings import ChildSurroundings


class ProcessExecutor(TaskExecutor):
    """At most `processes` children, each running one attempt at a time; more attempts wait for a child.

    Children are started when attempts wait and none is idle, and are kept: only the first tasks pay for the start
    (measured: 0.2 s; a warm child adds 0.1 ms to a task, and holds 36 MB). One is replaced after `max_tasks` attempts,
    or when it holds more than `max_bytes` of memory after one. Children make a codec of the same class as `codec`,
    without arguments.
    """

    def __init__(
        self,
        *,
        processes: int,
        codec: PayloadCodec,
        max_tasks: int = 1_000,
        max_bytes: int = 1 << 30,
        surroundings: ChildSurroundings | None = None,
    ) -> None:
        self._limit = processes
        self._codec = type(codec)
        self._max_tasks = max_tasks
        self._max_bytes = max_bytes
        self._surroundings = surroundings
        self._waiting: deque[Execution] = deque()
        self._children: set[ChildProcess] = set()
        self._idle: list[ChildProcess] = []
        self._running_in: dict[Execution, ChildProcess] = {}
        self._news = ChildNews(self._ready, self._tell, self._ended, self._died)
        self._is_closed = False
        self._all_dead = asyncio.Event()
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
            self._is_closed = True
            with anyio.CancelScope(shield=True):
                await self._close()

    @override
    def start(self, execution: Execution) -> None:
        self._waiting.append(execution)
        self._assign()

    @override
    def stop(self, execution: Execution) -> None:
        child = self._running_in.get(execution)
        if child is not None:
            child.kill()
        elif execution in self._waiting:
            self._waiting.remove(execution)
            self._end_soon(execution, stopped(execution, "it had not begun"))

    @override
    def resize(self, slots: int) -> None:
        """Let so many children be; those too many are dismissed when they are idle."""
        self._limit = slots
        self._dismiss_idle()
        self._assign()

    @override
    def stack(self, execution: Execution) -> str:
        child = self._running_in.get(execution)
        return "" if child is None else f"  runs in process {child.pid} (`py-spy dump --pid {child.pid}` shows where)\n"

    def _assign(self) -> None:
        """Give what waits to idle children; if that is not enough, start one more."""
        while self._waiting and self._idle:
            child, execution = self._idle.pop(), self._waiting[0]
            if child.run(execution):
                self._waiting.popleft()
                self._running_in[execution] = child
        starting = sum(not child.is_ready for child in self._children)
        if len(self._waiting) > starting and len(self._children) < self._limit and not self._is_closed:
            self._start_child()

    def _dismiss_idle(self) -> None:
        """Have idle children leave that are more than there may be."""
        staying = sum(not child.is_leaving for child in self._children)
        while self._idle and staying > self._limit:
            self._idle.pop(0).dismiss()
            staying -= 1

    def _start_child(self) -> None:
        assert self._loop is not None
        try:
            self._children.add(ChildProcess(self._codec, self._news, self._surroundings))
        except (OSError, RuntimeError) as error:
            self._fail_first(f"no child process can be started: {error}")
        self._loop.call_soon(self._assign)  # one after the other: each start takes the loop about a millisecond

    def _fail_first(self, why: str) -> None:
        """Fail the attempt that waits for the longest: it would wait for ever, or ask for another vain start."""
        if self._waiting:
            execution = self._waiting.popleft()
            self._end_soon(execution, failure(execution, ProcessDied(why)))

    def _ready(self, child: ChildProcess) -> None:
        if not child.is_leaving:
            self._idle.append(child)
            self._dismiss_idle()
            self._assign()

    def _ended(self, child: ChildProcess, execution: Execution, outcome: Outcome) -> None:
        del self._running_in[execution]
        if child.attempts >= self._max_tasks or child.resident_bytes > self._max_bytes:
            child.dismiss()
        self._ready(child)
        self._end(execution, outcome)

    def _died(self, child: ChildProcess) -> None:
        self._children.discard(child)
        if not self._children:
            self._all_dead.set()
        if child in self._idle:
            self._idle.remove(child)
        if not child.is_ready:
            self._fail_first(f"its child process {child.end} before it was ready (see its stderr)")
        self._assign()
        execution = child.execution
        if execution is not None:
            del self._running_in[execution]
            self._end(execution, _outcome_of_death(child, execution))

    def _tell(self, execution: Execution) -> None:
        if self._noted is not None:
            self._noted(execution)

    def _end(self, execution: Execution, outcome: Outcome) -> None:
        if self._done is not None:  # None: closed, the attempt is abandoned
            self._done(execution, outcome)

    def _end_soon(self, execution: Execution, outcome: Outcome) -> None:
        assert self._loop is not None
        self._loop.call_soon(self._end, execution, outcome)

    async def _close(self) -> None:
        """End every child: at once if it runs something, else by the end of its connection."""
        self._waiting.clear()
        for child in self._children:
            if child.execution is None and child.is_ready:
                child.dismiss()
            else:
                child.kill()
        await self._burials(EXIT_SECONDS / 2)
        for child in self._children:
            child.kill()
        await self._burials(EXIT_SECONDS / 2)

    async def _burials(self, seconds: float) -> None:
        if self._children:
            self._all_dead.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_dead.wait(), seconds)


def _outcome_of_death(child: ChildProcess, execution: Execution) -> Outcome:
    if child.was_killed and execution.stop_reason is not None:
        return stopped(execution, "its process was killed")
    return failure(execution, ProcessDied(f"the child process that ran it {child.end}"))
