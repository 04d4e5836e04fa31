"""A subworker process: `fastworker subworker`, or `python -m fastworker.entrypoints.subworker`."""

from pathlib import Path

import click
from anyio.abc import TaskGroup

import fastworker
from fastworker.application.subworker import SubworkerConfig
from fastworker.application.task_registry import TaskRegistry, load_task_modules
from fastworker.domain.errors import FastWorkerError, InvalidTaskModule

from .container import Container
from .process import configure_logs, fail, run_process, stop_on_signals
from .settings import SubworkerSettings, default_modules


def run(settings: SubworkerSettings) -> int:
    """Run a subworker until it is told to stop; return the exit code of the process."""
    configure_logs(level=settings.log_level, log_format=settings.log_format)
    try:
        registry = _registry(settings)
    except FastWorkerError as error:
        return fail(error)

    async def main(group: TaskGroup) -> None:
        worker = Container(subworker_config=_role_config(settings), registry=registry).subworker()
        group.start_soon(stop_on_signals, [worker.stop, group.cancel_scope.cancel])
        click.echo(_banner(settings, registry))
        await worker.run()

    return run_process(main)


def _registry(settings: SubworkerSettings) -> TaskRegistry | None:
    """Load this worker's own modules; None leaves the choice to the control plane."""
    modules = settings.task_modules or default_modules(Path.cwd())
    if not modules:
        return None
    registry = load_task_modules(modules)
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
    )


def _banner(settings: SubworkerSettings, registry: TaskRegistry | None) -> str:
    source = settings.control_plane_address or f"the one heard on {settings.discovery_address}"
    tasks = ", ".join(registry.names) if registry else "as the control plane names them"
    lines = [
        f"FastWorker {fastworker.__version__} subworker {settings.worker_id}",
        f"  control plane  {source}",
        f"  tasks          {tasks}, {settings.concurrency} at once",
    ]
    if settings.subworker_base_address:
        lines.append(f"  inspect        {settings.subworker_base_address}")
    return "\n".join(lines)


if __name__ == "__main__":
    from .cli import subworker_command

    subworker_command()
