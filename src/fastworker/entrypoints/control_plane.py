"""The control plane process: `fastworker control-plane`, or `python -m fastworker.entrypoints.control_plane`."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import click
from anyio.abc import TaskGroup

import fastworker
import fastworker.entrypoints.plain_structlog  # first: see there
from fastworker.adapters.dashboard.tokens import Token
from fastworker.adapters.executors.background import in_own_thread
from fastworker.adapters.loop_watchdog import watching
from fastworker.adapters.system_clock import SystemClock
from fastworker.adapters.telemetry.asked import Asked
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.control_plane import BoundAddresses, ControlPlane, ControlPlaneConfig
from fastworker.application.limits import Limits
from fastworker.application.subworker import SubworkerConfig, reachable
from fastworker.application.task_logs import install_task_logs
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.application.worker_desk import LOCAL_WORKER_ID
from fastworker.domain.errors import AddressUnusable, FastWorkerError, InvalidSetting, InvalidTaskModule
from fastworker.domain.ledger import Ledger
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.worker_registry import LocalExecution

from .child_process import shortened, supervisor_of, worker_ids
from .child_surroundings import surroundings_of_children
from .container import Container
from .dashboard import Opening, dashboard, open_dashboard, tokens_of
from .logs import configure_logs, say
from .measuring import measuring, own_sink
from .process import EXIT_USAGE, fail, hold_much, run_process, stop_on_signals
from .settings import ControlPlaneSettings, SubworkerSettings, default_modules
from .supervisor import RestartPolicy
from .telemetry import Telemetry

if TYPE_CHECKING:
    from fastworker.application.observatory.task_spans import TaskSpans

SERVICE = "fastworker-control-plane"


def run(settings: ControlPlaneSettings) -> int:
    """Run a control plane until it is told to stop; return the exit code of the process."""
    configure_logs(level=settings.log_level, log_format=settings.log_format)
    hold_much()
    modules = settings.task_modules or default_modules(Path.cwd())
    try:
        registry = load_task_modules(modules)
        install_task_logs()  # again: the user's modules may have configured logging
        _refuse_idle_subworkers(settings, registry)
        tokens = tokens_of(settings)
        telemetry = Telemetry(SERVICE)
    except InvalidSetting as error:
        fail(error)
        return EXIT_USAGE
    except FastWorkerError as error:
        return fail(error)
    serve = partial(_serve, settings, modules, registry, tokens, telemetry.asked)
    return run_process(serve, at_end=telemetry.end)


async def _serve(
    settings: ControlPlaneSettings,
    modules: Sequence[str],
    registry: TaskRegistry,
    tokens: Sequence[Token],
    asked: Asked,
    group: TaskGroup,
) -> None:
    config, clock = _role_config(settings, modules), SystemClock()
    opening = None if settings.no_dashboard else open_dashboard(settings, tokens, clock)
    has_dashboard, ledger = isinstance(opening, Opening), _ledger(settings, registry)
    shown = {"task_spans": _kept_spans(settings)} if has_dashboard else {}
    container = _container(
        has_dashboard or bool(asked.metrics),
        clock=clock,
        control_plane_config=config,
        limits=_limits(settings, max_spans=settings.spans_kept if has_dashboard else 0),
        ledger=ledger,
        event_sink=own_sink(ledger, clock, shown.get("task_spans")),
        registry=registry,
        **shown,
    )
    control_plane = container.control_plane()
    group.start_soon(stop_on_signals, [control_plane.stop, control_plane.stop_now, group.cancel_scope.cancel])
    async with control_plane.open() as bound:
        click.echo(_banner(settings, modules, registry, bound, opening))
        try:
            async with (
                watching(role="control plane", blocked_seconds=settings.blocked_seconds),
                measuring(container, is_asked=bool(asked.metrics), has_dashboard=has_dashboard),
                _local_worker(settings, config, registry, bound),
                _subworkers(_subworker_settings(settings, modules, bound), control_plane),
                _dashboard(settings, container, opening, bound),
            ):
                await control_plane.drained()
        finally:
            _say_what_is_lost(control_plane)


def _kept_spans(settings: ControlPlaneSettings) -> "TaskSpans":
    from fastworker.application.observatory.task_spans import TaskSpans

    return TaskSpans(of_each=settings.spans_kept)


def _container(is_watched: bool, /, **parts: Any) -> Any:
    """Return the parts of a control plane; what nobody can look at is not watched, which costs something."""
    if not is_watched:
        return Container(**parts)
    from .watched_container import watched_container

    return watched_container(**parts)


def _role_config(settings: ControlPlaneSettings, modules: Sequence[str]) -> ControlPlaneConfig:
    epoch = new_uuid7()
    return ControlPlaneConfig(
        epoch=epoch,
        version=fastworker.__version__,
        client_address=settings.base_address,
        worker_address=settings.worker_address,
        discovery_address=settings.discovery_address,
        local_address=f"inproc://fastworker-{epoch}",
        task_modules=tuple(modules),
        drain_seconds=settings.drain_timeout,
        advertised_worker_address=settings.advertised_worker_address,
    )


def _limits(settings: ControlPlaneSettings, *, max_spans: int) -> Limits:
    return Limits(
        max_queued=settings.max_queued,
        max_queued_bytes=settings.max_queued_bytes,
        max_payload_bytes=settings.max_payload_bytes,
        max_result_bytes=settings.max_result_bytes,
        max_unfinished=settings.max_unfinished,
        max_clients=settings.max_clients,
        max_workers=settings.max_workers,
        max_slots=settings.max_slots,
        max_losses=settings.max_losses,
        worker_silence_seconds=settings.lease_seconds,
        stall_seconds=settings.stall_seconds,
        max_spans=max_spans,
    )


def _ledger(settings: ControlPlaneSettings, registry: TaskRegistry) -> Ledger:
    return Ledger(
        names=registry.names,
        declared=registry.declared,
        attempts_kept=settings.attempts_kept,
        lines_kept=settings.log_lines_kept,
        result_capacity=settings.result_cache_size,
        result_ttl_seconds=settings.result_cache_ttl,
        result_bytes=settings.result_cache_bytes,
        local_execution=settings.local_execution,
    )


def _local_worker(
    settings: ControlPlaneSettings, config: ControlPlaneConfig, registry: TaskRegistry, bound: BoundAddresses
) -> AbstractAsyncContextManager[None]:
    """Run the control plane's own worker in a thread: a task that blocks its loop does not block the control plane."""
    if settings.local_execution is LocalExecution.NEVER or not len(registry):
        return nullcontext()
    worker = Container(
        subworker_config=SubworkerConfig(
            worker_id=LOCAL_WORKER_ID,
            version=fastworker.__version__,
            slots=settings.concurrency,
            control_plane_address=bound.client,
            discovery_address=settings.discovery_address,
            worker_address=config.local_address,
            base_address=None if settings.no_dashboard else f"{config.local_address}-stacks",  # only it can ask there
            is_local=True,
            drain_seconds=settings.drain_timeout,
            grace_seconds=settings.stop_grace,
            process_max_tasks=settings.process_max_tasks,
            process_max_bytes=settings.process_max_bytes,
            show_locals=settings.show_locals,
        ),
        registry=registry,
        child_surroundings=surroundings_of_children(
            log_level=settings.log_level,
            log_format=settings.log_format,
            worker_id=LOCAL_WORKER_ID,
            show_locals=settings.show_locals,
        ),
    ).subworker()

    async def work() -> None:
        async with watching(role="the control plane's own worker", blocked_seconds=settings.blocked_seconds):
            await worker.run()

    return in_own_thread(work)


