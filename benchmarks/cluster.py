"""A control plane and subworkers as real processes, on free ports."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .ports import free_ports

ROOT = Path(__file__).parent.parent


@dataclass
class Cluster:
    """Where the control plane is, and its processes: the control plane first, then the subworkers."""

    address: str
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """The process ids, control plane first."""
        return [process.pid for process in self.processes]


@contextmanager
def cluster(*, workers: int, concurrency: int, local: str = "never", flags: Sequence[str] = ()) -> Iterator[Cluster]:
    """Run a control plane, with more flags of its own, and its subworkers; without workers it runs the tasks itself."""
    client, worker, beacon = (f"tcp://127.0.0.1:{port}" for port in free_ports(3))
    running = Cluster(client)
    try:
        running.processes.append(
            _start(
                "control_plane",
                f"--base-address={client}",
                f"--worker-address={worker}",
                f"--discovery-address={beacon}",
                f"--concurrency={concurrency}",
                f"--local-execution={'auto' if workers == 0 else local}",
                *flags,
            )
        )
        for number in range(workers):
            running.processes.append(
                _start(
                    "subworker",
                    f"--worker-id=bench-{number}",
                    f"--control-plane-address={client}",
                    f"--concurrency={concurrency}",
                )
            )
        yield running
    finally:
        for process in reversed(running.processes):
            process.terminate()
        for process in running.processes:
            process.wait(20)


def _start(role: str, *flags: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"fastworker.entrypoints.{role}", "--task-modules=benchmarks.tasks", *flags]
    quiet = {} if os.environ.get("BENCH_LOGS") else {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, "--log-level=error"], cwd=ROOT, text=True, **quiet)
