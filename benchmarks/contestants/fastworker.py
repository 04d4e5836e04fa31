"""FastWorker: asynchronous tasks, threads, child processes, and the control plane alone."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.contestant import AsyncSession, Contestant, Session, opened
from benchmarks.ports import free_ports

CONNECT_SECONDS = 20.0
QUIET = "--log-level=error"


class FastWorkerAsync(Contestant):
    """`async def` tasks in the event loop of a subworker; `burn` and what else blocks, in its threads."""

    name = "fastworker"
    role = "ours"
    shown = ("fastworker", "pynng")
    settings = (
        "control plane and 1 subworker process, --concurrency 1000 for no-ops, `async def` tasks; "
        "for what computes --processes 2 --concurrency 2"
    )
    slots_for_no_ops = 1_000
    tasks: ClassVar[str] = "benchmarks.contestants.fastworker_tasks.coroutines"

    def __init__(self, addresses: dict[str, str], folder: Path) -> None:
        """Choose the ports."""
        super().__init__(addresses, folder)
        *ports, self._dashboard_port = free_ports(4)
        self.address, self._for_workers, self._beacon = (f"tcp://127.0.0.1:{port}" for port in ports)

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return [self._control_plane("--local-execution=never"), self._subworker(slots, processes)]

    def open(self) -> AbstractContextManager[Session]:
        return opened(lambda runner: FastWorkerSession(runner, self.address, self.tasks), FastWorkerSession.lifetime)

    def _control_plane(self, *flags: str) -> list[str]:
        where = [f"--base-address={self.address}", f"--worker-address={self._for_workers}"]
        where += [f"--discovery-address={self._beacon}", f"--dashboard-port={self._dashboard_port}"]
        return self._process("control_plane", *where, *flags)

    def _subworker(self, slots: int, processes: int) -> list[str]:
        spare = 1 if processes > 1 else 0  # what computes: another task is there when one ends
        size = [f"--processes={processes}", f"--concurrency={slots // processes + spare}"]
        return self._process("subworker", "--worker-id=bench", f"--control-plane-address={self.address}", *size)

    def _process(self, role: str, *flags: str) -> list[str]:
        return [sys.executable, "-m", f"fastworker.entrypoints.{role}", f"--task-modules={self.tasks}", *flags, QUIET]


class FastWorkerThreads(FastWorkerAsync):
    """`def` tasks in the threads of a subworker."""

    name = "fastworker, threads"
    settings = (
        "control plane and 1 subworker process, --concurrency 100 for no-ops, `def` tasks; "
        "for what computes --processes 2 --concurrency 2"
    )
    slots_for_no_ops = 100
    tasks = "benchmarks.contestants.fastworker_tasks.threads"


class FastWorkerProcesses(FastWorkerAsync):
    """`isolation="process"` tasks in child processes of a subworker, kept for the next tasks."""

    name = "fastworker, process isolation"
    settings = 'control plane and 1 subworker process, --concurrency 2 for no-ops, `@task(isolation="process")`'
    slots_for_no_ops = 2
    tasks = "benchmarks.contestants.fastworker_tasks.processes"

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        """Leave it at one subworker: each slot has a process anyway."""
        return super().commands(slots=slots, processes=1)


class FastWorkerAlone(FastWorkerAsync):
    """The control plane runs the tasks itself: the smallest deployment."""

    name = "fastworker, control plane alone"
    settings = "1 process, --concurrency 1000 for no-ops, `async def` tasks"
    absent: ClassVar[dict[str, str]] = {"cpu": "it is one process"}

    def commands(self, *, slots: int, processes: int) -> list[list[str]]:
        return [self._control_plane(f"--concurrency={slots}")]


class FastWorkerSession(AsyncSession):
    """A `Client`; in bulk by its `map`."""

    def __init__(self, runner: asyncio.Runner, address: str, tasks: str) -> None:
        """Take where the control plane is, and the module with the tasks."""
        from fastworker import Client, TaskPriority

        super().__init__(runner)
        self._client = Client(address, connect_timeout=CONNECT_SECONDS)
        self._functions = vars(import_module(tasks))
        self._critical = TaskPriority.CRITICAL

    def lifetime(self) -> AbstractAsyncContextManager[Any]:
        """Return what opens and closes the client."""
        return self._client

    async def submit(self, task: str, *arguments: Any) -> Any:
        return await self._client.delay(self._functions[task], *arguments)

    async def wait(self, handle: Any) -> Any:
        return await handle

    def accept(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> Callable[[], None]:
        handles = self._runner.run(self._client.map(self._functions[task], arguments))
        return lambda: self._runner.run(_all_of(handles))

    def run_in_bulk(self, task: str, arguments: Sequence[tuple[Any, ...]]) -> None:
        self.accept(task, arguments)()

    async def submit_urgent(self, task: str, *arguments: Any) -> Any:
        return await self._client.delay(self._functions[task], *arguments, priority=self._critical)


async def _all_of(handles: Sequence[Any]) -> None:
    for handle in handles:
        await handle
