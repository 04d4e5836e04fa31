"""What the comparison and the profile run."""

from fastworker import task


@task
async def noop() -> None:
    """Do nothing, in the worker's event loop."""


@task
def noop_thread() -> None:
    """Do nothing, in one of the worker's threads."""
