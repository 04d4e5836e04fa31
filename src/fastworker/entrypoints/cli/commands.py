"""`fastworker` and its commands that talk to a control plane."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import islice
from typing import Any, override

import click
from click.core import ParameterSource

import fastworker
from fastworker.application.named_address import DEFAULT_ADDRESS, VARIABLE, NamedAddress
from fastworker.application.sync_client import SyncTaskClient
from fastworker.application.task_options import SubmitOptions, submit_options
from fastworker.application.task_result import task_error
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.errors import FastWorkerError, InvalidOption
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.entrypoints.client import SyncClient, ask_worker
from fastworker.entrypoints.process import EXIT_FAILED
from fastworker.entrypoints.telemetry import Telemetry

from .arguments import parse_arguments
from .servers import control_plane_command, subworker_command
from .tables import show_running, show_tasks, show_workers, step_text

NEGATIVE_NUMBER = re.compile(r"-\.?\d")
MARK = "\0"
"""Before what click is not to take for an option; no argument of a process holds it."""

EXIT_INTERRUPTED = 130
EXIT_PENDING = 3
"""`result`: the task has no result yet."""


def _named(context: click.Context, parameter: click.Parameter, address: str) -> NamedAddress:
    source = context.get_parameter_source("address")
    if source is ParameterSource.COMMANDLINE:
        return NamedAddress.of(address, "from --address")
    return NamedAddress.from_variable(address if source is ParameterSource.ENVIRONMENT else None)


address_option = click.option(
    "--address",
    envvar=VARIABLE,
    default=DEFAULT_ADDRESS,
    callback=_named,
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
        talk(address, lambda client: command(client, **arguments))

    return wrapped


def talk(address: str, act: Callable[[SyncTaskClient], None]) -> None:
    """Act on a connected client; what goes wrong becomes one clear line, and the exit code."""
    try:
        with SyncClient(address) as client:
            act(client)
    except FastWorkerError as error:
        click.echo(f"fastworker: {error}", err=True)
        sys.exit(EXIT_FAILED)


class SubmitCommand(click.Command):
    """A command whose words may begin like negative numbers, which click takes for options."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(self._marked(iter(args))))

    def _marked(self, given: Iterator[str]) -> Iterator[str]:
        """Return what was given, with a mark at such words; what an option takes is its value already."""
        takers = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        for word in given:
            yield f"{MARK}{word}" if NEGATIVE_NUMBER.match(word) else word
            if word in takers:
                yield from islice(given, 1)


def _unmarked(
    _context: click.Context, _parameter: click.Parameter, given: str | tuple[str, ...]
) -> str | tuple[str, ...]:
    return given.removeprefix(MARK) if isinstance(given, str) else tuple(word.removeprefix(MARK) for word in given)


@main.command(cls=SubmitCommand)
@click.argument("name", callback=_unmarked)
@click.option("--args", "first", help="A JSON object (arguments by name), a JSON array (by position), or words.")
@click.argument("words", nargs=-1, callback=_unmarked)
@click.option("--priority", type=click.Choice(list(TaskPriority), case_sensitive=False), default=None)
@click.option("--delay", type=float, help="Start so many seconds from now.")
@click.option("--expires", type=float, help="Never start later than so many seconds from now.")
@click.option("--timeout", type=float, help="End an attempt that takes longer than so many seconds.")
@click.option("--retries", type=int, help="Try again so many times when it fails.")
@click.option("--tag", "tags", multiple=True, help="A text to find the task by; may be given up to ten times.")
@click.option("--no-wait", is_flag=True, help="Print the id and return; do not wait for the result.")
@talks
def submit(
    client: SyncTaskClient,
    name: str,
    first: str | None,
    words: tuple[str, ...],
    tags: tuple[str, ...],
    no_wait: bool,
    **options: Any,
) -> None:
    """Submit the task NAME, wait for it, and print its result as JSON. Exit code 1 when it did not succeed.

    Several words after --args are arguments by position: --args 5 3
    """
    args, kwargs = parse_arguments(first, words)
    try:
        asked = submit_options(tags=tags or None, **options)
    except InvalidOption as error:
        raise click.UsageError(str(error)) from error
    with Telemetry("fastworker-cli"):
        _submit(client, name, args, kwargs, asked, no_wait=no_wait)


def _submit(
    client: SyncTaskClient,
    name: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    options: SubmitOptions,
    *,
    no_wait: bool,
) -> None:
    handle = client.submit(name, args, kwargs, options)
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
@click.argument("task_id", metavar="ID")
@talks
def follow(client: SyncTaskClient, task_id: str) -> None:
    """Print the steps of a task as they come, until it ends: changes of status, progress, log lines."""
    for event in client.events(task_id):
        click.echo(f"{event.at.astimezone():%H:%M:%S}  {step_text(event)}")


@main.command()
@click.argument("task_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for the end of tasks that run.")
@talks
def cancel(client: SyncTaskClient, task_ids: tuple[str, ...], wait: float) -> None:
    """Cancel tasks, and say what became of each. Exit code 1 when one of them could not be cancelled."""
    answers = client.cancel(task_ids)
    told = [_cancelled(client, task_id, answer, wait) for task_id, answer in answers.items()]
    sys.exit(0 if all(told) else EXIT_FAILED)


def _cancelled(client: SyncTaskClient, task_id: str, answer: Cancellation, wait: float) -> bool:
    """Say what became of one task; True when it is cancelled."""
    match answer:
        case Cancellation.CANCELLED:
            click.echo(f"{task_id}: cancelled")
        case Cancellation.STOPPING:
            return _stopped(client, task_id, wait)
        case Cancellation.FINISHED:
            click.echo(f"{task_id}: had ended before, as {client.status(task_id)}", err=True)
        case Cancellation.FORGOTTEN:
            click.echo(f"{task_id}: has ended, its result is not kept any more", err=True)
        case Cancellation.UNKNOWN:
            click.echo(f"{task_id}: this control plane has never seen it", err=True)
    return answer is Cancellation.CANCELLED


def _stopped(client: SyncTaskClient, task_id: str, wait: float) -> bool:
    try:
        found = client.wait_for_end(task_id, timeout=wait)
    except TimeoutError:
        click.echo(f"{task_id}: its worker was told to stop it, and it still runs after {wait:g} s", err=True)
        return False
    is_cancelled = found.status is TaskStatus.CANCELLED
    how = found.error.message if found.error else found.status.value
    click.echo(f"{task_id}: {how if is_cancelled else f'ended first, as {found.status}'}", err=not is_cancelled)
    return is_cancelled


@main.command()
@click.argument("task_id", metavar="ID")
@talks
def retry(client: SyncTaskClient, task_id: str) -> None:
    """Run a finished task again, as a new task, and print its id."""
    click.echo(str(client.retry(task_id)))


@main.group(invoke_without_command=True)
@click.pass_context
@address_option
def workers(context: click.Context, address: str) -> None:
    """List the workers that are connected, or act on one."""
    context.obj = address
    if context.invoked_subcommand is None:
        talk(address, lambda client: show_workers(client.inspect()))


@workers.command()
@click.argument("worker_id", metavar="ID")
@click.pass_obj
def drain(address: str, worker_id: str) -> None:
    """Have a worker take no more, finish what it runs within its --drain-timeout, and leave."""
    talk(address, lambda client: client.drain_worker(worker_id))
    click.echo(f"{worker_id}: takes no more, finishes what it runs within its --drain-timeout, then leaves")


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
