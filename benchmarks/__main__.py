"""`python -m benchmarks`: measure this project and the limits of this machine, or all contestants side by side."""

import argparse
import multiprocessing
import shlex
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from . import coordinator, machine, servers
from .contestant import Contestant
from .contestants import all_contestants
from .environments import InstallationFailed, python_of
from .processes import adopt_orphans
from .record import Entrant, Measured, Record
from .report import write_page
from .rounds import Round, play
from .terminal import console, show
from .workloads import WORKLOADS

RESULTS = Path(__file__).parent / "results"
OURS_AND_LIMITS = ["ours", "limit"]
EVERYBODY = ["all"]
ALL_WORKLOADS = ["*"]


def main() -> None:
    """Measure, print tables, write JSON."""
    options = _options()
    adopt_orphans()
    record = measure(options.contestants, _workloads(options.workloads), options.runs)
    show(record)
    if path := options.json or _kept(options):
        record.write(path)
    if options.docs:
        write_page(record)


def measure(patterns: list[str], workloads: list[str], runs: int) -> Record:
    """Run rounds of the contestants, each round all of them."""
    record = Record(_command(), runs, machine.describe(), {})
    ready = _ready(_chosen(patterns), record)
    rounds: dict[str, list[Round]] = {name: [] for name in ready}
    for number in range(1, runs + 1):
        for name, (kind, python) in ready.items():
            too_slow = set().union(*(one.too_slow for one in rounds[name]))
            rounds[name].append(played := play(kind, python, [each for each in workloads if each not in too_slow]))
            console.print(f"{_clock()} round {number} of {runs}: {name}, {played.seconds:.0f} s", markup=False)
    for name, played_rounds in rounds.items():
        record.contestants[name].take(played_rounds)
    if set(workloads) == set(WORKLOADS):
        record.coordinator = _coordinator(runs)
    return record


def _kept(options: argparse.Namespace) -> Path | None:
    """Return where the results of a whole run are kept; a part of one must not take its place."""
    if options.workloads != ALL_WORKLOADS or options.contestants not in (OURS_AND_LIMITS, EVERYBODY):
        return None
    return RESULTS / ("peers.json" if options.contestants == EVERYBODY else "latest.json")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--contestants", nargs="+", default=OURS_AND_LIMITS, metavar="NAME",
                        help="names or patterns (*), or ours, limit, peer, all (default: ours limit)")  # fmt: skip
    parser.add_argument("--peers", dest="contestants", action="store_const", const=EVERYBODY, help="all contestants")
    parser.add_argument("--workloads", nargs="+", default=ALL_WORKLOADS, metavar="NAME",
                        help=f"names or patterns (*) of {', '.join(WORKLOADS)} (default: all)")  # fmt: skip
    parser.add_argument("--runs", type=int, default=3, help="rounds; the median of them counts (default 3)")
    parser.add_argument("--json", type=Path, help="where to write (default: a whole run to benchmarks/results)")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md, too")
    return parser.parse_args()


def _workloads(patterns: list[str]) -> list[str]:
    chosen = [name for name in WORKLOADS if any(fnmatch(name, pattern) for pattern in patterns)]
    return chosen or sys.exit(f"no workload is named so; there are: {', '.join(WORKLOADS)}")


def _chosen(patterns: list[str]) -> dict[str, type[Contestant]]:
    chosen = {
        name: kind
        for name, kind in all_contestants().items()
        if any(pattern in ("all", kind.role) or fnmatch(name, pattern) for pattern in patterns)
    }
    return chosen or sys.exit(f"no contestant is named so; there are: {'; '.join(all_contestants())}")


def _ready(chosen: dict[str, type[Contestant]], record: Record) -> dict[str, tuple[type[Contestant], Path]]:
    """Return those that can run here, with the interpreters of their environments; the record tells of the others."""
    ready = {}
    for name, kind in chosen.items():
        entrant = record.contestants[name] = Entrant(kind.role, list(kind.servers), kind.settings)
        entrant.skipped = servers.missing(kind.servers)
        try:
            if not entrant.skipped:
                ready[name] = kind, python_of(kind)
        except InstallationFailed as error:
            entrant.skipped = f"its packages cannot be installed: {error}"
        if entrant.skipped:
            console.print(f"skipped: {name}: {entrant.skipped}", markup=False)
    return ready


def _coordinator(runs: int) -> dict[str, Measured]:
    """Measure the queue's own code, each time in a fresh process."""
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            for name, value in pool.submit(coordinator.measure).result().items():
                figures.setdefault(name, []).append(value)
    return {name: Measured.over(values) for name, values in figures.items()}


def _command() -> str:
    return f"python -m benchmarks {shlex.join(sys.argv[1:])}".strip()


def _clock() -> str:
    return time.strftime("%H:%M:%S")


if __name__ == "__main__":
    main()
