"""The demonstration behind `make demo`: real work on real files, by a whole system of real processes.

It starts a control plane and two subworkers, submits the least urgent work first and the most urgent last,
and shows in which order it was done. On a terminal the system then stays up for you to play with; elsewhere
it ends at once. The exit code is 0 when every task succeeded and every process ended well.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from demo_view import invitation, logs_in, new_console, progress_bar, summary_of, table_of
from demo_work import Row, collect, roll_call, submit_everything
from local_system import Addresses, ProcessFailed, local_system

from fastworker import Client, FastWorkerError

SUBWORKERS = ("sw1", "sw2")
STAYS_UP = sys.stdout.isatty() and not os.environ.get("CI")
START_SECONDS = 60.0
"""Long enough for a machine that reads the packages from its disk for the first time."""

console = new_console()


def main() -> int:
    """Run the demonstration and return its exit code."""
    try:
        return asyncio.run(demonstrate())
    except* (ProcessFailed, FastWorkerError) as failures:
        for failure in leaves(failures):
            say(f"The demonstration failed: {failure}")
    except* TimeoutError:
        say(f"The demonstration failed: the system did not start within {START_SECONDS:.0f} s.")
    except* (KeyboardInterrupt, asyncio.CancelledError):
        say("Interrupted; every process has ended.")
    return 1


async def demonstrate() -> int:
    """Start the system, let it work, show what came of it, and end it."""
    end_when_told_to()
    with TemporaryDirectory(prefix="fastworker-demo-", delete=not STAYS_UP) as name:
        folder = Path(name)
        say("Starting a control plane and two subworkers …")
        async with local_system("real_work", subworkers=SUBWORKERS, logs=folder) as addresses:
            rows = await work(addresses, folder)
            console.print(table_of(rows), summary_of(rows), sep="\n")
            if STAYS_UP:
                say(invitation(addresses, folder))
                await ctrl_c()
    say("Every process has ended well.")
    return 0 if all(row.succeeded for row in rows) else 1


async def work(addresses: Addresses, folder: Path) -> list[Row]:
    """Submit everything, show the progress, and return the tasks in the order in which they ended."""
    try:
        async with Client(addresses.client, connect_timeout=START_SECONDS) as client:
            async with asyncio.timeout(START_SECONDS):
                await roll_call(client, SUBWORKERS)
            submitted = await submit_everything(folder / "thumbnails")
            with progress_bar(console) as progress:
                bar = progress.add_task("Working", total=len(submitted))
                return await collect(client, submitted, after_each=lambda: progress.advance(bar))
    except* (FastWorkerError, TimeoutError):
        say(logs_in(folder))
        raise


def end_when_told_to() -> None:
    """Let SIGTERM, and the closing of the terminal, end the processes as well, as Ctrl-C does."""
    this_task = asyncio.current_task()
    assert this_task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, this_task.cancel)


async def ctrl_c() -> None:
    """Wait for Ctrl-C, which is the good end here; a second one interrupts the ending."""
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, pressed.set)
    await pressed.wait()
    loop.remove_signal_handler(signal.SIGINT)


def leaves(failures: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """Yield the errors in a group, however deep the groups are nested."""
    for failure in failures.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from leaves(failure)
        else:
            yield failure


def say(text: str) -> None:
    """Print text as it is: paths and logs are neither broken into lines nor read as markup."""
    console.print(text, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
