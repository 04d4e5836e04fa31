"""The control plane: answers clients and workers out of the Coordinator, beats the beacon, and drains at its end.

All decisions are the Coordinator's. This role reads the clock, holds requests until there is news for them, and
turns domain values into messages.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import structlog

from fastworker.domain.errors import ControlPlaneRestarted, DeadlinePassed, UnknownSession, WireError
from fastworker.domain.task import Task
from fastworker.domain.text import bounded

from . import views
from .background import background_tasks
from .coordinator import Coordinator
from .messages import (
    MESSAGE_CHARACTERS,
    AwaitCompletions,
    Beacon,
    Beat,
    Completions,
    Fetch,
    Fetched,
    Goodbye,
    Hello,
    Inspect,
    Inspected,
    Join,
    Joined,
    Leases,
    Leave,
    Message,
    Noted,
    Poll,
    RefusedEntry,
    Report,
    Reported,
    Submit,
    Submitted,
    Welcome,
)
from .ports.clock import Clock
from .ports.transport import Publisher, Transport
from .wakeup import Wakeup, let_others_first

FAREWELL_SECONDS = 1.0
"""How long a control plane that stops waits for its clients to read what became of their tasks."""

log = structlog.get_logger()


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
        self._held: dict[str, Wakeup] = {}
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
            self._transport.serve([config.client_address], self.answer_client) as clients,
            self._transport.serve([config.worker_address, config.local_address], self.answer_worker) as workers,
            self._transport.publish(config.discovery_address) as beacon,
            background_tasks() as group,
        ):
            self._bound = BoundAddresses(clients.addresses[0], workers.addresses[0])
            group.start_soon(self._tick)
            group.start_soon(self._shine, beacon)
            yield self._bound

    async def drained(self) -> None:
        """Return after `stop`, when what runs has ended or the drain timeout is over."""
        await self._stopping.wait()
        await self._drain()

    # ---- clients ----

    async def answer_client(self, request: Message) -> Message:
        """Return the reply to a message on the client channel."""
        match request:
            case Submit():
                return await self._submit(request)
            case AwaitCompletions():
                return await self._completions(request)
            case Fetch():
                return self._fetch(request)
            case Hello():
                return self._welcome(request)
            case Goodbye():
                self.coordinator.close_session(request.session_id)
                self._wake()
                return Noted()
            case Inspect():
                return self._inspect()
            case _:
                raise WireError(
                    f"a control plane takes no {type(request).__name__} at the address for clients "
                    "(a subworker answers `inspect` at its own --base-address)"
                )

    def _welcome(self, request: Hello) -> Welcome:
        now = self._clock.now()
        if request.session_id:
            self.coordinator.open_session(request.session_id, now=now)
        return Welcome(
            epoch=self._config.epoch,
            version=self._config.version,
            now=now,
            worker_address=self._bound.worker,
            task_modules=list(self._config.task_modules),
        )

    async def _submit(self, request: Submit) -> Submitted:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        submissions = views.submissions(request)
        answers = self.coordinator.submit(request.session_id, submissions, is_repeated=request.is_repeated, now=now)
        self._wake()
        refused = [
            RefusedEntry(index, error.code, bounded(str(error), MESSAGE_CHARACTERS))
            for index, error in enumerate(answers)
            if error is not None
        ]
        names = {entry.name for entry in request.entries}
        await let_others_first()  # the leases leave before the acknowledgement
        return Submitted(refused=refused, waiting_for_worker=self.coordinator.names_without_worker(names))

    async def _completions(self, request: AwaitCompletions) -> Completions:
        self._check_epoch(request.epoch)
        session_id = request.session_id
        self.coordinator.completions(session_id, request.acknowledged, now=self._clock.now())
        self._wake()
        first, tasks = self.coordinator.unread(session_id)
        if not tasks and await self._hold(session_id):
            first, tasks = self.coordinator.unread(session_id)
        return Completions(
            first=first,
            entries=[views.task_state(task) for task in tasks],
            payloads=[views.result_payload(task) for task in tasks],
        )

    def _fetch(self, request: Fetch) -> Fetched:
        self._check_epoch(request.epoch)
        if request.watch and request.session_id not in self.coordinator.ledger.sessions:
            raise UnknownSession("the control plane dropped this session; say hello again")
        found = views.Batch()
        now = self._clock.now()
        for task_id in request.task_ids:
            task = self.coordinator.find(task_id, now=now)
            state, payload = views.found_or_missing(task, task_id, self.coordinator.ledger)
            if not found.add(state, payload):
                break
            if request.watch and task is not None and not task.status.is_final:
                self.coordinator.watch(request.session_id, task_id)
        return Fetched(entries=found.entries, payloads=found.payloads)

    def _inspect(self) -> Inspected:
        now = self._clock.now()
        return views.inspected(
            self.coordinator.ledger,
            epoch=self._config.epoch,
            version=self._config.version,
            up_seconds=now - self._started_at,
            now=now,
        )

    # ---- workers ----

    async def answer_worker(self, request: Message) -> Message:
        """Return the reply to a message on the worker channel."""
        match request:
            case Poll():
                return await self._poll(request)
            case Report():
                return await self._report(request)
            case Beat():
                self._check_epoch(request.epoch)
                self.coordinator.beat(request.worker_id, request.incarnation, now=self._clock.now())
                return Noted()
            case Join():
                return self._join(request)
            case Leave():
                return self._leave(request)
            case _:
                raise WireError(
                    f"{type(request).__name__} is no request on the worker channel; "
                    "clients connect to the control plane's --base-address"
                )

    def _join(self, request: Join) -> Joined:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        self.coordinator.join(views.worker_card(request), now=now)
        self._wake()
        seconds = self.coordinator.limits.worker_silence_seconds
        return Joined(beat_seconds=seconds / 3, lease_seconds=seconds)

    async def _poll(self, request: Poll) -> Leases:
        self._check_epoch(request.epoch)
        now = self._check_deadline(request.deadline)
        worker_id, incarnation = request.worker_id, request.incarnation
        superseded = self._take_outcomes(request, now) if request.entries else []
        self.coordinator.poll(worker_id, incarnation, request.acknowledged, request.occupied, now=now)
        self._wake()
        if not self.coordinator.has_leases(worker_id, incarnation) and not await self._hold(worker_id):
            return Leases(first=request.acknowledged + 1, entries=[], superseded=superseded)
        first, tasks = self.coordinator.leases(worker_id, incarnation)
        return Leases(
            first=first,
            superseded=superseded,
            entries=[views.lease_entry(task) for task in tasks],
            payloads=[task.submission.payload for task in tasks],
        )

    async def _report(self, request: Report) -> Reported:
        self._check_epoch(request.epoch)
        superseded = self._take_outcomes(request, self._clock.now())
        self._wake()
        await let_others_first()  # the completions leave before the acknowledgement
        return Reported(superseded=superseded)

    def _take_outcomes(self, request: Poll | Report, now: float) -> list[str]:
        outcomes = views.outcomes(request)
        return self.coordinator.report(request.worker_id, request.incarnation, outcomes, request.occupied, now=now)

    def _leave(self, request: Leave) -> Noted:
        self._check_epoch(request.epoch)
        self.coordinator.leave(request.worker_id, request.incarnation, request.acknowledged, now=self._clock.now())
        self._wake()
        return Noted()

    # ---- holding ----

    async def _hold(self, key: str) -> bool:
        """Wait for news for a worker or session, at most for the holding time; False if a newer request took over."""
        older = self._held.get(key)
        if older is not None:
            older.set()
        wakeup = self._held[key] = Wakeup()
        try:
            with self._clock.scope_until(self._clock.now() + self._config.hold_seconds):
                await wakeup.wait()
            return self._held.get(key) is wakeup
        finally:
            if self._held.get(key) is wakeup:
                del self._held[key]

    def _wake(self) -> None:
        for key in self.coordinator.take_ready():
            held = self._held.get(key)
            if held is not None:
                held.set()
        if self.coordinator.ledger.is_draining:
            self._idle.set()

    def _check_epoch(self, epoch: str) -> None:
        if epoch != self._config.epoch:
            raise ControlPlaneRestarted(
                f"this control plane is {self._config.epoch}, the request is for {epoch}: say hello again"
            )

    def _check_deadline(self, deadline: float) -> float:
        now = self._clock.now()
        if now > deadline:
            raise DeadlinePassed(f"read {now - deadline:.1f} s after its sender gave up; not carried out")
        return now

    # ---- rhythms ----

    async def _tick(self) -> None:
        due = self._clock.now()
        while True:
            due += self._config.tick_seconds
            await self._clock.sleep_until(due)
            late = self._clock.now() - due
            if late > self._config.tick_seconds:  # this process stood still, and heard nobody meanwhile
                self.coordinator.forgive(late)
                due += late
            self.coordinator.tick(now=self._clock.now())
            self._wake()

    async def _shine(self, beacon: Publisher) -> None:
        message = Beacon(epoch=self._config.epoch, client_address=self._bound.client, worker_address=self._bound.worker)
        due = self._clock.now()
        while True:
            await beacon.publish(message)
            due += 1.0
            await self._clock.sleep_until(due)

    async def _drain(self) -> None:
        """Take and start nothing; wait for what runs, while there is time; then see that waiting clients are told."""
        self.coordinator.drain()
        with self._clock.scope_until(self._clock.now() + self._config.drain_seconds) as self._patience:
            while self.running and not self._is_impatient:
                await self._idle.wait()
        self.abandoned = [task for task in self.coordinator.ledger.tasks.values() if task.lease is not None]
        self.coordinator.dismiss_workers(now=self._clock.now())
        self._wake()
        with self._clock.scope_until(self._clock.now() + FAREWELL_SECONDS):
            while any(len(session.outbox) for session in self.coordinator.ledger.sessions.values()):
                await self._idle.wait()

    @property
    def running(self) -> int:
        """How many tasks run now."""
        ledger = self.coordinator.ledger
        return len(ledger.tasks) - len(ledger.queue)
