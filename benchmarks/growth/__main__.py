"""`python -m benchmarks.growth [CURVE ...]`: measure, print a table, write JSON and the plots of the docs."""

import argparse
import json
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

import fastworker
from benchmarks import plots
from benchmarks.stopwatch import Cost

from .curves import CURVES, Curve, Point, fitted

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks/results/growth.json"
PLOTS = ROOT / "docs/benchmarks"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the named curves, or all; curves measured earlier stay in the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CURVE", help=f"one of {', '.join(_names())} (default all)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each point; the median counts (default 3)")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where to keep the figures")
    parser.add_argument("--plots", type=Path, default=PLOTS, help="the folder for the plots")
    parser.add_argument("--only-plot", action="store_true", help="draw what was measured earlier")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(_names()):
        parser.error(f"no curve named {', '.join(sorted(unknown))}; there are {', '.join(_names())}")
    if options.runs < 1:
        parser.error(f"--runs is {options.runs}; expected 1 or more")
    if not options.only_plot:
        for curve in CURVES:
            if not options.names or curve.name in options.names:
                _keep(options.json, _measured(curve, options.runs))
    if not options.json.exists():
        parser.error(f"nothing was measured yet: there is no {options.json}")
    curves = [_with_fit(curve) for curve in json.loads(options.json.read_text())["curves"]]
    _show(curves)
    _draw(curves, options.plots)


def _names() -> list[str]:
    return [curve.name for curve in CURVES]


def _measured(curve: Curve, runs: int) -> dict[str, Any]:
    points = [_point(curve, number, runs) for number in curve.numbers]
    return {
        "name": curve.name,
        "of": curve.of,
        "settings": curve.settings,
        "most_ratio": curve.most_ratio,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "version": fastworker.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "runs": runs,
        "points": [asdict(point) for point in points],
    }


def _point(curve: Curve, number: int, runs: int) -> Point:
    costs = [_in_fresh_process(curve.measure, number) for _ in range(runs)]
    seconds = [cost.seconds for cost in costs]
    point = Point(
        n=number,
        microseconds=1e6 * median(seconds),
        collector_microseconds=1e6 * median(cost.collector_seconds for cost in costs),
        spread=1e6 * (max(seconds) - min(seconds)),
    )
    print(f"{curve.name}: {number:,} {curve.of}: {point.microseconds:.2f} µs", file=sys.stderr)
    return point


def _in_fresh_process(measure: Callable[[int], Cost], number: int) -> Cost:
    """Memory that was used before lies otherwise, and makes later objects dearer."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, number).result()


def _keep(path: Path, measured: dict[str, Any]) -> None:
    """Write a curve in the place of an older one of its name, so that a run that is stopped keeps what it has."""
    kept = json.loads(path.read_text())["curves"] if path.exists() else []
    by_name = {curve["name"]: curve for curve in [*kept, measured]}
    curves = [_with_fit(by_name[name]) for name in _names() if name in by_name]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"curves": curves}, indent=2) + "\n")


def _with_fit(curve: dict[str, Any]) -> dict[str, Any]:
    return curve | asdict(fitted([Point(**point) for point in curve["points"]]))


def _show(curves: list[dict[str, Any]]) -> None:
    table = Table("cost against", "µs per task", "ratio", "exponent", "without gc", "target")
    for curve in curves:
        first, last, most = curve["points"][0], curve["points"][-1], curve["most_ratio"]
        table.add_row(
            f"{curve['of']}, {first['n']:,} to {last['n']:,}",
            f"{first['microseconds']:.1f} to {last['microseconds']:.1f}",
            f"{curve['ratio']:.2f} ×",
            f"{curve['exponent']:+.3f}",
            f"{curve['program_exponent']:+.3f}",
            "" if most is None else f"≤ {most:g} ×: {'met' if curve['ratio'] <= most else 'MISSED'}",
        )
    Console().print(table)


def _draw(curves: list[dict[str, Any]], folder: Path) -> None:
    try:
        written = plots.draw(curves, folder)
    except plots.MissingLibrary as error:
        print(error, file=sys.stderr)
        return
    print("drawn:", *(path.name for path in written), "in", folder, file=sys.stderr)


if __name__ == "__main__":
    main()
