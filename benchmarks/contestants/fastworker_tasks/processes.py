"""`def` tasks in child processes; these find a task by the module that defines its function."""

from benchmarks import work
from fastworker import task


@task(isolation="process")
def noop() -> None:
    """Do nothing."""
    work.noop()


@task(isolation="process")
def nap(seconds: float) -> None:
    """Hold a process for some seconds."""
    work.nap(seconds)


@task(isolation="process")
def burn(rounds: int) -> int:
    """Hold the processor."""
    return work.burn(rounds)


@task(isolation="process")
def echo(text: str) -> str:
    """Return what came."""
    return work.echo(text)


@task(isolation="process")
def stamp() -> float:
    """Return when it ran."""
    return work.stamp()


@task(isolation="process")
def gate(path: str) -> float:
    """Wait until a file exists; return when that was seen."""
    return work.gate(path)
