"""`python -m benchmarks.report FILE`: docs/benchmarks.md from the JSON of a run."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .record import Entrant, Measured, Record
from .stage import ROOT
from .targets import number, rivalries, verdicts
from .workloads import WORKLOADS

PAGE = ROOT / "docs" / "benchmarks.md"
PLOTS = ROOT / "docs" / "benchmarks"
GROWTH = Path(__file__).parent / "results" / "growth.json"
NOTHING = "–"

INTRODUCTION = """\
# Benchmarks

Generated from a run: do not edit.

- `make bench-peers` measures all contestants, in most of an hour, and writes this page
- `make bench` measures this project and the limits of the machine, in minutes; both take `BENCH='--workloads latency'`
- `make bench-growth` measures how costs grow, and draws the curves
- `benchmarks/compare A B` measures two commits in turns and prints ratios; `--fail-above 5` makes it a guard
- `python -m benchmarks.viewers` compares a control plane that is watched with one that is not, in turns in one run
- `python -m benchmarks.telemetry_off` compares telemetry that is off with a build that has none
- `make profile` shows where each process spends its time

All contestants get the same work by the same code (`benchmarks/work.py`, `benchmarks/measures.py`); only how a task
is submitted and awaited differs (`benchmarks/contestants/`). Each has a virtual environment of its own, with the
pinned versions of `benchmarks/constraints/`. Client, servers and workers share one machine. Each figure is the median
of the rounds, with the spread (highest less lowest) in parentheses; a round runs every contestant once before the next
begins, so that what disturbs the machine disturbs all. **Bold** is this project, *italics* is a limit: no queue, but
what the transport, or Python's own process pool, can do at best. A contestant of this project is one way to run the
same tasks.
"""


def main() -> None:
    """Write the page."""
    write_page(Record.read(Path(sys.argv[1])))


def write_page(record: Record) -> None:
    """Write docs/benchmarks.md."""
    PAGE.write_text(page(record))


def page(record: Record) -> str:
    """Return the page as Markdown."""
    sections = [
        INTRODUCTION,
        _conditions(record),
        _targets(record),
        _rivals(record),
        *(_workload(record, name) for name in WORKLOADS),
        _settings(record),
        _growth(),
    ]
    return "\n".join(section for section in sections if section)


def ordered(record: Record, workload: str) -> list[tuple[str, Entrant]]:
    """Return who has a figure or a reason at a workload: best first, by its first figure, then those without."""
    figure, meaning = next(iter(WORKLOADS[workload].figures.items()))
    sign = -1 if meaning.is_more_better else 1

    def rank(item: tuple[str, Entrant]) -> float:
        measured = item[1].measured(workload, figure)
        return sign * measured.median if measured else float("inf")

    taking_part = [item for item in record.contestants.items() if workload in {*item[1].figures, *item[1].reasons}]
    return sorted(taking_part, key=rank)


def cell(measured: Measured | None) -> str:
    """Return a median with its spread."""
    return f"{number(measured.median)} ({number(measured.spread)})" if measured else NOTHING


def _conditions(record: Record) -> str:
    machine = record.machine
    needed = {server for entrant in record.contestants.values() for server in entrant.servers}
    lines = [
        f"`{record.command}`, {machine['at']}, rounds: {record.runs}; {machine['python']} on {machine['system']}, "
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB.\n",
        *(f"- {each['version']}: {each['settings']}" for name, each in machine["servers"].items() if name in needed),
    ]
    return _section("Conditions", lines)


def _targets(record: Record) -> str:
    rows = [(each.title, each.bound, each.value, "yes" if each.is_met else "**no**") for each in verdicts(record)]
    return _section("Targets", _table(("figure of this project", "target", "measured", "met"), rows))


def _rivals(record: Record) -> str:
    rows = [
        (each.title, f"{each.ours[0]}: {cell(each.ours[1])}", f"{each.peer[0]}: {cell(each.peer[1])}",
         f"{number(each.ratio)} ×", {"ours": "ours", "peer": "**the peer**"}.get(each.front, "neither"))
        for each in rivalries(record)
    ]  # fmt: skip
    heading = ("figure", "best of this project", "best peer", "ours is better by", "in front by more than the spread")
    return _section("Beside the best peer", _table(heading, rows)) if rows else ""


def _workload(record: Record, name: str) -> str:
    workload, entrants = WORKLOADS[name], ordered(record, name)
    heading = ["contestant", *(f"{meaning.title}, {meaning.unit}" for meaning in workload.figures.values())]
    rows = [
        (_styled(contestant, entrant), *(cell(entrant.measured(name, figure)) for figure in workload.figures))
        for contestant, entrant in entrants
        if name in entrant.figures
    ]
    notes = [f"- {contestant}: {each.reasons[name]}" for contestant, each in entrants if name in each.reasons]
    body = [f"{workload.text} Alone: `python -m benchmarks --peers --workloads {name}`.", "", *_table(heading, rows)]
    return _section(workload.title, [*body, *(["", *notes] if notes else [])]) if entrants else ""


def _settings(record: Record) -> str:
    rows = [
        (_styled(name, each), ", ".join(f"{package} {version}" for package, version in each.versions.items()),
         f"skipped: {each.skipped}" if each.skipped else each.settings)
        for name, each in record.contestants.items()
    ]  # fmt: skip
    return _section("Contestants and their settings", _table(("contestant", "versions", "settings"), rows))


def _growth() -> str:
    """Return the curves of the last growth run, with the exponents fitted to them."""
    if not GROWTH.exists():
        return ""
    curves = json.loads(GROWTH.read_text())["curves"]
    lines = ["What a task costs as something grows: `make bench-growth`. The exponent is fitted to all points.", ""]
    heading = ("cost per task against", "first", "last", "ratio", "exponent", "without the garbage collector", "target")
    plots = [f"![Cost per task against {plot.stem}](benchmarks/{plot.name})" for plot in sorted(PLOTS.glob("*.svg"))]
    return _section("Growth", [*lines, *_table(heading, map(_curve, curves)), "", *plots])


def _curve(curve: dict[str, Any]) -> tuple[str, ...]:
    points = curve["points"]
    first, last = (f"{point['n']:,}: {number(point['microseconds'])} µs" for point in (points[0], points[-1]))
    target = f"≤ {curve['most_ratio']:g} ×" if curve["most_ratio"] else ""
    exponents = f"{curve['exponent']:+.3f}", f"{curve['program_exponent']:+.3f}"
    return curve["of"], first, last, f"{curve['ratio']:.2f} ×", *exponents, target


def _styled(name: str, entrant: Entrant) -> str:
    return {"ours": f"**{name}**", "limit": f"*{name}*"}.get(entrant.role, name)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"## {title}", "", *lines, ""])


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heading = list(heading)
    yield _row(heading)
    yield _row(["---"] * len(heading))
    for row in rows:
        yield _row(row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', '/') for each in cells)} |"


if __name__ == "__main__":
    main()
