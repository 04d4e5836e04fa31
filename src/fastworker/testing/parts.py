"""The parts of a system in one process, put together by the container of the real processes."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import fastworker
from fastworker.adapters.json_codec import JsonFrameCodec, JsonPayloadCodec
from fastworker.adapters.memory import InlineExecutor, ManualClock, ManualProcessMeter, WorkerThreadExecutor
from fastworker.adapters.telemetry import find_tracing
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.client_life import ClientConfig
from fastworker.application.control_plane import ControlPlane, ControlPlaneConfig
from fastworker.application.limits import Limits
from fastworker.application.ports.clock import Clock
from fastworker.application.ports.codec import FrameCodec
from fastworker.application.ports.transport import Transport
from fastworker.application.several_sinks import SeveralSinks
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger
from fastworker.domain.worker_registry import LocalExecution
from fastworker.entrypoints.container import Container
from fastworker.entrypoints.measuring import own_sink

from .activity import Activity
from .clients import LocalClient
from .faults import Faults
from .local_worker import LocalWorker
from .pace import Pace
from .submissions import Submissions
from .waiting import Waiting

CLIENTS = "inproc://clients"
WORKERS = "inproc://workers"
BEACON = "inproc://beacon"
LOCAL = "inproc://control-plane"

type NewTransport = Callable[[FrameCodec, Clock], Transport]
"""Makes the network of a system."""

_payload_codec = JsonPayloadCodec()  # one for all systems: it reads each signature once


@dataclass(frozen=True, slots=True)
class Options:
    """What `LocalSystem` was asked for."""

    workers: int
    slots: int
    threads: bool
    patience: float
    transport: NewTransport
    is_bridged: bool  # code on other event loops may submit, too


class Parts:
    """One system, not started; all of it shares a clock, a network and one source of chance."""

    def __init__(self, registry: TaskRegistry, options: Options) -> None:
        self._registry = registry
        self._options = options
        self._numbers = count(1)
        self.clock = ManualClock(wall=float(int(time.time())))  # whole seconds: moments that tests add up are met
        frames = JsonFrameCodec()
        self._transport = options.transport(frames, self.clock)
        self._jitter = random.Random(1)  # the same waits in each run of a test
        self._outside: dict[str, Any] = {
            "clock": self.clock,
            "meter": ManualProcessMeter(),
            "frame_codec": frames,
            "payload_codec": _payload_codec,
            "transport": self._transport,
            "jitter": self._jitter,
        }
        self.activity = Activity()
        self.faults = Faults()
        self.submissions = Submissions(self.activity.submissions, registry, _payload_codec)
        self.workers: list[LocalWorker] = []
        self.control_plane = self._new_control_plane()
        self.pace = self._new_pace()

    def _new_control_plane(self) -> ControlPlane:
        names, declared = self._registry.names, self._registry.declared
        ledger = Ledger(names=names, declared=declared, local_execution=LocalExecution.NEVER)
        container = Container(
            control_plane_config=ControlPlaneConfig(
                epoch=new_uuid7(),
                version=fastworker.__version__,
                client_address=CLIENTS,
                worker_address=WORKERS,
                discovery_address=BEACON,
                local_address=LOCAL,
            ),
            limits=Limits(),
            ledger=ledger,
            event_sink=SeveralSinks(own_sink(ledger, self.clock), self.activity),
            **self._outside,
        )
        return container.control_plane()

    def _new_pace(self) -> Pace:
        coordinator = self.control_plane.coordinator
        waiting = Waiting(
            coordinator.ledger,
            self.workers,
            self.submissions,
            clock=self.clock,
            silence_seconds=coordinator.limits.worker_silence_seconds,
        )
        return Pace(
            self.clock,
            coordinator,
            self.workers,
            activity=self.activity,
            waiting=waiting,
            patience=self._options.patience,
        )

    def new_worker(self) -> LocalWorker:
        """Return one more worker."""
        config = SubworkerConfig(
            worker_id=f"worker-{next(self._numbers)}",
            version=fastworker.__version__,
            slots=self._options.slots,
            control_plane_address=CLIENTS,
            discovery_address=BEACON,
        )
        new_executor = WorkerThreadExecutor if self._options.threads else InlineExecutor
        worker = LocalWorker(
            config, self._registry, new_executor=new_executor, faults=self.faults, outside=self._outside
        )
        self.workers.append(worker)
        return worker

    def new_client(self) -> LocalClient:
        """Return one more client."""
        return LocalClient(
            ClientConfig(CLIENTS),
            transport=self._transport,
            clock=self.clock,
            codec=_payload_codec,
            new_id=new_uuid7,
            jitter=self._jitter,
            find_tracing=find_tracing,
            pace=self.pace,
        )
