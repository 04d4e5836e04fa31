"""Run the throughput workload, look into each of its processes with py-spy, and say where their time goes.

Writes one speedscope file per process, to be opened in the viewer of that name; prints a summary of each.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.cluster import cluster

from .speedscope import Hot, hottest_functions, hottest_lines, seconds_in

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks/results/profile"
SLOTS = 1_000
WARM_UP_SECONDS = 2.0
WRITE_SECONDS = 30.0
"""How long after its time a profiler may take to write its file."""

SAMPLES_PER_SECOND = 200
MOST_ROWS = 15


class NoProfile(Exception):
    """A process could not be profiled; the text is for the user."""


def main() -> int:
    """Profile all processes at once."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="how long to look (default 20)")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder for the profiles")
    options = parser.parse_args()
    try:
        files = _profiled(_profiler(), options.seconds, options.into)
    except NoProfile as error:
        print(f"profile: {error}", file=sys.stderr)
        return 1
    for role, path in files.items():
        _show(role, json.loads(path.read_text()), options.seconds)
    print("Written, for the viewer at speedscope.app or its offline copy:", *files.values(), sep="\n  ")
    return 0


def _profiler() -> str:
    beside = Path(sys.executable).with_name("py-spy")  # the environment need not be an activated one
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise NoProfile("py-spy is not installed here: pip install 'py-spy>=0.4' (it is in the extra `dev`)")
    return found


def _profiled(profiler: str, seconds: int, folder: Path) -> dict[str, Path]:
    """Run the workload with a profiler at each process; return the file of each."""
    folder.mkdir(parents=True, exist_ok=True)
    with cluster(workers=1, concurrency=SLOTS) as running:
        client = subprocess.Popen([sys.executable, "-m", "benchmarks.profile.load", running.address], cwd=ROOT)
        try:
            time.sleep(WARM_UP_SECONDS)
            pids = dict(zip(("control-plane", "worker", "client"), [*running.pids, client.pid], strict=True))
            return _recorded(profiler, pids, seconds, folder)
        finally:
            client.kill()
            client.wait()


def _recorded(profiler: str, pids: dict[str, int], seconds: int, folder: Path) -> dict[str, Path]:
    files = {role: folder / f"{role}.speedscope.json" for role in pids}
    recorders = {role: _recorder(profiler, pid, seconds, files[role]) for role, pid in pids.items()}
    try:
        for role, recorder in recorders.items():
            _wait_for(role, recorder, seconds + WRITE_SECONDS)
    finally:
        for recorder in recorders.values():
            recorder.kill()
            recorder.wait()
    return files


def _recorder(profiler: str, pid: int, seconds: int, file: Path) -> subprocess.Popen[str]:
    what = [f"--pid={pid}", f"--duration={seconds}", f"--rate={SAMPLES_PER_SECOND}"]
    command = [profiler, "record", *what, "--format=speedscope", f"--output={file}"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _wait_for(role: str, recorder: subprocess.Popen[str], seconds: float) -> None:
    try:
        _, errors = recorder.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise NoProfile(f"py-spy is still busy with the {role} after {seconds:.0f} s") from error
    if recorder.returncode:
        last = errors.strip().splitlines()[-1:] or [f"exit status {recorder.returncode}"]
        raise NoProfile(f"py-spy and the {role}: {last[0]} (without root, it may need the right to trace: ptrace)")


def _show(role: str, profile: dict[str, Any], seconds: int) -> None:
    busy = seconds_in(profile) / seconds
    console = Console()
    console.print(f"\n[bold]{role}[/bold]: Python ran for {100 * busy:.0f} % of the time")
    console.print(_table("lines, by their own time", hottest_lines(profile, MOST_ROWS)))
    console.print(_table("functions, with what they call", hottest_functions(profile, MOST_ROWS)))


def _table(title: str, rows: list[Hot]) -> Table:
    table = Table("part", title, show_edge=False)
    for row in rows:
        table.add_row(f"{100 * row.part:5.1f} %", escape(row.place))
    return table


if __name__ == "__main__":
    sys.exit(main())
