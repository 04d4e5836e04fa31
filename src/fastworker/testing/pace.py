"""Time in a system: first everything happens that can happen now, then time moves to where something happens next.

A run takes no time. It may wait for something real, for a file or a thread, so the system waits for its end, up to
`patience` real seconds; then time goes on without it. A run that waits for another task waits in the system's time.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import anyio

from fastworker.adapters.memory import ManualClock
from fastworker.application.coordinator import Coordinator
from fastworker.application.current_task import running_execution
from fastworker.application.execution import Execution
from fastworker.domain.errors import CallerError
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from .activity import Activity
from .errors import StillWaiting
from .local_worker import LocalWorker
from .waiting import Waiting

MOST_ATTEMPTS = 10_000
"""More that end while time stands still are taken for tasks that submit each other for ever."""


REST_SECONDS = 5.0
"""How long things may take to come to rest: a run that never waits would keep them busy for ever."""


class Pace:
    """Moves the clock of one system."""

    def __init__(
        self,
        clock: ManualClock,
        coordinator: Coordinator,
        workers: Sequence[LocalWorker],
        *,
        activity: Activity,
        waiting: Waiting,
        patience: float,
    ) -> None:
        self._clock = clock
        self._coordinator = coordinator
        self._workers = workers
        self._activity = activity
        self._waiting = waiting
        self._patience = patience
        self._moving = anyio.Lock()
        self._slow: set[Execution] = set()  # they did not end within the patience, and are not waited for again
        self._waits: Counter[Execution] = Counter()  # for other tasks
        self._told = 0  # how many tasks have ended, as `drain` has told
        self._is_at_rest = True  # nothing spins: was so when somebody looked last

    # ---- for tests ----

    async def drain(self) -> int:
        """Let everything end that can end now; return how many have since the last call. See `LocalSystem.drain`."""
        _refuse_in_task("drain")
        async with self._moving:
            await self._let_runs_end()
        stuck = self._waiting.tasks(self._is_stuck)
        if stuck:
            raise StillWaiting(f"drained, but these cannot go on:\n{self._waiting.lines(stuck)}")
        ended, self._told = self._activity.ended - self._told, self._activity.ended
        return ended

    async def advance(self, seconds: float) -> None:
        """Move time on, and let happen what happens on the way, each at its time."""
        _refuse_in_task("advance")
        async with self._moving:
            target = self._clock.now() + seconds
            await self._let_runs_end()
            while self._clock.now() < target:
                await self._go_on(target)

    async def until[R](self, wait: Callable[[], Awaitable[R]]) -> R:
        """Wait as a caller of a client does; raises `StillWaiting` when nothing goes on that could end the wait."""
        execution = running_execution.get()
        if execution is not None:
            with self._waiting_for_another_task(execution):
                return await wait()
        while True:
            before = self._activity.steps
            with anyio.move_on_after(self._patience):
                return await wait()
            if self._activity.steps != before or self._moving.locked() or self._runs():
                continue
            await self.settle()  # what has just ended is still to be reported
            if self._activity.steps == before:
                raise StillWaiting(self._why_not())

    async def settle(self) -> bool:
        """Let everything happen that happens by itself; False when it did not come to rest in time."""
        seconds = max(self._patience, REST_SECONDS) if self._is_at_rest else self._patience
        with anyio.move_on_after(seconds):
            await self._clock.settle()
            self._is_at_rest = True
            return True
        self._is_at_rest = False
        return False

    # ---- what can happen now ----

    async def _let_runs_end(self) -> None:
        limit = self._activity.attempts + MOST_ATTEMPTS
        while True:
            before = self._activity.attempts
            if await self.settle():
                self._slow.intersection_update(self._runs())
                if self._slow.issuperset(self._runs()):
                    return
                has_news = await self._hear_news()
            else:
                has_news = self._activity.attempts > before
            if not has_news:
                self._slow.update(self._runs())
                return
            if self._activity.attempts > limit:
                self._give_up_endless()

    async def _hear_news(self) -> bool:
        with anyio.move_on_after(self._patience):
            await self._activity.wait()
            return True
        return False

    def _give_up_endless(self) -> None:
        names = Counter(submission.name for submission in self._activity.submissions[-MOST_ATTEMPTS:])
        raise StillWaiting(
            f"{MOST_ATTEMPTS:,} attempts have ended while time stood still, and more follow: do tasks submit each "
            f"other for ever? Submitted last: {', '.join(f'{name} {n:,} times' for name, n in names.most_common(3))}"
        )

    def _attempts(self) -> list[tuple[LocalWorker, Execution]]:
        return [(worker, execution) for worker in self._workers if worker.is_alive for execution in worker.attempts]

    def _runs(self) -> list[Execution]:
        """Return what may come to its end by itself."""
        return [
            execution
            for worker, execution in self._attempts()
            if not self._waits[execution] and not worker.attempts.is_given_up(execution)
        ]

    @contextmanager
    def _waiting_for_another_task(self, execution: Execution) -> Iterator[None]:
        self._waits[execution] += 1
        self._activity.tell()
        try:
            yield
        finally:
            self._waits[execution] -= 1
            if not self._waits[execution]:
                del self._waits[execution]

    def _is_stuck(self, task: Task) -> bool:
        """True when a task neither waits for a time nor, in a live worker, for another task."""
        if task.status is not TaskStatus.RUNNING:
            return task.status is TaskStatus.QUEUED
        tokens = {execution.token for execution in self._runs()}
        return task.lease is not None and task.lease.token in tokens

    def _why_not(self) -> str:
        lines = self._waiting.lines(self._waiting.tasks(lambda _: True))
        if not lines:
            return "this waits for a task, and none is left that has not ended"
        return (
            f"this waits for a task, and nothing goes on: time stands still here unless a test moves it, "
            f"by `await system.advance(...)`. Not ended:\n{lines}"
        )

    # ---- where something happens next ----

    async def _go_on(self, target: float) -> None:
        """Move time to the next thing that happens, `target` at most, and let happen what comes of it."""
        if self._may_leap():
            await self._leap(min([target, *self._moments_ahead()]))
        elif not self._clock.wake_next(until=target):
            self._clock.move_to(target)
        self._activity.tell()
        await self._let_runs_end()

    def _may_leap(self) -> bool:
        """True when only rhythms lie ahead, such as beats: then a leap is like a machine that slept, and costs nothing.

        Not while a dead worker is to be noticed by its silence.
        """
        alive = {worker.worker_id for worker in self._workers if worker.is_alive}
        present = {worker.card.worker_id for worker in self._coordinator.ledger.workers}
        return alive == present

    def _moments_ahead(self) -> list[float]:
        """Return when a timer of the control plane is due, and when attempts have to be made to end."""
        attempts = [worker.attempts.next_alarm_at for worker in self._workers if worker.is_alive]
        moments = [self._coordinator.next_timer_at(), *attempts]
        return [moment for moment in moments if moment is not None and moment > self._clock.now()]

    async def _leap(self, moment: float) -> None:
        """Move time at once; who should have been woken on the way is woken late, in the right order."""
        self._clock.move_to(moment)
        while self._clock.wake_next(until=moment):
            await self.settle()


def _refuse_in_task(what: str) -> None:
    if running_execution.get() is not None:
        raise CallerError(f"{what}() was called inside a task, and would wait for it to end")
