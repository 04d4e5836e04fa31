"""One start of a contestant: its servers, its processes, a session, and what the workloads measure of them."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .contestant import Contestant, Session
from .processes import cpu_seconds, cpu_since, end
from .servers import Running, running

ROOT = Path(__file__).parent.parent
FIRST_SECONDS, LONGEST_SECONDS, STEP_SECONDS, SETTLED_SHARE = 1.5, 6.0, 0.25, 0.1
"""A contestant may go on loading after its first result, and not at once: it is left alone for the first seconds, and
then until it uses less than this share of a processor in a step, at the longest for so long; some poll all the time."""

END_SECONDS = 1.0
"""What a contestant does after the last figure is not measured."""


@dataclass(frozen=True, slots=True)
class Start:
    """How many tasks at once, in how many worker processes; no number of slots: what no-ops are served by best."""

    slots: int | None = None
    processes: int = 1


@dataclass
class Stage:
    """A contestant that runs. Its processes start afresh for each `Start`; the workloads of one share them."""

    contestant: Contestant
    start: Start
    servers: Running
    log: IO[bytes]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    rate: float = 0.0
    """No-ops per second, once that was measured."""

    @property
    def pids(self) -> list[int]:
        """All that is needed beside the client: the servers, then its own processes."""
        return [process.pid for process in [*self.servers.processes, *self.processes]]

    def launch(self) -> None:
        """Start its processes."""
        slots = self.contestant.slots_for_no_ops if self.start.slots is None else self.start.slots
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **self.contestant.environment}
        for command in self.contestant.commands(slots=slots, processes=self.start.processes):
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log, process_group=0
            )
            self.processes.append(process)

    def settle(self) -> None:
        """Wait until its start is over, so that only what is asked for is measured."""
        deadline = time.monotonic() + LONGEST_SECONDS
        time.sleep(FIRST_SECONDS)
        share = 1.0
        while share > SETTLED_SHARE and time.monotonic() < deadline:
            before, began = cpu_seconds(self.pids), time.monotonic()
            time.sleep(STEP_SECONDS)
            share = cpu_since(before, self.pids) / (time.monotonic() - began)

    def halt(self) -> None:
        """End its processes, and forget what they wrote."""
        end(self.processes, within=END_SECONDS)
        self.processes.clear()
        shutil.rmtree(self.contestant.folder)
        self.contestant.folder.mkdir()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Run the processes and yield a session that has seen a first result."""
        self.launch()
        try:
            with self.contestant.open() as session:
                session.call("noop")
                yield session
        finally:
            self.halt()


@contextmanager
def staged(kind: type[Contestant], start: Start, folder: Path) -> Iterator[Stage]:
    """Run the servers of a contestant; its processes are still to be started."""
    with ExitStack() as stack:
        servers = stack.enter_context(running(kind.servers))
        own = folder / "own"
        own.mkdir()
        contestant = kind(servers.addresses, own)
        os.environ.update(contestant.environment)  # for the session, in this process
        log = stack.enter_context((folder / "processes.log").open("ab"))
        yield Stage(contestant, start, servers, log)


def wait_until(condition: Path, *, seconds: float = 60.0) -> None:
    """Wait for a file; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {condition.name} after {seconds:g} s")
        time.sleep(0.001)


def percentile(values: list[float], percent: int) -> float:
    """Return the value that so many percent of them do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
