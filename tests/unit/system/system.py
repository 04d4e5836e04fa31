"""Client, control plane and workers in one event loop, over one in-memory network and one clock that a test moves."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import anyio
from anyio.abc import TaskGroup

from fastworker.adapters.json_codec import JsonFrameCodec, JsonPayloadCodec
from fastworker.adapters.memory import (
    InlineExecutor,
    InMemoryTransport,
    ManualClock,
    ManualProcessMeter,
    RecordingSink,
)
from fastworker.application.attempts import Attempts
from fastworker.application.client import ClientConfig, TaskClient
from fastworker.application.control_plane import ControlPlane, ControlPlaneConfig
from fastworker.application.coordinator import Coordinator
from fastworker.application.limits import Limits
from fastworker.application.messages import Message
from fastworker.application.ports.event_sink import EventSink
from fastworker.application.ports.tracing import Tracing
from fastworker.application.ports.transport import Transport
from fastworker.application.several_sinks import SeveralSinks
from fastworker.application.subworker import Subworker, SubworkerConfig
from fastworker.application.task_function import TaskFunction, task
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger

from .wire import Wire

CLIENTS = "tcp://127.0.0.1:5555"
WORKERS = "tcp://127.0.0.1:5556"
BEACON = "tcp://127.0.0.1:5550"
LOCAL = "inproc://control-plane"

REAL_SECONDS = 30.0
"""A test that hangs fails after so many seconds of real time."""

type AnyTask = TaskFunction[..., Any, Any]


@asynccontextmanager
async def a_system() -> AsyncIterator["System"]:
    """An empty network and a clock that stands still; leaving ends everything that was started."""
    try:
        with anyio.fail_after(REAL_SECONDS):
            async with anyio.create_task_group() as group:
                yield System(group)
                group.cancel_scope.cancel()
    except ExceptionGroup as error:
        raise bare(error) from None


class System:
    """Starts the roles, as tasks of one group, and moves their time."""

    def __init__(self, group: TaskGroup) -> None:
        self._group = group
        self._epochs = count(1)
        self._numbers = count(1)
        self.clock = ManualClock()
        self.network = InMemoryTransport(JsonFrameCodec(), self.clock)
        self.tracing: Tracing | None = None  # of everybody, while it is set

    def find_tracing(self) -> Tracing | None:
        """Return how everybody is traced now."""
        return self.tracing

    async def advance(self, seconds: float) -> None:
        """Let virtual time pass, and everybody react."""
        await self.clock.advance(seconds)

    async def settle(self) -> None:
        """Let everybody do what can be done without time passing."""
        await self.clock.settle()

    def new_id(self) -> str:
        """Return an id that carries virtual time, as a UUIDv7 carries real time."""
        digits = f"{int(self.clock.wall() * 1000):012x}7{next(self._numbers):019x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def call[R](self, function: Callable[..., Awaitable[R]], *args: Any, **kwargs: Any) -> "Call[R]":
        """Begin a call beside the test, so that the test can move the time meanwhile."""
        call: Call[R] = Call()
        self._group.start_soon(call.run, function, args, kwargs)
        return call

    async def start_control_plane(
        self,
        *,
        ledger: Ledger | None = None,
        transport: Transport | None = None,
        lease_seconds: float = 15.0,
        limits: Limits | None = None,
        watching: Sequence[EventSink] = (),
        **config: Any,
    ) -> "RunningControlPlane":
        """Start a control plane of a new epoch at the usual addresses."""
        limits = limits or Limits(worker_silence_seconds=lease_seconds)
        running = RunningControlPlane(self, ledger or Ledger(), limits, transport or self.network, config, watching)
        self._group.start_soon(running.run)
        await self.settle()
        return running

    def new_epoch(self) -> str:
        """Return the name of the next life of the control plane."""
        return f"epoch-{next(self._epochs)}"

    async def start_worker(
        self, worker_id: str, *functions: AnyTask, slots: int = 1, loadable: Iterable[AnyTask] = (), **config: Any
    ) -> "RunningWorker":
        """Start a subworker; without functions it finds `loadable` in the modules that the control plane names."""
        registry = TaskRegistry(functions) if functions else None
        running = RunningWorker(self, registry, loadable, {"worker_id": worker_id, "slots": slots} | config)
        self._group.start_soon(running.run)
        await self.settle()
        return running

    async def start_local_worker(self, *functions: AnyTask, slots: int = 1) -> "RunningWorker":
        """Start the control plane's own worker."""
        return await self.start_worker("control-plane", *functions, slots=slots, is_local=True, worker_address=LOCAL)

    def client(self, *, wire: Wire | None = None, **config: Any) -> TaskClient:
        """Return a client, to be entered."""
        return TaskClient(
            ClientConfig(**{"address": CLIENTS, **config}),
            transport=wire or self.network,
            clock=self.clock,
            codec=JsonPayloadCodec(),
            new_id=self.new_id,
            jitter=random.Random(1),
            find_tracing=self.find_tracing,
        )

    async def ask(self, address: str, message: Message) -> Message:
        """Send one request as it is, and return its reply."""
        async with self.network.connect(address) as requester:
            return await requester.request(message, timeout=1.0)

    @asynccontextmanager
    async def background(self, run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Run a loop beside its owner, as a heartbeat runs in a thread of its own."""
        loop = Life()
        self._group.start_soon(loop.live, run)
        try:
            yield
        finally:
            loop.scope.cancel()


class Life:
    """A coroutine function that runs until it ends, or is killed: cancelled without a chance to say goodbye."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.ended = anyio.Event()

    async def live(self, run: Callable[[], Awaitable[object]]) -> None:
        """Run to the end."""
        try:
            with self.scope:
                await run()
        finally:
            self.ended.set()

    async def kill(self) -> None:
        """End it at once."""
        self.scope.cancel()
        await self.ended.wait()


class RunningControlPlane(Life):
    """One life of a control plane; what it decided is in `events`."""

    def __init__(
        self,
        system: System,
        ledger: Ledger,
        limits: Limits,
        transport: Transport,
        config: dict[str, Any],
        watching: Sequence[EventSink] = (),
    ) -> None:
        super().__init__()
        self.sink = RecordingSink()
        self.ledger = ledger
        self.limits = limits
        tokens = random.Random(1)
        self.coordinator = Coordinator(
            ledger,
            limits=limits,
            new_token=lambda: tokens.getrandbits(63),
            jitter=random.Random(1),
            sink=SeveralSinks(self.sink, *watching),
        )
        self.config = ControlPlaneConfig(
            **{
                "epoch": system.new_epoch(),
                "version": "1",
                "client_address": CLIENTS,
                "worker_address": WORKERS,
                "discovery_address": BEACON,
                "local_address": LOCAL,
            }
            | config
        )
        self.role = ControlPlane(self.coordinator, transport=transport, clock=system.clock, config=self.config)

    async def run(self) -> None:
        """Serve until stopped and drained."""
        await self.live(self._serve)

    async def _serve(self) -> None:
        async with self.role.open():
            await self.role.drained()

    def happened[E](self, kind: type[E]) -> list[E]:
        """Return the events of one kind, in order."""
        return [event for event in self.sink.events if isinstance(event, kind)]

    @property
    def worker_ids(self) -> list[str]:
        """The live workers, in the order in which they joined."""
        return [worker.card.worker_id for worker in self.ledger.workers]


class RunningWorker(Life):
    """One life of a subworker."""

    def __init__(
        self, system: System, registry: TaskRegistry | None, loadable: Iterable[AnyTask], config: dict[str, Any]
    ) -> None:
        super().__init__()
        self.wire = Wire(system.network)
        self.meter = ManualProcessMeter()
        self.loaded: list[str] = []
        self._loadable = loadable
        self.error: BaseException | None = None
        self.role = Subworker(
            SubworkerConfig(
                **{"version": "1", "control_plane_address": CLIENTS, "discovery_address": BEACON, **config}
            ),
            Attempts(
                codec=JsonPayloadCodec(),
                clock=system.clock,
                async_executor=InlineExecutor(),
                sync_executor=InlineExecutor(),
                process_executor=InlineExecutor(),
                find_tracing=system.find_tracing,
                show_locals=config.get("show_locals", False),
            ),
            registry=registry,
            load_modules=self.load_modules,
            transport=self.wire,
            clock=system.clock,
            meter=self.meter,
            background=system.background,
            new_id=system.new_id,
            jitter=random.Random(1),
        )

    def load_modules(self, modules: Sequence[str]) -> TaskRegistry:
        """Note which modules the control plane named, and pretend to have loaded them."""
        self.loaded.extend(modules)
        return TaskRegistry(self._loadable)

    async def run(self) -> None:
        """Work until stopped or killed; what ends the worker by itself is kept in `error`."""
        await self.live(self._work)

    async def _work(self) -> None:
        try:
            await self.role.run()
        except Exception as error:
            self.error = bare(error)


class Call[R]:
    """A call that runs beside the test."""

    def __init__(self) -> None:
        self.is_done = False
        self._value: R | None = None
        self._error: Exception | None = None

    async def run(self, function: Callable[..., Awaitable[R]], args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        """Make the call and keep what comes of it."""
        try:
            self._value = await function(*args, **kwargs)
        except Exception as error:
            self._error = bare(error)
        self.is_done = True

    def result(self) -> R:
        """Return what the call returned, or raise what it raised."""
        assert self.is_done, "the call has not returned"
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]


class HeldTask:
    """A task function `held(number)` that notes its start and returns `number` when the test releases it."""

    def __init__(self, name: str = "held", **options: Any) -> None:
        self.started: list[int] = []
        self._gates: dict[int, anyio.Event] = {}
        self._all_open = False

        async def held(number: int) -> int:
            self.started.append(number)
            gate = self._gates.setdefault(number, anyio.Event())
            if not self._all_open:
                await gate.wait()
            return number

        self.function: AnyTask = task(name=name, **options)(held)

    def release(self, *numbers: int) -> None:
        """Let the runs of these numbers return, those of all numbers if none is given."""
        self._all_open = self._all_open or not numbers
        for number in numbers or list(self._gates):
            self._gates.setdefault(number, anyio.Event()).set()


def bare(error: Exception) -> Exception:
    """Return the error itself if it comes wrapped, alone, in the groups of task groups."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
