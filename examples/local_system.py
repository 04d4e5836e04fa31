"""A whole FastWorker system as real processes on this machine, for as long as a block lasts.

Every process writes to a log file of its own and lives in a session of its own, so that Ctrl-C in a terminal
reaches whoever started the system and nobody else. A process that ends too early cancels the block at once,
and one that does not end with exit code 0 after a block that went well is an error too: both raise
`ProcessFailed` with what it had printed.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

EXAMPLES = Path(__file__).resolve().parent
STOP_SECONDS = 20.0
"""How long a process may take to finish its tasks and end before it is killed."""


class ProcessFailed(Exception):
    """A process did not start, ended by itself, or did not end as it should."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a control plane listens: for clients, for workers, and for whoever looks for it."""

    client: str
    worker: str
    discovery: str

    @classmethod
    def free(cls) -> Self:
        """Return three addresses on ports of the loopback interface that nobody listens on now."""
        return cls(*(f"tcp://127.0.0.1:{port}" for port in _free_ports(3)))


@asynccontextmanager
async def local_system(task_module: str, *, subworkers: Sequence[str], logs: Path) -> AsyncIterator[Addresses]:
    """Run a control plane and its subworkers, and end them all when the block ends, subworkers first.

    The block begins while they still start: a client waits for the control plane by itself, and tasks wait
    for the subworkers.

    Raises:
        ProcessFailed: a process did not end well; in a group, if it ended while the block ran.
    """
    addresses = Addresses.free()
    commands = {"control-plane": _control_plane(addresses, task_module)}
    commands |= {name: _subworker(name, addresses, task_module) for name in subworkers}
    async with AsyncExitStack() as processes:
        for name, command in commands.items():
            await processes.enter_async_context(_running(name, command, logs / f"{name}.log"))
        yield addresses


def _control_plane(addresses: Addresses, task_module: str) -> list[str]:
    return [
        *("fastworker.entrypoints.control_plane", "--task-modules", task_module),
        *("--base-address", addresses.client),
        *("--worker-address", addresses.worker),
        *("--discovery-address", addresses.discovery),
    ]


def _subworker(name: str, addresses: Addresses, task_module: str) -> list[str]:
    return [
        *("fastworker.entrypoints.subworker", "--task-modules", task_module),
        *("--worker-id", name),
        *("--control-plane-address", addresses.client),
        *("--concurrency", "2"),
    ]


@asynccontextmanager
async def _running(name: str, command: list[str], log: Path) -> AsyncIterator[None]:
    """Run one process, watched, for as long as the block lasts."""
    process = await LocalProcess.start(name, command, log)
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(process.fail_when_it_ends())
            yield
            watch.cancel()
    finally:
        await process.stop()
    process.check_its_end()


class LocalProcess:
    """One Python process with a name and a log file."""

    def __init__(self, name: str, log: Path, process: asyncio.subprocess.Process) -> None:
        self._name = name
        self._log = log
        self._process = process

    @classmethod
    async def start(cls, name: str, command: list[str], log: Path) -> Self:
        """Run `python -m` with a module and its flags, in this folder, whose modules it can import."""
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *command),
                cwd=EXAMPLES,
                env=_environment(),
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, log, process)

    async def fail_when_it_ends(self) -> None:
        """Wait until the process ends, which it should not do by itself."""
        await self._process.wait()
        raise self._failure("ended by itself")

    async def stop(self) -> None:
        """Ask the process to end and wait until it has; one that takes too long is killed."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
        finally:
            await self._kill()

    async def _kill(self) -> None:
        """Leave nothing behind, also when the waiting for a good end was interrupted."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def check_its_end(self) -> None:
        """Raise `ProcessFailed` unless the process ended with exit code 0."""
        if self._process.returncode != 0:
            raise self._failure(f"did not end well within {STOP_SECONDS:.0f} s when it was asked to")

    def _failure(self, what: str) -> ProcessFailed:
        code = self._process.returncode
        printed = self._log.read_text(encoding="utf-8", errors="replace").strip() or "(nothing)"
        return ProcessFailed(f"{self._name} {what}, exit code {code}. It printed:\n{printed}")


def _free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago; all are held until the last is found, so none comes twice."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [held.getsockname()[1] for held in sockets]
    finally:
        for held in sockets:
            held.close()


def _environment() -> dict[str, str]:
    """Leave the tasks to the subworkers: else the control plane would take some while they still start."""
    return {**os.environ, "FASTWORKER_LOCAL_EXECUTION": "never"}
