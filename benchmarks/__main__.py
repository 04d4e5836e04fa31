"""`python -m benchmarks [NAME ...] [--runs N] [--json FILE]`: measure, print a table, write JSON."""

import argparse
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

import fastworker

from . import coordinator, footprint, latency, sleeps, throughput
from .figure import Figure

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "throughput": throughput.measure,
    "latency": latency.measure,
    "sleeps": sleeps.measure,
    "footprint": footprint.measure,
    "coordinator": coordinator.measure,
}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run the named measurements, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASUREMENTS, []], default=[])
    parser.add_argument("--runs", type=int, default=3, help="runs of each; the median counts (default 3)")
    parser.add_argument("--json", type=Path, default=RESULTS / "latest.json")
    options = parser.parse_args()
    figures = [
        (figure, spread) for name in options.names or MEASUREMENTS for figure, spread in _medians(name, options.runs)
    ]
    _show(figures)
    _write(options.json, figures, options.runs)


def _medians(name: str, runs: int) -> list[tuple[Figure, float]]:
    """Return each figure's median over the runs, and its spread (highest minus lowest)."""
    results = [_in_fresh_process(MEASUREMENTS[name]) for _ in range(runs)]
    merged = []
    for same in zip(*results, strict=True):
        values = [figure.value for figure in same]
        merged.append((replace(same[0], value=median(values)), max(values) - min(values)))
    return merged


def _in_fresh_process(measure: Callable[[], list[Figure]]) -> list[Figure]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure).result()


def _show(figures: list[tuple[Figure, float]]) -> None:
    table = Table("figure", "median", "spread", "unit", "target", "met")
    for figure, spread in figures:
        met = "" if not figure.target else "yes" if figure.is_met else "NO"
        table.add_row(figure.name, f"{figure.value:,.4g}", f"{spread:,.3g}", figure.unit, figure.target, met)
    Console().print(table)


def _write(path: Path, figures: list[tuple[Figure, float]], runs: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "version": fastworker.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "runs": runs,
        "figures": [asdict(figure) | {"spread": spread, "is_met": figure.is_met} for figure, spread in figures],
    }
    path.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
