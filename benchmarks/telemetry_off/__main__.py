"""Count what a task takes with telemetry off, and in a build that has none: `python -m benchmarks.telemetry_off`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.comparison.trees import WORKTREE, copy_of

from .instructions import ROOT, NotCounted, instructions_per_task
from .untraced import take_tracing_out


def main() -> int:
    """Print both figures and their ratio."""
    with TemporaryDirectory(prefix="telemetry-off-") as folder:
        present = copy_of(WORKTREE, ROOT, Path(folder, "present"))
        without = copy_of(WORKTREE, ROOT, Path(folder, "without"))
        take_tracing_out(without / "fastworker")
        try:
            off, none = instructions_per_task(present), instructions_per_task(without)
        except NotCounted as error:
            print(f"telemetry_off: {error}", file=sys.stderr)
            return 1
    print(f"instructions per task: {off:,.0f} with telemetry off, {none:,.0f} in a build without it: {off / none:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
