"""`python -m benchmarks.drive CONTESTANT WORKLOAD... --folder FOLDER`: one start of a contestant, in its environment.

The workloads share the start. Prints one JSON object a line, as soon as it is known: who runs, then each figure, then
what each workload came to. Imports the standard library and the contestant only.
"""

import argparse
import json
import os
import platform
import re
import signal
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from .contestant import Contestant, Session
from .contestants import find
from .processes import adopt_orphans, kill_descendants
from .stage import Stage, staged
from .workloads import WORKLOADS


def main() -> None:
    """Run it; whatever happens, no process is left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drive", description=__doc__)
    parser.add_argument("contestant")
    parser.add_argument("workloads", nargs="+", choices=WORKLOADS)
    parser.add_argument("--folder", type=Path, required=True, help="an empty folder, for its files and logs")
    options = parser.parse_args()
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    Drive(_own_stdout(), find(options.contestant), options.folder).run(options.workloads)


class Drive:
    """Tells what it measures."""

    def __init__(self, output: TextIO, kind: type[Contestant], folder: Path) -> None:
        """Take where to tell it, the contestant, and an empty folder."""
        self._output = output
        self._kind = kind
        self._folder = folder

    def run(self, names: list[str]) -> None:
        """Measure workloads that have the same start."""
        self._tell(about=_about(self._kind))
        start = WORKLOADS[names[0]].start
        left = iter(names)
        name = next(left)
        try:
            with staged(self._kind, start, self._folder) as stage:
                self._cold(name, stage)
                with stage.session() as session:
                    stage.settle()
                    self._measure(name, stage, session)
                    for name in left:
                        self._measure(name, stage, session)
        except Exception as error:  # it does not start, or does not end; the report shows why
            traceback.print_exc()
            self._tell(failed=_reason(error))
        finally:
            self._tell(ended=True)
            kill_descendants()

    def _cold(self, name: str, stage: Stage) -> None:
        cold = WORKLOADS[name].cold
        for figure, value in cold(stage) if cold else ():
            self._tell(workload=name, figure=figure, value=value)

    def _measure(self, name: str, stage: Stage, session: Session) -> None:
        self._tell(workload=name, began=True)
        outcome: dict[str, Any] = {"done": True}
        try:
            for figure, value in WORKLOADS[name].measure(stage, session):
                self._tell(workload=name, figure=figure, value=value)
        except NotImplementedError:
            outcome = {"lacks": "it has no such call"}
        except Exception as error:  # the others go on; the report shows why
            traceback.print_exc()
            outcome = {"reason": _reason(error)}
        self._tell(workload=name, **outcome)

    def _tell(self, **facts: Any) -> None:
        print(json.dumps(facts), file=self._output, flush=True)


def _own_stdout() -> TextIO:
    """Return what was stdout; all that others print goes where errors go."""
    mine = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return mine


def _about(kind: type[Contestant]) -> dict[str, Any]:
    names = [re.split(r"[\[<>=!~; ]", package)[0] for package in (*kind.packages, *kind.shown)]
    return {
        "settings": kind.settings,
        "versions": {name: _version(name) for name in names},
        "python": platform.python_version(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__


if __name__ == "__main__":
    main()
