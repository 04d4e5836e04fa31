"""The order of the runs, and each run in a process of its own that sees one tree's sources."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .ratios import Reading
from .trees import Tree

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 120.0


class NotMeasured(Exception):
    """A measurement failed; the text says of which tree and why."""


def turns[T](a: T, b: T, pairs: int) -> Iterator[tuple[T, T]]:
    """Yield each pair in the order of its runs, A B, B A, A B, …: a machine that tires favours neither."""
    for number in range(pairs):
        yield (a, b) if number % 2 == 0 else (b, a)


def readings_of(tree: Tree, name: str) -> list[Reading]:
    """Run one measurement of the present benchmark code against a tree's sources.

    Raises:
        NotMeasured: it ended with an error, or took too long.
    """
    command = [sys.executable, "-m", "benchmarks.comparison.measurements", str(tree.src), name]
    environment = os.environ | {"PYTHONPATH": f"{tree.src}{os.pathsep}{ROOT}"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that all it has started can be killed as one group
    )
    try:
        output, errors = process.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotMeasured(f"{name} of {tree.name}: not done after {LONGEST_SECONDS:.0f} s") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        reason = errors.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        raise NotMeasured(f"{name} of {tree.name}: {reason[0]}")
    last = output.strip().splitlines()[-1]  # what it logs comes before
    return [Reading(**reading) for reading in json.loads(last)]