def _refuse_idle_subworkers(settings: ControlPlaneSettings, registry: TaskRegistry) -> None:
    if settings.subworkers and not len(registry):
        raise InvalidTaskModule("--subworkers needs task functions: name their modules with --task-modules")


def _subworker_settings(
    settings: ControlPlaneSettings, modules: Sequence[str], bound: BoundAddresses
) -> SubworkerSettings | None:
    if not settings.subworkers:
        return None
    here = "tcp://[::1]:0" if "[::]" in bound.client else "tcp://127.0.0.1:0"
    address = reachable(bound.client, seen_from=here)
    return settings.of_subworkers(task_modules=list(modules), control_plane_address=address)


@asynccontextmanager
async def _subworkers(settings: SubworkerSettings | None, control_plane: ControlPlane) -> AsyncIterator[None]:
    """Keep the subworker processes running until the control plane has drained; then stop them.

    They do not end the control plane if they do not come up: it has a queue to keep.
    """
    if settings is None:
        yield
        return
    supervisor = supervisor_of(settings, drain_seconds=0, policy=RestartPolicy(early_failures=None))
    async with anyio.create_task_group() as group:
        group.start_soon(supervisor.run)
        yield
        if control_plane.abandoned:  # they had the drain timeout, and run what is lost
            supervisor.stop_now()
        else:
            supervisor.stop()


