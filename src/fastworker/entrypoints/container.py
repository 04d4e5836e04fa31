"""How the server processes are put together. Tests replace any part by a constructor keyword."""

import random
import secrets

from fastworker.entrypoints.lean_import import leaving_out

with leaving_out("fast_depends", "fastapi", "starlette", "werkzeug", "yaml"):
    from dependency_injector import containers, providers

from fastworker.adapters import telemetry
from fastworker.adapters.executors import ChildSurroundings, LoopExecutor, ProcessExecutor, ThreadExecutor
from fastworker.adapters.executors.background import in_own_thread
from fastworker.adapters.json_codec import JsonFrameCodec, JsonPayloadCodec
from fastworker.adapters.log_sink import LogSink
from fastworker.adapters.system_clock import SystemClock
from fastworker.adapters.system_process_meter import SystemProcessMeter
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.attempts import Attempts
from fastworker.application.control_plane import ControlPlane, ControlPlaneConfig
from fastworker.application.coordinator import Coordinator
from fastworker.application.heartbeat import Background
from fastworker.application.identifiers import NewId
from fastworker.application.limits import Limits
from fastworker.application.ports.clock import Clock
from fastworker.application.ports.codec import FrameCodec, PayloadCodec
from fastworker.application.ports.event_sink import EventSink
from fastworker.application.ports.process_meter import ProcessMeter
from fastworker.application.ports.task_executor import TaskExecutor
from fastworker.application.ports.tracing import FindTracing
from fastworker.application.ports.transport import Transport
from fastworker.application.subworker import Subworker, SubworkerConfig
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.ledger import Ledger

_tokens = random.Random(secrets.randbits(256))


def new_token() -> int:
    """Return a lease token: it tells leases apart, also those of another life (asking the system each time is dear)."""
    return _tokens.getrandbits(63)


def nng_transport(codec: FrameCodec) -> Transport:
    """Return the transport of real processes, imported when it is asked for: a system in memory needs no sockets."""
    from fastworker.adapters.nng import NngTransport

    return NngTransport(codec)


class Container(containers.DeclarativeContainer):
    """Parts of a control plane and of a subworker; a process asks for the one that it is."""

    # what a process brings
    control_plane_config = providers.Dependency(instance_of=ControlPlaneConfig)
    limits = providers.Dependency(instance_of=Limits)
    ledger = providers.Dependency(instance_of=Ledger)
    subworker_config = providers.Dependency(instance_of=SubworkerConfig)
    registry: providers.Provider[TaskRegistry | None] = providers.Object(None)
    child_surroundings: providers.Provider[ChildSurroundings | None] = providers.Object(None)

    # the outside world
    clock: providers.Provider[Clock] = providers.Singleton(SystemClock)
    meter: providers.Provider[ProcessMeter] = providers.Singleton(SystemProcessMeter)
    frame_codec: providers.Provider[FrameCodec] = providers.Singleton(JsonFrameCodec)
    payload_codec: providers.Provider[PayloadCodec] = providers.Singleton(JsonPayloadCodec)
    transport: providers.Provider[Transport] = providers.Singleton(nng_transport, frame_codec)
    event_sink: providers.Provider[EventSink] = providers.Singleton(LogSink)
    new_id: providers.Provider[NewId] = providers.Object(new_uuid7)
    jitter: providers.Provider[random.Random] = providers.Singleton(random.Random)
    background: providers.Provider[Background] = providers.Object(in_own_thread)
    find_tracing: providers.Provider[FindTracing] = providers.Object(telemetry.find_tracing)

    # the control plane
    coordinator: providers.Provider[Coordinator] = providers.Singleton(
        Coordinator, ledger, limits=limits, new_token=providers.Object(new_token), jitter=jitter, sink=event_sink
    )
    control_plane: providers.Provider[ControlPlane] = providers.Singleton(
        ControlPlane, coordinator, transport=transport, clock=clock, config=control_plane_config
    )

    # a subworker
    async_executor: providers.Provider[TaskExecutor] = providers.Singleton(LoopExecutor)
    sync_executor: providers.Provider[TaskExecutor] = providers.Singleton(
        ThreadExecutor, threads=subworker_config.provided.slots
    )
    process_executor: providers.Provider[TaskExecutor] = providers.Singleton(
        ProcessExecutor,
        processes=subworker_config.provided.slots,
        codec=payload_codec,
        max_tasks=subworker_config.provided.process_max_tasks,
        max_bytes=subworker_config.provided.process_max_bytes,
        surroundings=child_surroundings,
    )
    attempts: providers.Provider[Attempts] = providers.Singleton(
        Attempts,
        codec=payload_codec,
        clock=clock,
        async_executor=async_executor,
        sync_executor=sync_executor,
        process_executor=process_executor,
        grace_seconds=subworker_config.provided.grace_seconds,
        find_tracing=find_tracing,
        show_locals=subworker_config.provided.show_locals,
    )
    subworker: providers.Provider[Subworker] = providers.Singleton(
        Subworker,
        subworker_config,
        attempts,
        registry=registry,
        load_modules=providers.Object(load_task_modules),
        transport=transport,
        clock=clock,
        meter=meter,
        background=background,
        new_id=new_id,
        jitter=jitter,
    )
