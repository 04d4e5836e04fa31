"""Processes of this machine: what they hold, what they use, and how none is left behind. Linux only."""

import ctypes
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
STEP_SECONDS = 0.01


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends: they stay findable, wherever they put themselves."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def with_descendants(pids: Iterable[int]) -> list[int]:
    """Return live processes, and what descends from them."""
    children = defaultdict(list)
    for pid, parent in _parents().items():
        children[parent].append(pid)
    found, left = [], list(pids)
    while left:
        found.append(pid := left.pop())
        left.extend(children[pid])
    return found


def resident_bytes(pids: Iterable[int]) -> int:
    """Return the proportional set size of processes and their descendants: a page that several share counts once."""
    return sum(map(_pss, with_descendants(pids)))


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time that each of the processes and their descendants has used, by its id."""
    return {pid: _cpu(pid) for pid in with_descendants(pids)}


def cpu_since(before: dict[int, float], pids: Iterable[int]) -> float:
    """Return the processor time that they and their descendants have used since `cpu_seconds` gave `before`."""
    return sum(after - before.get(pid, 0.0) for pid, after in cpu_seconds(pids).items())


def end(processes: Sequence[subprocess.Popen[bytes]], *, within: float, by: signal.Signals = signal.SIGTERM) -> None:
    """Ask processes to end, last started first; what is left of them and their descendants then is killed."""
    everybody = with_descendants(process.pid for process in processes if process.poll() is None)
    for process in reversed(processes):
        process.send_signal(by)
    deadline = time.monotonic() + within
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    _kill(everybody)
    for process in processes:
        process.wait()


def kill_descendants() -> None:
    """Kill all that descends from this process, until there is nothing."""
    while left := with_descendants([os.getpid()])[1:]:
        _kill(left)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(STEP_SECONDS)


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _parents() -> dict[int, int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def _pss(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    """Return seconds to the nanosecond: the ticks of /proc/PID/stat are too coarse for an idle process."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of all threads, see clock_getcpuclockid(3)
    except OSError:
        return 0.0
