"""The control plane process: `fastworker control-plane`, or `python -m fastworker.entrypoints.control_plane`."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

import click
from anyio.abc import TaskGroup

import fastworker
from fastworker.adapters.executors.background import in_own_thread
from fastworker.adapters.uuid7 import new_uuid7
from fastworker.application.control_plane import BoundAddresses, ControlPlane, ControlPlaneConfig
from fastworker.application.coordinator import Limits
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.errors import FastWorkerError
from fastworker.domain.ledger import Ledger
from fastworker.domain.worker_registry import LocalExecution

from .container import Container
from .process import configure_logs, fail, run_process, stop_on_signals
from .settings import ControlPlaneSettings, default_modules

LOCAL_WORKER_ID = "control-plane"


def run(settings: ControlPlaneSettings) -> int:
    """Run a control plane until it is told to stop; return the exit code of the process."""
    configure_logs(level=settings.log_level, log_format=settings.log_format)
    modules = settings.task_modules or default_modules(Path.cwd())
    try:
        registry = load_task_modules(modules)
    except FastWorkerError as error:
        return fail(error)

    async def main(group: TaskGroup) -> None:
        await _serve(settings, modules, registry, group)

    return run_process(main)


async def _serve(
    settings: ControlPlaneSettings, modules: Sequence[str], registry: TaskRegistry, group: TaskGroup
) -> None:
    config = _role_config(settings, modules)
    control_plane = Container(
        control_plane_config=config, limits=_limits(settings), ledger=_ledger(settings, registry)
    ).control_plane()
    group.start_soon(stop_on_signals, [control_plane.stop, control_plane.stop_now, group.cancel_scope.cancel])
    async with control_plane.open() as bound:
        click.echo(_banner(settings, modules, registry, bound))
        try:
            async with _local_worker(settings, config, registry, bound):
                await control_plane.drained()
        finally:
            _say_what_is_lost(control_plane)


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
    )


def _limits(settings: ControlPlaneSettings) -> Limits:
    return Limits(max_queued=settings.max_queued, worker_silence_seconds=settings.lease_seconds)


def _ledger(settings: ControlPlaneSettings, registry: TaskRegistry) -> Ledger:
    return Ledger(
        names=registry.names,
        result_capacity=settings.result_cache_size,
        result_ttl_seconds=settings.result_cache_ttl,
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
            is_local=True,
            drain_seconds=settings.drain_timeout,
        ),
        registry=registry,
    ).subworker()
    return in_own_thread(worker.run)


def _banner(
    settings: ControlPlaneSettings, modules: Sequence[str], registry: TaskRegistry, bound: BoundAddresses
) -> str:
    found = ", ".join(registry.names) or "none (name their modules with --task-modules)"
    where = f" from {', '.join(modules)}" if modules else ""
    local = {
        LocalExecution.AUTO: f"runs tasks that no subworker knows, {settings.concurrency} at once",
        LocalExecution.OVERFLOW: f"runs tasks when subworkers are full, {settings.concurrency} at once",
        LocalExecution.NEVER: "runs no tasks itself",
    }[settings.local_execution]
    return "\n".join(
        [
            f"FastWorker {fastworker.__version__} control plane",
            f"  clients     {bound.client}",
            f"  subworkers  {bound.worker}   beacon {settings.discovery_address}",
            f"  tasks       {found}{where}",
            f"  here        {local}",
            "  queue       in memory: tasks that wait are lost when this process ends",
        ]
    )


def _say_what_is_lost(control_plane: ControlPlane) -> None:
    ledger = control_plane.coordinator.ledger
    waiting = list(ledger.queue)
    for what, tasks in (("still running", control_plane.abandoned), ("still waiting", waiting)):
        if tasks:
            shown = ", ".join(f"{task.submission.name} {task.task_id}" for task in tasks[:10])
            more = f" and {len(tasks) - 10} more" if len(tasks) > 10 else ""
            click.echo(f"lost, {what}: {len(tasks)} tasks: {shown}{more}", err=True)


if __name__ == "__main__":
    from .cli import control_plane_command

    control_plane_command()