def _dashboard(
    settings: ControlPlaneSettings, container: Any, opening: Opening | AddressUnusable | None, bound: BoundAddresses
) -> AbstractAsyncContextManager[None]:
    return dashboard(settings, container, opening, bound) if isinstance(opening, Opening) else nullcontext()


def _banner(
    settings: ControlPlaneSettings,
    modules: Sequence[str],
    registry: TaskRegistry,
    bound: BoundAddresses,
    opening: Opening | AddressUnusable | None,
) -> str:
    found = ", ".join(registry.names) or "none (name their modules with --task-modules)"
    where = f" from {', '.join(modules)}" if modules else ""
    local = {
        LocalExecution.AUTO: f"runs tasks that no subworker knows, {settings.concurrency} at once",
        LocalExecution.OVERFLOW: f"runs tasks when subworkers are full, {settings.concurrency} at once",
        LocalExecution.NEVER: "runs no tasks itself",
    }[settings.local_execution]
    lines = [
        f"FastWorker {fastworker.__version__} control plane",
        f"  clients     {bound.client}",
        f"  subworkers  {bound.worker}   beacon {settings.discovery_address}",
        f"  tasks       {found}{where}",
        f"  here        {local}",
        f"  dashboard   {_where(opening)}",
    ]
    if settings.subworkers:
        names = shortened(worker_ids(settings.of_subworkers()))
        lines.append(f"  started     {names}: each runs {settings.concurrency} at once")
    return "\n".join([*lines, "  queue       in memory: tasks that wait are lost when this process ends"])


def _where(opening: Opening | AddressUnusable | None) -> str:
    match opening:
        case None:
            return "none (--no-dashboard)"
        case AddressUnusable():
            return f"none: {opening} (choose another --dashboard-port, or --no-dashboard)"
        case _:
            return f"{opening.new_login_url()}{'   (opens once, within an hour)' if opening.tokens else ''}"


def _say_what_is_lost(control_plane: ControlPlane) -> None:
    ledger = control_plane.coordinator.ledger
    scheduled = [task for task in ledger.tasks.values() if task.status is TaskStatus.SCHEDULED]
    waiting = [*ledger.queue, *scheduled]
    for what, tasks in (("still running", control_plane.abandoned), ("still waiting", waiting)):
        if tasks:
            shown = ", ".join(f"{task.submission.name} {task.task_id}" for task in tasks[:10])
            more = f" and {len(tasks) - 10} more" if len(tasks) > 10 else ""
            say(f"lost, {what}: {len(tasks)} tasks: {shown}{more}")


if __name__ == "__main__":
    from .cli import control_plane_command

    control_plane_command()
