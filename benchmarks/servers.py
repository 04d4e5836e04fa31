"""The servers that contestants need, from Debian's packages: on free loopback ports, without traces afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

from .ports import free_ports
from .processes import end

READY_SECONDS = 20.0
STEP_SECONDS = 0.005


class Server(ABC):
    """One kind of server: how it is found, prepared and started."""

    name: ClassVar[str]
    program: ClassVar[str]
    package: ClassVar[str]
    """What Debian calls it."""
    settings: ClassVar[str]
    """How it runs, for the report."""

    def path(self, program: str) -> str | None:
        """Return where a program of it is, or None."""
        return shutil.which(program)

    def version(self) -> str:
        """Return what the program says of itself; empty when it is not installed."""
        program = self.path(self.program)
        if program is None:
            return ""
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        return said.partition(" sha=")[0].strip()

    def prepare(self, folder: Path) -> None:  # noqa: B027  # most need nothing
        """Make ready what a start needs in its empty folder."""

    @abstractmethod
    def command(self, folder: Path, port: int) -> list[str]:
        """Return the command line."""

    @abstractmethod
    def is_ready(self, port: int) -> bool:
        """Tell whether it answers."""

    @abstractmethod
    def address(self, port: int) -> str:
        """Return what clients connect to."""


class Redis(Server):
    """redis-server without persistence: a restart loses everything, as it does in FastWorker."""

    name, program, package = "redis", "redis-server", "redis-server"
    settings = "no persistence (--save '' --appendonly no), over TCP on the loopback interface"

    def command(self, folder: Path, port: int) -> list[str]:
        where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        return [self.program, *where, "--save", "", "--appendonly", "no"]

    def is_ready(self, port: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def address(self, port: int) -> str:
        return f"redis://127.0.0.1:{port}/0"


class Postgres(Server):
    """PostgreSQL with its defaults, but a commit does not wait for the disk: the usual tuning for queues."""

    name, program, package = "postgres", "postgres", "postgresql"
    settings = "defaults with synchronous_commit=off, over TCP on the loopback interface"

    def path(self, program: str) -> str | None:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
        return shutil.which(program, path=str(folders[-1])) if folders else shutil.which(program)

    def prepare(self, folder: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        initdb = [*self._as_postgres(), self._found("initdb"), "--pgdata", str(folder / "data"), *options]
        subprocess.run(initdb, cwd=folder, capture_output=True, check=True)

    def command(self, folder: Path, port: int) -> list[str]:
        where = ["-D", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        return [*self._as_postgres(), self._found(self.program), *where, "-c", "synchronous_commit=off"]

    def is_ready(self, port: int) -> bool:
        ask = [self._found("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        return subprocess.run(ask, check=False).returncode == 0

    def address(self, port: int) -> str:
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def _found(self, program: str) -> str:
        return self.path(program) or program

    def _as_postgres(self) -> list[str]:
        """Return what drops the rights of root, which PostgreSQL refuses to run with."""
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return drop if os.geteuid() == 0 else []


SERVERS: dict[str, Server] = {server.name: server for server in (Redis(), Postgres())}


class Running:
    """Servers that run."""

    def __init__(self) -> None:
        """Start with none."""
        self.processes: list[subprocess.Popen[bytes]] = []
        self.addresses: dict[str, str] = {}
        self.start_seconds = 0.0

    def start(self, server: Server, folder: Path) -> None:
        """Start one more and wait until it answers; raises TimeoutError with what it said."""
        port = free_ports(1)[0]
        log = folder / "log"
        began = time.monotonic()
        with log.open("wb") as output:
            command = server.command(folder, port)
            self.processes.append(subprocess.Popen(command, cwd=folder, stdout=output, stderr=output))
        while not server.is_ready(port):
            if time.monotonic() > began + READY_SECONDS or self.processes[-1].poll() is not None:
                raise TimeoutError(f"{server.name} does not answer: {log.read_text()[-1000:]}")
            time.sleep(STEP_SECONDS)
        self.start_seconds += time.monotonic() - began
        self.addresses[server.name] = server.address(port)


def missing(names: Sequence[str]) -> str:
    """Return which of the servers cannot be started and what to install; empty when all can."""
    absent = [SERVERS[name] for name in names if SERVERS[name].path(SERVERS[name].program) is None]
    return ", ".join(f"{server.program} is not installed (apt install {server.package})" for server in absent)


@contextmanager
def running(names: Sequence[str]) -> Iterator[Running]:
    """Run servers, each in a temporary folder, and end them."""
    started = Running()
    with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as parent, ExitStack() as stack:
        Path(parent).chmod(0o711)  # the user postgres has to pass
        stack.callback(lambda: end(started.processes, within=5, by=signal.SIGINT))  # SIGTERM lets PostgreSQL wait
        for name in names:
            folder = Path(parent, name)
            folder.mkdir()
            SERVERS[name].prepare(folder)
            started.start(SERVERS[name], folder)
        yield started
