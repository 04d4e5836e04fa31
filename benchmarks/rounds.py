"""One contestant, one round: drives in its environment, each with a time limit, and what they tell."""

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .contestant import Contestant
from .processes import kill_descendants
from .stage import ROOT
from .workloads import by_start

START_SECONDS = 60.0
WORKLOAD_SECONDS = 120.0
END_SECONDS = 20.0


@dataclass
class Round:
    """What one contestant came to: figures, and reasons where there are none, by workload."""

    about: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    too_slow: set[str] = field(default_factory=set)
    """Workloads that took too long, and would again."""
    seconds: float = 0.0

    def fail(self, names: Iterable[str], reason: str) -> None:
        """Note that workloads went wrong."""
        self.failed.update(names)
        self.reasons |= dict.fromkeys(names, reason)


def play(kind: type[Contestant], python: Path, names: Iterable[str]) -> Round:
    """Run the workloads that the contestant takes part in."""
    began, outcome = time.monotonic(), Round()
    for together in by_start(name for name in names if name not in kind.absent):
        left = together
        while left:
            left = _drive(kind, python, left, outcome)
    outcome.reasons |= {name: why for name, why in kind.absent.items() if name in names}
    outcome.seconds = time.monotonic() - began
    return outcome


def _drive(kind: type[Contestant], python: Path, names: list[str], outcome: Round) -> list[str]:
    """Run workloads of one start; return those that are still to do, because one before them took too long."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
        command = [str(python), "-m", "benchmarks.drive", kind.name, *names, "--folder", folder]
        with Path(folder, "drive.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
            left = heard(process, names, outcome)
            _end(process)
        if outcome.failed.intersection(names):
            _show_logs(kind.name, Path(folder))
    return left


def heard(process: "subprocess.Popen[bytes]", names: list[str], outcome: Round) -> list[str]:
    """Take what a drive tells, as long as it is in time; return the workloads that are still to do."""
    left, has_begun = list(names), False
    for fact in _facts(process):
        match fact:
            case {"about": about}:
                outcome.about = about
            case {"began": True}:
                has_begun = True
            case {"workload": name, "figure": figure, "value": value}:
                outcome.figures.setdefault(name, {})[figure] = value
            case {"workload": name, "lacks": reason}:
                left.remove(name)
                outcome.reasons[name] = reason
            case {"workload": name, "reason": reason}:
                left.remove(name)
                outcome.fail([name], reason)
            case {"workload": name, "done": True}:
                left.remove(name)
            case {"failed": reason} if left:
                return _given_up(left, has_begun, reason, outcome)
    if left:
        limit = f"finish within {WORKLOAD_SECONDS:g} s" if has_begun else f"start within {START_SECONDS:g} s"
        outcome.too_slow |= set(left[:1] if has_begun else left)
        return _given_up(left, has_begun, f"did not {limit}", outcome)
    return []


def _given_up(left: list[str], has_begun: bool, reason: str, outcome: Round) -> list[str]:
    """Note a reason for the first workload, and for all when nothing has begun; return those worth another try."""
    given_up = left[:1] if has_begun else left
    outcome.fail(given_up, reason)
    return left[len(given_up) :]


def _facts(process: "subprocess.Popen[bytes]") -> Iterator[dict[str, Any]]:
    """Yield what a drive tells, until it has ended or something has taken too long."""
    lines: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + START_SECONDS
    with suppress(queue.Empty):
        while line := lines.get(timeout=max(0.0, deadline - time.monotonic())):
            fact = json.loads(line)
            if "ended" in fact:
                return
            if "began" in fact:
                deadline = time.monotonic() + WORKLOAD_SECONDS
            yield fact


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(subprocess.TimeoutExpired):
        process.terminate()
        process.wait(END_SECONDS)
    kill_descendants()
    process.wait()


def _show_logs(name: str, folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        tail = log.read_text(errors="replace")[-2_000:].strip()
        if tail:
            print(f"--- {name}: end of {log.name}\n{tail}", file=sys.stderr)
