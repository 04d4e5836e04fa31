"""Keeps subworker processes running: starts again what ended unexpectedly, and stops them all.

No process outlives `Supervisor.run`: however that ends, each has ended and has been waited for.
"""

import signal
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import anyio

from fastworker.application.background import background_tasks
from fastworker.application.log import log
from fastworker.application.ports.clock import Clock
from fastworker.domain.errors import FastWorkerError

GRACE_SECONDS = 4.0
"""What a process gets beyond its drain timeout, and again after it was told to end at once. It needs up to 3 s then:
a worker waits 2 s for its threads, see adapters/executors, and 1 s for what they leave, see process.py."""


class Child(ABC):
    """A process that the supervisor started."""

    @property
    @abstractmethod
    def pid(self) -> int:
        """Its process id."""

    @abstractmethod
    async def wait(self) -> int:
        """Return its exit code when it has ended; minus the number of the signal that ended it."""

    @abstractmethod
    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended gets none."""


type Launch = Callable[[str], Awaitable[Child]]
"""Starts the process of a worker id. Raises OSError if the system does not let it."""


class SubworkersFailed(FastWorkerError):
    """No subworker process comes up."""

    code = "subworkers_failed"


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a process is started again, and when to give up.

    The wait doubles from `first_seconds` to `longest_seconds`, and begins anew when a process lived `steady_seconds`.
    When each process failed `early_failures` times in a row before it had lived `early_seconds`, none will ever come
    up: the supervisor gives up. None: it never does.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 30.0
    steady_seconds: float = 60.0
    early_seconds: float = 5.0
    early_failures: int | None = 3


class Stage(IntEnum):
    """How far the supervisor has gone in stopping its processes."""

    RUNNING = 0
    FINISHING = 1  # what runs may end
    ENDING = 2  # at once
    KILLING = 3


class _Place:
    """A worker id, and the process that has it now."""

    def __init__(self, worker_id: str) -> None:
        self.worker_id = worker_id
        self.child: Child | None = None
        self.exit_code: int | None = None  # of the last process; None: it could not be started
        self.early_failures = 0
        self._wait_seconds = 0.0

    def wait_after(self, lived: float, policy: RestartPolicy) -> float:
        """Note that a process failed after so many seconds; return how long to wait before the next."""
        is_early = lived < policy.early_seconds
        self.early_failures = self.early_failures + 1 if is_early else 0
        doubled = 0.0 if lived >= policy.steady_seconds else 2 * self._wait_seconds
        self._wait_seconds = min(max(doubled, policy.first_seconds), policy.longest_seconds)
        return self._wait_seconds

    def tell(self, stage: Stage, *, told: Stage) -> None:
        """Tell the process what is asked of it now, if it is there."""
        for number in _signals(stage, told):
            if self.child is not None:
                self.child.send_signal(number)


def _signals(stage: Stage, told: Stage) -> Sequence[signal.Signals]:
    """Return the signals that make a subworker go on from what it was told before."""
    match stage:
        case Stage.RUNNING:
            return ()
        case Stage.KILLING:
            return (signal.SIGKILL,)
        case Stage.ENDING if told is Stage.RUNNING:
            return signal.SIGINT, signal.SIGTERM  # two different ones: of two equal ones the system may drop one
        case _:
            return (signal.SIGTERM,)


class Supervisor:
    """Runs one process per worker id until each was drained (it ended with exit code 0) or all are stopped."""

    def __init__(
        self,
        worker_ids: Sequence[str],
        *,
        launch: Launch,
        clock: Clock,
        drain_seconds: float,
        policy: RestartPolicy | None = None,
    ) -> None:
        self._places = [_Place(worker_id) for worker_id in worker_ids]
        self._launch = launch
        self._clock = clock
        self._drain_seconds = drain_seconds
        self._policy = policy or RestartPolicy()
        self._stage = Stage.RUNNING
        self._stopping = anyio.Event()
        self._ending = anyio.Event()
        self._failure: SubworkersFailed | None = None

    def stop(self) -> None:
        """Start nothing more, and tell every process to finish what it runs. One that takes too long is killed."""
        self._go_on_to(Stage.FINISHING)

    def stop_now(self) -> None:
        """Tell every process to end at once. One that takes too long is killed."""
        self._go_on_to(Stage.ENDING)

    def kill(self) -> None:
        """End every process without asking."""
        self._go_on_to(Stage.KILLING)

    async def run(self) -> None:
        """Return when every process has ended and none is to be started again.

        Raises:
            SubworkersFailed: no process comes up.
        """
        async with background_tasks() as impatience, anyio.create_task_group() as group:
            impatience.start_soon(self._insist)
            for place in list(self._places):
                group.start_soon(self._keep, place)
        if self._failure is not None:
            raise self._failure

    def _go_on_to(self, stage: Stage) -> None:
        told, self._stage = self._stage, max(stage, self._stage)
        if told is self._stage:
            return
        self._stopping.set()
        if stage is not Stage.FINISHING:
            self._ending.set()
        for place in self._places:
            place.tell(stage, told=told)

    async def _insist(self) -> None:
        """See that stopping comes to an end."""
        await self._stopping.wait()
        with self._clock.scope_until(self._clock.now() + self._drain_seconds + GRACE_SECONDS):
            await self._ending.wait()
        self.stop_now()
        await self._clock.sleep_until(self._clock.now() + GRACE_SECONDS)
        self.kill()

    async def _keep(self, place: _Place) -> None:
        """Keep a process running under a worker id."""
        while self._stage is Stage.RUNNING:
            started_at = self._clock.now()
            end = await self._run_once(place)
            if place.exit_code == 0 or self._stage is not Stage.RUNNING:
                log.info("subworker_ended", **end)
                break
            wait = place.wait_after(self._clock.now() - started_at, self._policy)
            log.error("subworker_ended", **end, restart_in_seconds=wait)
            self._give_up_if_all_fail()
            with self._clock.scope_until(self._clock.now() + wait):
                await self._stopping.wait()
        self._places.remove(place)

    async def _run_once(self, place: _Place) -> dict[str, object]:
        """Run one process to its end; return what there is to say about that."""
        place.exit_code = None
        try:
            with anyio.CancelScope(shield=True):  # between its start and `place` nobody would know of it
                place.child = child = await self._launch(place.worker_id)
        except OSError as error:
            return {"worker_id": place.worker_id, "pid": None, "how": f"cannot be started: {error}"}
        log.info("subworker_started", worker_id=place.worker_id, pid=child.pid)
        place.tell(self._stage, told=Stage.RUNNING)
        try:
            place.exit_code = await child.wait()
        finally:
            await self._bury(place, child)
        return {"worker_id": place.worker_id, "pid": child.pid, "how": _how(place.exit_code)}

    async def _bury(self, place: _Place, child: Child) -> None:
        place.child = None
        if place.exit_code is None:  # this is a cancellation
            child.send_signal(signal.SIGKILL)
            with anyio.CancelScope(shield=True):
                await child.wait()

    def _give_up_if_all_fail(self) -> None:
        """Give up when no process is there and none comes up; one that is there may be the one that does."""
        most = self._policy.early_failures
        if most is None or any(place.child is not None or place.early_failures < most for place in self._places):
            return
        ends = " or ".join(sorted({_how(place.exit_code) for place in self._places}))
        self._failure = SubworkersFailed(
            f"no subworker process comes up: each ended {most} times in a row within {self._policy.early_seconds:g} s "
            f"of its start, at last with {ends}; what they said is above"
        )
        self.stop()


def _how(exit_code: int | None) -> str:
    """Say how a process ended."""
    if exit_code is None:
        return "no start"
    return f"exit code {exit_code}" if exit_code >= 0 else signal.Signals(-exit_code).name
