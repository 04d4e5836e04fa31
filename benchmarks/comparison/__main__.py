"""Measure two commits in turns, with the benchmark code as it is now, and print the ratios with their spread."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from .measurements import MEASUREMENTS
from .ratios import Comparison, compared
from .trees import WORKTREE, NotComparable, Tree, check_nothing_forgotten, commit_of, copy_of
from .turns import ROOT, NotMeasured, readings_of, turns

FEWEST_RUNS = 3
SHORT = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 when a figure is worse than `--fail-above` allows or could not be measured, else 0."""
    options = _options(arguments)
    try:
        commits = commit_of(options.a, ROOT), commit_of(options.b, ROOT)
        check_nothing_forgotten(commits, ROOT)
    except NotComparable as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="compare-") as folder:
        a = Tree(f"A ({options.a})", copy_of(commits[0], ROOT, Path(folder, "a")))
        b = Tree(f"B ({options.b})", copy_of(commits[1], ROOT, Path(folder, "b")))
        comparisons, faults = _measured(a, b, options.only, options.runs)
    _show(comparisons, options.runs, *(commit[:SHORT] for commit in commits))
    return _judged(comparisons, faults, options.fail_above)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/compare", description=__doc__)
    parser.add_argument("a", metavar="A", help=f"a commit, or {WORKTREE} for the tree as it is")
    parser.add_argument("b", metavar="B", help="what is compared with it")
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs (default 7, about 4 minutes)")
    parser.add_argument("--only", metavar="NAMES", help=f"some of {','.join(MEASUREMENTS)} (default all)")
    parser.add_argument(
        "--fail-above", type=float, metavar="PERCENT", help="exit with 1 if a figure is worse by more beyond its spread"
    )
    options = parser.parse_args(arguments)
    options.only = options.only.split(",") if options.only else list(MEASUREMENTS)
    if unknown := [name for name in options.only if name not in MEASUREMENTS]:
        parser.error(f"no measurement named {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    if options.runs < FEWEST_RUNS:
        parser.error(f"--runs is {options.runs}; a spread needs {FEWEST_RUNS} or more")
    if options.fail_above is not None and options.fail_above < 0:
        parser.error(f"--fail-above is {options.fail_above:g}; expected 0 or more percent")
    return options


def _measured(a: Tree, b: Tree, names: Sequence[str], runs: int) -> tuple[list[Comparison], list[str]]:
    comparisons, faults = [], []
    for name in names:
        try:
            pairs = []
            for number, order in enumerate(turns(a, b, runs), 1):
                print(f"{name}: pair {number} of {runs}", file=sys.stderr)
                by_tree = {tree: readings_of(tree, name) for tree in order}
                pairs.append((by_tree[a], by_tree[b]))
            comparisons += compared(pairs)
        except NotMeasured as error:
            faults.append(str(error))
    return comparisons, faults


def _show(comparisons: Sequence[Comparison], runs: int, a: str, b: str) -> None:
    table = Table("figure", f"A {a}", f"B {b}", "unit", "B / A", "quartiles", "")
    for each in comparisons:
        low, high = each.quartiles
        table.add_row(each.name, *_medians(each), each.unit, f"{each.ratio:.3f}", f"{low:.3f}–{high:.3f}", each.verdict)
    console = Console()
    console.print(table)
    console.print(
        f"Medians of {runs} pairs. A figure is marked when its ratio is further from 1 than its quartiles are apart."
    )


def _medians(comparison: Comparison) -> list[str]:
    return [f"{median:,.4g}" if median < 1_000 else f"{median:,.0f}" for median in comparison.medians]


def _judged(comparisons: Sequence[Comparison], faults: Sequence[str], percent: float | None) -> int:
    for fault in faults:
        print(f"not measured: {fault}", file=sys.stderr)
    worse = [] if percent is None else [each.name for each in comparisons if each.is_worse_by(percent)]
    if worse:
        print(f"worse by more than {percent:g} % beyond the spread: {'; '.join(worse)}", file=sys.stderr)
    return 1 if worse or faults else 0


if __name__ == "__main__":
    sys.exit(main())
