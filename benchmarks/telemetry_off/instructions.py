"""Instructions of the processor, counted by Valgrind: unlike time, they hardly change from run to run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FEW, MANY = 500, 4_500
LONGEST_SECONDS = 900.0


class NotCounted(Exception):
    """There is no figure; the text says why."""


def instructions_per_task(src: Path) -> float:
    """Return what a task takes with the sources in a folder: the start of the program is taken off.

    Raises:
        NotCounted: Valgrind is not installed, or the load failed.
    """
    return (_instructions(src, MANY) - _instructions(src, FEW)) / (MANY - FEW)


def _instructions(src: Path, number: int) -> int:
    if shutil.which("valgrind") is None:
        raise NotCounted("valgrind is not installed here: apt install valgrind")
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    load = [sys.executable, "-m", "benchmarks.telemetry_off.load", str(src), str(number)]
    environment = os.environ | {"PYTHONPATH": f"{src}{os.pathsep}{ROOT}", "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(
            [*tool, *load],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotCounted(f"{' '.join(load)}: not done after {LONGEST_SECONDS:.0f} s") from error
    counted = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or counted is None:
        raise NotCounted(f"{' '.join(load)} ended with {done.returncode}: {done.stderr.strip() or 'no word'}")
    return int(counted[1].replace(",", ""))
