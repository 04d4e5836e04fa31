"""What the demonstration shows: progress, the table of results, and how to talk to the running system."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from demo_work import Row
from local_system import EXAMPLES, Addresses
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

COLOURS = {"critical": "bold red", "high": "yellow", "normal": "green", "low": "blue"}


def new_console() -> Console:
    """Return a console as wide as the terminal, or wide enough for the table where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def progress_bar(console: Console) -> Progress:
    """Return a bar with a count and a clock; where there is no terminal, only its last state is printed."""
    columns = (TextColumn("{task.description}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def table_of(rows: Iterable[Row]) -> Table:
    """Return the tasks in the order in which they ended."""
    table = Table(title="In the order of ending (# is the order of submission)", box=SIMPLE_HEAD)
    table.add_column("#", justify="right", no_wrap=True)
    for heading in ("task", "priority", "worker"):
        table.add_column(heading, no_wrap=True)
    for heading in ("wait", "run"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("result")  # the one column that gives way on a narrow terminal: the others are no_wrap
    for row in rows:
        table.add_row(*cells_of(row))
    return table


def cells_of(row: Row) -> list[Text | str]:
    """Return a line of the table; names and messages are shown as they are, never read as markup."""
    return [
        str(row.number),
        Text(row.label),
        Text(row.priority, COLOURS[row.priority]),
        Text(row.worker),
        f"{row.wait_seconds * 1000:.0f} ms",
        f"{row.run_seconds * 1000:.0f} ms",
        Text(row.result, "" if row.succeeded else "red", no_wrap=True, overflow="ellipsis"),
    ]


def summary_of(rows: list[Row]) -> str:
    """Return how many tasks ended well, and who ran them."""
    succeeded = sum(row.succeeded for row in rows)
    counts = sorted(Counter(row.worker for row in rows).items())
    shares = ", ".join(f"{count} on {worker}" for worker, count in counts)
    return f"{succeeded} of {len(rows)} tasks succeeded: {shares}."


def invitation(addresses: Addresses, folder: Path) -> str:
    """Return how to talk to the system while it stays up."""
    command = Path(sys.executable).with_name("fastworker")
    return f"""
The system stays up. Its thumbnails, and the log of each process, are in {folder}
In another terminal:

  export FASTWORKER_ADDRESS={addresses.client}
  {command} workers
  {command} submit count_words --args '{{"text": "files/texts/slow_bread.txt"}}'

More workers join from the folder {EXAMPLES}:

  {command} subworker --worker-id sw3 --control-plane-address {addresses.client} --task-modules real_work

Ctrl-C ends it."""


def logs_in(folder: Path) -> str:
    """Return what each process had to say, for whoever looks for the reason of a failure."""
    logs = sorted(folder.glob("*.log"))
    return "\n".join(f"{log.stem} printed:\n{log.read_text(errors='replace')}" for log in logs)
