"""A subworker process: `fastworker subworker`, or `python -m fastworker.entrypoints.subworker`."""

from pathlib import Path

import click
from anyio.abc import TaskGroup

import fastworker
import fastworker.entrypoints.plain_structlog  # first: see there
from fastworker.adapters.executors import ChildSurroundings
from fastworker.adapters.loop_watchdog import watching
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_logs import install_task_logs
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.errors import FastWorkerError, InvalidSetting, InvalidTaskModule
from fastworker.domain.labels import split_label

from .child_process import shortened, supervisor_of, worker_ids
from .child_surroundings import WORKER_SERVICE, surroundings_of_children
from .container import Container
from .die_with_parent import end_with_parent
from .logs import configure_logs
from .process import EXIT_USAGE, fail, run_process, stop_on_signals
from .settings import SubworkerSettings, default_modules
from .telemetry import Telemetry

NAMED_ELSEWHERE = "as the control plane names them"


def run(settings: SubworkerSettings) -> int:
    """Run a subworker, or several processes of it, until told to stop; return the exit code of this process."""
    configure_logs(level=settings.log_level, log_format=settings.log_format)
    return run_processes(settings) if settings.processes > 1 else run_worker(settings)


def run_processes(settings: SubworkerSettings) -> int:
    """Keep several subworker processes running; this one loads no task."""

    async def main(group: TaskGroup) -> None:
        supervisor = supervisor_of(settings, drain_seconds=settings.drain_timeout)
        group.start_soon(stop_on_signals, [supervisor.stop, supervisor.stop_now, supervisor.kill])
        who = f"subworkers {shortened(worker_ids(settings))}"
        modules = settings.task_modules or default_modules(Path.cwd())
        click.echo(_banner(settings, who, f"those of {', '.join(modules)}" if modules else NAMED_ELSEWHERE))
        await supervisor.run()

    return run_process(main, at_end=lambda: None)


def run_worker(settings: SubworkerSettings) -> int:
    """Be one subworker."""
    is_supervised = end_with_parent()
    try:
        registry = _registry(settings)
        telemetry = Telemetry(WORKER_SERVICE, instance=settings.worker_id)
    except InvalidSetting as error:
        fail(error)
        return EXIT_USAGE
    except FastWorkerError as error:
        return fail(error)

    async def main(group: TaskGroup) -> None:
        worker = Container(
            subworker_config=_role_config(settings), registry=registry, child_surroundings=_surroundings(settings)
        ).subworker()
        group.start_soon(stop_on_signals, [worker.stop, group.cancel_scope.cancel])
        who = f"subworker {settings.worker_id}"
        if is_supervised:  # one line is enough beside the supervisor's
            click.echo(f"{who}: {len(registry) if registry else 'no'} tasks loaded")
        else:
            click.echo(_banner(settings, who, ", ".join(registry.names) if registry else NAMED_ELSEWHERE))
        async with watching(role=who, blocked_seconds=settings.blocked_seconds):
            await worker.run()

    return run_process(main, at_end=telemetry.end)


def _surroundings(settings: SubworkerSettings) -> ChildSurroundings:
    return surroundings_of_children(
        log_level=settings.log_level,
        log_format=settings.log_format,
        worker_id=settings.worker_id,
        show_locals=settings.show_locals,
    )


def _registry(settings: SubworkerSettings) -> TaskRegistry | None:
    """Load this worker's own modules; None leaves the choice to the control plane."""
    modules = settings.task_modules or default_modules(Path.cwd())
    if not modules:
        return None
    registry = load_task_modules(modules)
    install_task_logs()  # again: the user's modules may have configured logging
    if not len(registry):
        raise InvalidTaskModule(
            f"no task functions in {', '.join(modules)}: decorate functions with @task from fastworker"
        )
    return registry


def _role_config(settings: SubworkerSettings) -> SubworkerConfig:
    return SubworkerConfig(
        worker_id=settings.worker_id,
        version=fastworker.__version__,
        slots=settings.concurrency,
        control_plane_address=settings.control_plane_address,
        discovery_address=settings.discovery_address,
        base_address=settings.subworker_base_address,
        drain_seconds=settings.drain_timeout,
        grace_seconds=settings.stop_grace,
        process_max_tasks=settings.process_max_tasks,
        process_max_bytes=settings.process_max_bytes,
        labels=dict(map(split_label, settings.label)),
        show_locals=settings.show_locals,
    )


def _banner(settings: SubworkerSettings, who: str, tasks: str) -> str:
    source = settings.control_plane_address or f"the one heard on {settings.discovery_address}"
    each = " in each" if settings.processes > 1 else ""
    lines = [
        f"FastWorker {fastworker.__version__} {who}",
        f"  control plane  {source}",
        f"  tasks          {tasks}, {settings.concurrency} at once{each}",
    ]
    if settings.subworker_base_address:
        lines.append(f"  inspect        {settings.subworker_base_address}")
    return "\n".join(lines)


if __name__ == "__main__":
    from .cli import subworker_command

    subworker_command()
