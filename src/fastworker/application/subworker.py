"""A subworker: finds a control plane, joins it, runs what is leased to it, and joins again when it must."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio

from fastworker.domain.errors import (
    ConnectionLost,
    ControlPlaneError,
    FastWorkerError,
    InvalidSetting,
    InvalidTaskModule,
    WireError,
    WorkerReplaced,
)

from .attempts import Attempts
from .background import background_tasks
from .code_digests import code_digests
from .heartbeat import Background, Heartbeat
from .identifiers import NewId
from .log import log
from .loop_lag import LoopLag
from .messages import (
    Beacon,
    Beat,
    Declared,
    Hello,
    InspectWorker,
    Join,
    Joined,
    Message,
    Welcome,
    WorkerInspected,
)
from .ports.clock import Clock
from .ports.process_meter import ProcessMeter
from .ports.transport import Transport
from .registration import Membership, Registration
from .task_registry import TaskRegistry
from .vital_signs import VitalSigns

HELLO_SECONDS = 2.0
LOUD_SECONDS = 30.0
"""While no control plane is found, say so once per so many seconds."""

LOOKS_PER_BEAT = 5
"""How often the event loop of the tasks is timed: once a second, as a rule."""


@dataclass(frozen=True, slots=True)
class SubworkerConfig:
    """Who the worker is and where the control plane is; without an address it listens for the beacon."""

    worker_id: str
    version: str
    slots: int
    control_plane_address: str | None
    discovery_address: str
    worker_address: str | None = None  # overrides what the control plane says
    base_address: str | None = None  # where this worker answers `inspect`
    is_local: bool = False
    drain_seconds: float = 30.0
    grace_seconds: float = 2.0  # what an attempt gets to end after it was told to
    process_max_tasks: int = 1_000  # of one child process
    process_max_bytes: int = 1 << 30
    show_locals: bool = False  # of the frames of failures
    labels: Mapping[str, str] = field(default_factory=dict)


class Subworker:
    """One worker process's role. `registry` None means: the task modules that the control plane names."""

    def __init__(
        self,
        config: SubworkerConfig,
        attempts: Attempts,
        *,
        registry: TaskRegistry | None,
        load_modules: Callable[[Sequence[str]], TaskRegistry],
        transport: Transport,
        clock: Clock,
        meter: ProcessMeter,
        background: Background,
        new_id: NewId,
        jitter: random.Random,
    ) -> None:
        self._config = config
        self._attempts = attempts
        self._registry = registry
        self._digests = code_digests(registry or ())
        self._load_modules = load_modules
        self._transport = transport
        self._clock = clock
        self._lag = LoopLag(clock)
        self._signs = VitalSigns(meter, clock, self._lag)
        self._background = background
        self._incarnation = new_id()
        self._jitter = jitter
        self._is_stopping = False
        self._has_finished = False
        self._work_scope: anyio.CancelScope | None = None
        self._registration: Registration | None = None
        self._loud_at = clock.now()

    def stop(self) -> None:
        """Take no more leases; `run` returns when what runs has ended and is reported, or the drain timeout is over."""
        self._is_stopping = True
        if self._work_scope is not None:
            self._work_scope.cancel()
        if self._registration is not None:
            self._registration.stop()

    async def run(self) -> None:
        """Work until `stop`.

        Raises:
            WorkerReplaced: another process joined under the same worker id.
            InvalidTaskModule: the modules that the control plane named cannot be loaded here.
            AddressUnusable: the base address is taken or malformed.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._attempts.open())
            if self._config.base_address is not None:
                async with self._transport.serve([self._config.base_address], self.answer_inspection):
                    pass  # an address that cannot be used fails here, not in the background
                await stack.enter_async_context(self._background(self._answer_inspections))
            while not self._is_stopping:
                await self._join_and_work()
            await self._let_end()

    async def _let_end(self) -> None:
        """Let what still runs end, when there was no control plane to report it to."""
        if self._has_finished:
            return
        with self._clock.scope_until(self._clock.now() + self._config.drain_seconds):
            while len(self._attempts):
                await self._attempts.wait_for_ended()
                self._attempts.take_ended()

    async def _answer_inspections(self) -> None:
        """Answer beside the tasks: a task that blocks their event loop is what people want to see."""
        async with self._transport.serve([self._config.base_address or ""], self.answer_inspection):
            await anyio.sleep_forever()

    def answer_inspection(self, request: Message) -> WorkerInspected:
        """Return what runs now, with stacks."""
        if not isinstance(request, InspectWorker):
            raise WireError(f"{type(request).__name__} is no request to a worker")
        running = [self._attempts.described(execution) for execution in self._attempts]
        return WorkerInspected(worker_id=self._config.worker_id, slots=self._slots, running=running)

    @property
    def _slots(self) -> int:
        """How many tasks it runs at once: what somebody has set, for the life of this process, else its setting."""
        return self._attempts.slots or self._config.slots

    async def _join_and_work(self) -> None:
        with anyio.CancelScope() as self._work_scope:
            try:
                membership, registry, address = await self._find_and_join()
            except (WireError, ControlPlaneError) as error:
                await self._wait_for_control_plane(error)
                return
        if self._work_scope.cancelled_caught:
            return
        beat = Beat(epoch=membership.epoch, worker_id=membership.worker_id, incarnation=membership.incarnation)
        heartbeat = Heartbeat(self._transport, self._clock, address, beat, membership.joined.beat_seconds, self._signs)
        async with (
            self._transport.connect(address) as requester,
            self._background(heartbeat.run),
            background_tasks() as beside,
        ):
            beside.start_soon(self._lag.watch, membership.joined.beat_seconds / LOOKS_PER_BEAT)
            registration = self._registration = Registration(
                membership,
                requester,
                attempts=self._attempts,
                registry=registry,
                clock=self._clock,
                jitter=self._jitter,
                drain_seconds=self._config.drain_seconds,
            )
            await self._work(registration, membership.epoch)

    async def _work(self, registration: Registration, epoch: str) -> None:
        """Work until the registration is over, or this worker has left: it was stopped, or somebody wants that."""
        worker_id = self._config.worker_id
        while True:
            with anyio.CancelScope() as self._work_scope:
                while not self._is_stopping:
                    over = await registration.work()
                    if over is None:
                        log.info("drained", worker_id=worker_id, effect="finishing what runs, then leaving")
                        break
                    if not isinstance(over, WireError) or await self._find_epoch() != epoch:
                        self._leave_behind(over)
                        return
                    await self._clock.sleep_until(self._clock.now() + self._jitter.uniform(0.05, 0.2))
            self._has_finished = True
            if self._is_stopping:  # perhaps since before there was this registration
                registration.stop()
            if not await registration.finish():
                self._is_stopping = True
                return
            self._has_finished = False
            log.info("resumed", worker_id=worker_id, effect="taking tasks again")

    async def _find_epoch(self) -> str:
        """Return the epoch of the control plane that is there, as soon as one is.

        A worker that heard nothing for a while does not judge its own lease: in the same epoch it asks on, and is
        told if it must join again.
        """
        while True:
            try:
                address = self._config.control_plane_address or await self._listen_for_beacon()
                welcome, _ = await self._hello(address)
            except (WireError, ControlPlaneError) as error:
                await self._wait_for_control_plane(error)
            else:
                return welcome.epoch

    def _leave_behind(self, over: FastWorkerError) -> None:
        """End a registration that is over: what runs goes on, without a lease."""
        self._attempts.disown()
        if isinstance(over, WorkerReplaced):
            raise over
        log.warning("registration_over", worker_id=self._config.worker_id, reason=str(over), effect="joining again")

    async def _find_and_join(self) -> tuple[Membership, TaskRegistry, str]:
        """Join the control plane; return the membership, what this worker can run, and the worker address."""
        address = self._config.control_plane_address or await self._listen_for_beacon()
        welcome, offset = await self._hello(address)
        registry = self._registry = self._registry or self._load(welcome, address)
        worker_address = self._config.worker_address or reachable(welcome.worker_address, seen_from=address)
        joined = await self._join(worker_address, welcome.epoch, offset, registry)
        log.info("joined", worker_id=self._config.worker_id, at=address, slots=self._slots, tasks=len(registry))
        self._loud_at = self._clock.now()
        membership = Membership(welcome.epoch, self._config.worker_id, self._incarnation, offset, joined)
        return membership, registry, worker_address

    async def _listen_for_beacon(self) -> str:
        async with self._transport.subscribe(self._config.discovery_address) as beacon:
            with self._clock.scope_until(self._clock.now() + HELLO_SECONDS):
                while True:
                    message = await beacon.receive()
                    if isinstance(message, Beacon):
                        return reachable(message.client_address, seen_from=self._config.discovery_address)
        raise ConnectionLost(f"no beacon was heard on {self._config.discovery_address}")

    async def _hello(self, address: str) -> tuple[Welcome, float]:
        async with self._transport.connect(address) as requester:
            reply = await requester.request(Hello(version=self._config.version), timeout=HELLO_SECONDS)
            if not isinstance(reply, Welcome):
                raise WireError(f"a hello was answered with {type(reply).__name__}")
            return reply, reply.now - self._clock.now()

    async def _join(self, address: str, epoch: str, offset: float, registry: TaskRegistry) -> Joined:
        """Join; where the slots that somebody has set are too many, with those that the process began with."""
        try:
            return await self._ask_to_join(address, epoch, offset, registry)
        except InvalidSetting as error:
            if self._slots == self._config.slots:
                raise
            log.warning("slots_refused", slots=self._slots, error=str(error), effect="joining with its own setting")
            self._attempts.resize(self._config.slots)
            return await self._ask_to_join(address, epoch, offset, registry)

    async def _ask_to_join(self, address: str, epoch: str, offset: float, registry: TaskRegistry) -> Joined:
        config = self._config
        message = Join(
            epoch=epoch,
            deadline=self._clock.now() + offset + HELLO_SECONDS,
            worker_id=config.worker_id,
            incarnation=self._incarnation,
            slots=self._slots,
            names=registry.names,
            declared=[Declared(name, terms) for name, terms in registry.declared.items()],
            is_local=config.is_local,
            address=config.base_address or "",
            version=config.version,
            labels=dict(config.labels),
            digests=self._digests,
        )
        async with self._transport.connect(address) as requester:
            reply = await requester.request(message, timeout=HELLO_SECONDS)
        if not isinstance(reply, Joined):
            raise WireError(f"a join was answered with {type(reply).__name__}")
        return reply

    def _load(self, welcome: Welcome, address: str) -> TaskRegistry:
        """Load the modules that the control plane names: only on the same machine, where they are the same files."""
        if not is_loopback(address):
            raise InvalidTaskModule(
                f"the control plane at {address} is on another machine: name this worker's modules with --task-modules"
            )
        if not welcome.task_modules:
            raise InvalidTaskModule("neither this worker nor the control plane names a task module (--task-modules)")
        registry = self._load_modules(welcome.task_modules)
        self._digests = code_digests(registry)
        return registry

    async def _wait_for_control_plane(self, error: FastWorkerError) -> None:
        now = self._clock.now()
        if now >= self._loud_at:
            self._loud_at = now + LOUD_SECONDS
            where = self._config.control_plane_address or f"beacon {self._config.discovery_address}"
            log.warning("control_plane_not_found", at=where, error=str(error), effect="trying again")
        await self._clock.sleep_until(now + self._jitter.uniform(0.1, 0.5))


def is_loopback(address: str) -> bool:
    """True when an address can only be of this machine."""
    parts = urlsplit(address)
    if parts.scheme in ("ipc", "inproc") or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:  # a name: whatever it means today
        return False


def reachable(address: str, *, seen_from: str) -> str:
    """Return an advertised address with a wildcard host replaced by the host that the advertiser was reached at."""
    parts, known = urlsplit(address), urlsplit(seen_from)
    if parts.hostname not in ("0.0.0.0", "::") or known.hostname is None:
        return address
    return f"{parts.scheme}://{known.netloc.rpartition(':')[0]}:{parts.port}"
