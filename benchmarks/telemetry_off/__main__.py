"""What a task takes with telemetry off, and in a build that has none: `python -m benchmarks.telemetry_off`.

Counts instructions of client, control plane and worker in one process, without a network; with `--pairs`, measures the
throughput of real processes, too, of both builds in turns.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comparison.ratios import Comparison, compared
from benchmarks.comparison.trees import WORKTREE, Tree, copy_of
from benchmarks.comparison.turns import NotMeasured, readings_of, turns

from .instructions import ROOT, NotCounted, instructions_per_task
from .untraced import take_tracing_out


def main() -> int:
    """Print the figures of both builds, and their ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telemetry_off", description=__doc__)
    parser.add_argument("--pairs", type=int, default=0, help="pairs of runs of real processes (default 0)")
    pairs = parser.parse_args().pairs
    with TemporaryDirectory(prefix="telemetry-off-") as folder:
        off = Tree("off", copy_of(WORKTREE, ROOT, Path(folder, "off")))
        none = Tree("none", copy_of(WORKTREE, ROOT, Path(folder, "none")))
        try:
            take_tracing_out(none.src / "fastworker")
            _show_instructions(off, none)
            for each in _throughput(off, none, pairs) if pairs else ():
                low, high = each.quartiles
                print(f"{each.name}: off / none {each.ratio:.4f}, quartiles {low:.4f} to {high:.4f}")
        except (NotCounted, NotMeasured, ValueError) as error:
            print(f"telemetry_off: {error}", file=sys.stderr)
            return 1
    return 0


def _show_instructions(off: Tree, none: Tree) -> None:
    counts = instructions_per_task(off.src), instructions_per_task(none.src)
    print(f"instructions per task: {counts[0]:,.0f} off, {counts[1]:,.0f} without: {counts[0] / counts[1]:.4f}")


def _throughput(off: Tree, none: Tree, pairs: int) -> list[Comparison]:
    measured = []
    for order in turns(none, off, pairs):
        by_tree = {tree: readings_of(tree, "throughput") for tree in order}
        measured.append((by_tree[none], by_tree[off]))
    return compared(measured)


if __name__ == "__main__":
    sys.exit(main())
