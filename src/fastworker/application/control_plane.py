"""The control plane: opens the desks that answer clients and workers, keeps time, beats the beacon, and drains.

All decisions are the Coordinator's. The desks turn messages into its use cases, and what it says into messages.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf

import anyio

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import Task

from . import views
from .background import background_tasks
from .client_desk import ClientDesk
from .coordinator import Coordinator
from .desk import DeskSetting
from .messages import Beacon, Inspected, Welcome
from .ports.clock import Clock
from .ports.transport import Publisher, Transport
from .progress_watch import ProgressWatch
from .steering import Steering
from .transport_ends import OpenEnds, TransportEnd
from .wakeup import Wakeup
from .worker_desk import WorkerDesk

FAREWELL_SECONDS = 1.0
"""How long a control plane that stops waits for its clients to read what became of their tasks."""


@dataclass(frozen=True, slots=True)
class ControlPlaneConfig:
    """Where to listen, and the rhythms, in seconds. `local_address` is for the control plane's own worker."""

    epoch: str
    version: str
    client_address: str
    worker_address: str
    discovery_address: str
    local_address: str
    task_modules: tuple[str, ...] = ()
    hold_seconds: float = 5.0
    tick_seconds: float = 1.0
    drain_seconds: float = 30.0
    advertised_worker_address: str | None = None  # what workers are told, where it is not the one listened at


@dataclass(frozen=True, slots=True)
class BoundAddresses:
    """Where a running control plane listens."""

    client: str
    worker: str


class ControlPlane:
    """One life of a control plane."""

    def __init__(
        self, coordinator: Coordinator, *, transport: Transport, clock: Clock, config: ControlPlaneConfig
    ) -> None:
        self.coordinator = coordinator
        self._transport = transport
        self._clock = clock
        self._config = config
        self._started_at = clock.now()
        self._bound = BoundAddresses(config.client_address, config.worker_address)
        self._ends: OpenEnds | None = None
        setting = DeskSetting(config.epoch, config.hold_seconds, clock, self._decided)
        self.worker_desk = WorkerDesk(coordinator, setting)
        self.client_desk = ClientDesk(coordinator, setting, welcome=self._welcome, inspected=self._inspected)
        self._progress = ProgressWatch(coordinator.ledger, stall_seconds=coordinator.limits.stall_seconds)
        self._alarm_at: float | None = None
        self._alarm_changed = Wakeup()
        self._stopping = anyio.Event()
        self._idle = Wakeup()
        self._is_impatient = False
        self._patience: anyio.CancelScope | None = None
        self.abandoned: list[Task] = []  # what still ran when waiting for it ended

    def stop(self) -> None:
        """Begin to drain; `drained` tells when that is done."""
        self._stopping.set()

    def stop_now(self) -> None:
        """Wait no longer for what runs."""
        self._stopping.set()
        self._is_impatient = True
        if self._patience is not None:
            self._patience.cancel()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[BoundAddresses]:
        """Serve until the context is left; gives the addresses that were really taken.

        Raises:
            AddressUnusable: one of the addresses is taken or malformed; nothing was started.
        """
        config = self._config
        async with (
            self._transport.serve([config.client_address], self.client_desk.answer) as clients,
            self._transport.serve([config.worker_address], self.worker_desk.answer) as workers,
            self._transport.serve([config.local_address], self.worker_desk.answer_local) as own_worker,
            self._transport.publish(config.discovery_address) as beacon,
            background_tasks() as group,
        ):
            self._bound = BoundAddresses(clients.addresses[0], workers.addresses[0])
            self._ends = OpenEnds(clients, workers, own_worker, beacon, config.discovery_address)
            group.start_soon(self._tick)
            group.start_soon(self._fire)
            group.start_soon(self._shine, beacon)
            yield self._bound

    @property
    def ends(self) -> list[TransportEnd]:
        """Its ends as they are now; none before `open`."""
        return list(self._ends.each(self.client_desk, self.worker_desk)) if self._ends else []

    def steer[T](self, decide: Callable[[Steering, float], T]) -> T:
        """Have a person's decision made now, and let whoever it concerns know."""
        try:
            return decide(self.coordinator.steering, self._clock.now())
        finally:
            self._decided()

    async def drained(self) -> None:
        """Return after `stop`, when what runs has ended or the drain timeout is over."""
        await self._stopping.wait()
        await self._drain()

    def _welcome(self) -> Welcome:
        config = self._config
        return Welcome(
            epoch=config.epoch,
            version=config.version,
            now=self._clock.now(),
            worker_address=config.advertised_worker_address or self._bound.worker,
            task_modules=list(config.task_modules),
        )

    def _inspected(self) -> Inspected:
        now = self._clock.now()
        return views.inspected(
            self.coordinator.ledger,
            epoch=self._config.epoch,
            version=self._config.version,
            up_seconds=now - self._started_at,
            now=now,
        )

    def _decided(self) -> None:
        """Have the held requests answered for which something has come up, and the loops here look, if need be."""
        ready = self.coordinator.take_ready()
        self.worker_desk.held.wake(ready)
        self.client_desk.held.wake(ready)
        if self.coordinator.next_timer_at() != self._alarm_at:
            self._alarm_changed.set()
        if self.coordinator.ledger.is_draining:
            self._idle.set()

    # ---- rhythms ----

    async def _tick(self) -> None:
        due = self._clock.now()
        while True:
            due += self._config.tick_seconds
            await self._clock.sleep_until(due)
            late = self._clock.now() - due
            if late > self._config.tick_seconds:  # this process stood still, and heard nobody meanwhile
                self.coordinator.forgive(late, now=self._clock.now())
                due += late
            self.worker_desk.held.expire(now=self._clock.now())
            self.client_desk.held.expire(now=self._clock.now())
            self.coordinator.give_up_overtime(now=self._clock.now())
            self.coordinator.tick(now=self._clock.now())
            self._progress.look(now=self._clock.now())
            self._decided()

    async def _fire(self) -> None:
        """Do what the timers of tasks ask for, at their time; sleep while none is set."""
        while True:
            at = self._alarm_at = self.coordinator.next_timer_at()
            with self._clock.scope_until(inf if at is None else at):
                await self._alarm_changed.wait()
            self.coordinator.fire(now=self._clock.now())
            self._decided()

    async def _shine(self, beacon: Publisher) -> None:
        message = Beacon(epoch=self._config.epoch, client_address=self._bound.client, worker_address=self._bound.worker)
        due = self._clock.now()
        while True:
            await beacon.publish(message)
            due = max(due + 1.0, self._clock.now())  # no flood of them after standing still
            await self._clock.sleep_until(due)

    async def _drain(self) -> None:
        """Take and start nothing; wait for what runs, while there is time; then see that waiting clients are told."""
        ledger = self.coordinator.ledger
        self.coordinator.drain()
        with self._clock.scope_until(self._clock.now() + self._config.drain_seconds) as self._patience:
            while ledger.running and not self._is_impatient:
                await self._idle.wait()
        self.abandoned = [task for task in ledger.tasks.values() if task.status is TaskStatus.RUNNING]
        self.coordinator.dismiss_workers(now=self._clock.now())
        self._decided()
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            while any(len(session.outbox) for session in ledger.sessions.values()):
                await self._idle.wait()
