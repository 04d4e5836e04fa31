"""`fastworker` and its commands that talk to a control plane."""

import json
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, override

import click

import fastworker
from fastworker.application.sync_client import SyncTaskClient
from fastworker.application.task_result import task_error
from fastworker.domain.errors import FastWorkerError
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.entrypoints.client import DEFAULT_ADDRESS, SyncClient, ask_worker
from fastworker.entrypoints.process import EXIT_FAILED

from .arguments import parse_arguments
from .servers import control_plane_command, subworker_command
from .tables import show_running, show_tasks, show_workers

NEGATIVE_NUMBER = re.compile(r"-\.?\d")
EXIT_INTERRUPTED = 130
EXIT_PENDING = 3
"""`result`: the task has no result yet."""

address_option = click.option(
    "--address",
    envvar="FASTWORKER_ADDRESS",
    default=DEFAULT_ADDRESS,
    show_default=True,
    help="The control plane's base address.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(fastworker.__version__, prog_name="fastworker")
def main() -> None:
    """A task queue with nothing to install beside it."""


main.add_command(control_plane_command)
main.add_command(control_plane_command, "start")
main.add_command(subworker_command)


@main.group("worker")
def worker_group() -> None:
    """Start subworkers."""


worker_group.add_command(subworker_command, "start")


def talks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a connected client, and one clear line and exit code 1 for what goes wrong."""

    @address_option
    @wraps(command)
    def wrapped(address: str, **arguments: Any) -> None:
        try:
            with SyncClient(address) as client:
                command(client, **arguments)
        except FastWorkerError as error:
            click.echo(f"fastworker: {error}", err=True)
            sys.exit(EXIT_FAILED)

    return wrapped


class SubmitCommand(click.Command):
    """A command whose words may be negative numbers, which click takes for options."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {word}" if NEGATIVE_NUMBER.match(word) else word for word in args])


@main.command(cls=SubmitCommand)
@click.argument("name")
@click.option("--args", "first", help="A JSON object (arguments by name), a JSON array (by position), or words.")
@click.argument("words", nargs=-1)
@click.option("--priority", type=click.Choice(list(TaskPriority), case_sensitive=False), default=None)
@click.option("--no-wait", is_flag=True, help="Print the id and return; do not wait for the result.")
@talks
def submit(
    client: SyncTaskClient,
    name: str,
    first: str | None,
    words: tuple[str, ...],
    priority: str | None,
    no_wait: bool,
) -> None:
    """Submit the task NAME, wait for it, and print its result as JSON. Exit code 1 when it did not succeed.

    Several words after --args are arguments by position: --args 5 3
    """
    args, kwargs = parse_arguments(first, words)
    handle = client.delay(name, *args, priority=priority, **kwargs)
    if no_wait:
        click.echo(str(handle))
        return
    click.echo(f"{name} {handle}: accepted, waiting for its result (Ctrl-C: stop waiting)", err=True)
    try:
        click.echo(_json(handle.get()))
    except KeyboardInterrupt:
        click.echo(f"stopped waiting; the task goes on: fastworker result {handle}", err=True)
        sys.exit(EXIT_INTERRUPTED)


@main.command()
@click.argument("task_id", metavar="ID")
@talks
def result(client: SyncTaskClient, task_id: str) -> None:
    """Print the result of a task as JSON. Exit code 1 when it did not succeed, 3 when it has not ended yet."""
    found = client.get_task_result(task_id)
    if found is None:
        click.echo(f"{client.status(task_id)}: no result yet", err=True)
        sys.exit(EXIT_PENDING)
    if found.status is not TaskStatus.SUCCESS:
        raise task_error(found)
    click.echo(_json(found.result))


@main.command()
@click.argument("task_id", metavar="ID")
@talks
def status(client: SyncTaskClient, task_id: str) -> None:
    """Print where a task is now: queued, running, success, ..."""
    click.echo(client.status(task_id).value)


@main.command()
@talks
def tasks(client: SyncTaskClient) -> None:
    """List the tasks that the control plane knows, and who runs them."""
    show_tasks(client.inspect())


@main.command()
@talks
def workers(client: SyncTaskClient) -> None:
    """List the workers that are connected."""
    show_workers(client.inspect())


@main.command()
@click.argument("address")
def inspect(address: str) -> None:
    """Show what the subworker at ADDRESS (its --base-address) runs now, with Python stacks."""
    try:
        show_running(ask_worker(address))
    except FastWorkerError as error:
        click.echo(f"fastworker: {error}", err=True)
        sys.exit(EXIT_FAILED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
