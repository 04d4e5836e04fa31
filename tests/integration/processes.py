"""Processes under test: each with a log file of its own, and none outlives its test."""

import itertools
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .waiting import until

HERE = Path(__file__).resolve().parent
MODULES = HERE / "modules"
"""The task modules of the tests, importable in every process."""

START_SECONDS = 20.0
COMMAND_SECONDS = 30.0

FIRST_PORT, PORTS_EACH, MOST_RUNNERS = 12_000, 4_000, 4
_runner = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST_RUNNERS
_next_port = itertools.count(FIRST_PORT + PORTS_EACH * _runner + random.randrange(PORTS_EACH // 2))
"""Each of the processes that run tests at the same time gives ports of its own."""


def free_port() -> int:
    """Return a port that nobody listens on and nobody is given.

    It is below the range from which the system gives ports to connections: there, a client that dials a server that
    is down can be given the very port that it dials.
    """
    while True:
        port = next(_next_port)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Tell whether somebody could listen on a port of the loopback interface now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server does
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
        return True


def port_of(address: str) -> int:
    """Return the port in an address."""
    return int(address.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended, and what it printed."""

    exit_code: int
    output: str
    errors: str


class Process:
    """One process, in a session of its own, so that signals reach it and nobody else."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, folder: Path, environment: Mapping[str, str]):
        self.name = name
        self.command = shlex.join(command)
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def is_running(self) -> bool:
        """True until it has ended."""
        return self._process.poll() is None

    def wait_for(self, *texts: str, within: float = START_SECONDS) -> None:
        """Wait until it has printed all of these; fail if it ends before."""

        def has_come() -> bool:
            was_running = self.is_running
            if all(text in self.log for text in texts):
                return True
            assert was_running, f"{self.name} ended before it printed {texts}:\n{self.log}"
            return False

        until(has_come, within=within, what=f"{self.name} prints {texts}")

    def wait(self, *, within: float = 10.0) -> int:
        """Wait for its end and return its exit code."""
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {within:g} s:\n{self.log}") from None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it, and what it started, without a warning; one that has ended is left alone."""
        if self.is_running:
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Processes:
    """Starts processes in a folder, and kills them at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._logs = folder / "logs"
        self._logs.mkdir()
        self._started: list[Process] = []

    def start(
        self, name: str, *command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> Process:
        """Start a program of this environment (`python`, `fastworker`, `uvicorn`) with its arguments."""
        log = self._logs / f"{len(self._started):02d}-{name}.log"
        process = Process(
            name,
            command_line(command),
            log=log,
            folder=folder or self.folder,
            environment=clean_environment(environment),
        )
        self._started.append(process)
        return process

    def run(
        self,
        *command: str,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        within: float = COMMAND_SECONDS,
    ) -> Finished:
        """Run a program of this environment to its end."""
        done = subprocess.run(
            command_line(command),
            cwd=folder or self.folder,
            env=clean_environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def logs(self) -> list[tuple[str, str]]:
        """Return what each process was and printed."""
        return [(f"{process.name}: {process.command}", process.log) for process in self._started]

    def kill(self) -> None:
        """End them all."""
        for process in self._started:
            process.kill()


def command_line(command: Sequence[str]) -> list[str]:
    """Return a command with the path of its program, which is beside this Python."""
    program, *arguments = command
    path = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
    return [path, *arguments]


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment with the tests' task modules, without settings of ours or of OpenTelemetry."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("FASTWORKER_", "OTEL_"))}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{ours.get('PATH', '')}"
    ours |= {"PATH": programs, "PYTHONPATH": str(MODULES), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    return ours | dict(more or {})
