"""A soak: a steady load while workers die and freeze and links break; then what is owed, and what is left behind.

It begins with a warm-up that nobody disturbs, after which the processes are measured; and it ends when everything is
whole again, every call has ended and the processes are measured anew.
"""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import override

from fastworker import Client
from tests.integration.modules.soak_work import RETRIES
from tests.integration.processes import free_port, port_of
from tests.integration.system import StartSystem, System
from tests.integration.waiting import until_in_loop

from .chaos import Chaos, until_joined
from .checker import Verdict, judge
from .fault_proxy import TASK_NAME, FaultProxy
from .load import Load
from .vitals import Vitals, is_flat, parents_in, vitals_of

LEASE_SECONDS = 1.5
CONCURRENCY = 8
WORKERS = ("sw1", "sw2", "sw3")
STEADY = "sw3"
"""The worker that is never killed, and so can be measured at both ends."""

WARM_UP_SECONDS = 2.0
END_SECONDS = 45.0
"""Within so many seconds after the last disturbance every acknowledged call has an end."""

FLAT_SECONDS = 20.0
"""Within so many seconds after that, processes hold what they held before."""

THREADS, PROCESSES = "nap_in_thread", "nap_in_process"
KINDS = ("nap",) * 120 + (THREADS,) * 76 + (PROCESSES,) * 4


@dataclass(frozen=True, slots=True)
class Mode:
    """What is called, and how often each call may be started."""

    name: str
    suffix: str
    most_starts: int
    control_plane: str = ""


ONCE = Mode("once", "", most_starts=1)
WITH_RETRIES = Mode("retries", "_with_retries", most_starts=1 + RETRIES, control_plane="--max-losses 100")


@dataclass(slots=True)
class SoakReport:
    """What came of it: the verdict on the calls, and what else is not as it was, or not as it should be."""

    verdict: Verdict
    story: list[str]
    vitals: dict[str, tuple[Vitals, Vitals]]
    client_tasks: tuple[int, int]
    faults: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        vitals = [f"{name}: {before} -> {after}" for name, (before, after) in self.vitals.items()]
        tasks = "client: {} asyncio tasks -> {}".format(*self.client_tasks)
        return "\n".join([str(self.verdict), *vitals, tasks, *self.verdict.surprises, *self.faults])


class Soak:
    """One soak on one system, inside one event loop."""

    def __init__(self, start: StartSystem, mode: Mode, *, folder: Path, rate: float, seed: int) -> None:
        self._mode = mode
        self._rate = rate
        self._seed = seed
        self._journal = folder / "journal"
        client_port, worker_port = free_port(), free_port()
        self._system = _start(start, mode, client_port=client_port, worker_port=worker_port)
        self._client_link = FaultProxy(port=client_port, target_port=port_of(self._system.address))
        self._worker_link = FaultProxy(port=worker_port, target_port=port_of(self._system.worker_address))

    async def run(self, seconds: float) -> SoakReport:
        """Warm up, disturb for `seconds` at least, and see how it ends."""
        chaos = Chaos(
            self._system,
            client_link=self._client_link,
            worker_link=self._worker_link,
            steady=STEADY,
            lease_seconds=LEASE_SECONDS,
            seed=self._seed,
        )
        async with self._client_link, self._worker_link, Client(self._client_link.address) as client:
            await _join_workers(self._system)
            return await self._soak(client, chaos, seconds)

    async def _soak(self, client: Client, chaos: Chaos, seconds: float) -> SoakReport:
        load = Load(client, names=self._names(), journal=self._journal, rate=self._rate, seed=self._seed)
        await self._warm_up(load)
        before, tasks_before = self._measure(), _client_tasks()
        await _both(load, chaos, seconds)
        is_over = await load.wait_for_ends(within=END_SECONDS)
        faults = [] if is_over else [f"calls without an end {END_SECONDS:g} s after the last disturbance"]
        faults += chaos.surprises + await _what_is_still_to_do(client)
        with suppress(AssertionError):  # what has grown is said by the report
            await until_in_loop(lambda: self._is_flat(before, tasks_before), within=FLAT_SECONDS)
        after = self._measure()
        return SoakReport(
            verdict=self._judge(load, chaos),
            story=chaos.story,
            vitals={name: (before[name], after[name]) for name in before},
            client_tasks=(tasks_before, _client_tasks()),
            faults=faults + _growth(before, after) + self._what_is_wrong_with_processes(),
        )

    def _names(self) -> list[str]:
        return [f"{kind}{self._mode.suffix}" for kind in KINDS]

    async def _warm_up(self, load: Load) -> None:
        """Have every thread, process, connection and buffer made that the load needs."""
        for kind, number in ((THREADS, 2 * CONCURRENCY * len(WORKERS)), (PROCESSES, len(WORKERS))):
            load.burst(f"{kind}{self._mode.suffix}", number)
        await load.run(WARM_UP_SECONDS)
        assert await load.wait_for_ends(within=END_SECONDS), "the warm-up does not end"

    def _measure(self) -> dict[str, Vitals]:
        measured = (self._system.control_plane, self._system.workers[STEADY])
        return {process.name: vitals_of(process.pid, folder=self._system.processes.folder) for process in measured}

    def _is_flat(self, before: dict[str, Vitals], tasks_before: int) -> bool:
        return not _growth(before, self._measure()) and _client_tasks() <= tasks_before

    def _judge(self, load: Load, chaos: Chaos) -> Verdict:
        journal = self._journal.read_text(encoding="ascii").splitlines()
        return judge(
            load.calls(chaos.disturbances, self._client_link.resets), journal, most_starts=self._mode.most_starts
        )

    def _what_is_wrong_with_processes(self) -> list[str]:
        living = [self._system.control_plane, *self._system.workers.values()]
        ended = [f"{process.name} has ended:\n{process.log}" for process in living if not process.is_running]
        crashed = [f"{name} logged a traceback" for name, log in self._system.processes.logs() if "Traceback" in log]
        return ended + crashed + _kill_orphans(self._system.processes.folder, {process.pid for process in living})


def _start(start: StartSystem, mode: Mode, *, client_port: int, worker_port: int) -> System:
    return start(
        workers=0,
        modules="soak_work",
        control_plane=f"--local-execution never --lease-seconds {LEASE_SECONDS} --result-cache-size 2000 "
        f"--advertised-worker-address tcp://127.0.0.1:{worker_port} {mode.control_plane}",
        worker=f"--control-plane-address tcp://127.0.0.1:{client_port} --concurrency {CONCURRENCY}",
    )


async def _join_workers(system: System) -> None:
    for name in WORKERS:
        system.launch_worker(name)
    for worker in system.workers.values():
        await until_joined(worker)


async def _both(load: Load, chaos: Chaos, seconds: float) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run(seconds))
        group.create_task(chaos.run(seconds))


async def _what_is_still_to_do(client: Client) -> list[str]:
    """Wait until the control plane has nothing to do: also calls that nobody knows to be accepted have their end."""
    seen = await client.inspect()
    deadline = asyncio.get_running_loop().time() + END_SECONDS
    while seen.running or sum(seen.queued.values()):
        if asyncio.get_running_loop().time() > deadline:
            return [f"the control plane still has work: {seen}"]
        await asyncio.sleep(0.05)
        seen = await client.inspect()
    return []


def _client_tasks() -> int:
    return sum(not task.get_name().startswith(TASK_NAME) for task in asyncio.all_tasks())


def _growth(before: dict[str, Vitals], after: dict[str, Vitals]) -> list[str]:
    return [
        f"{name} is not flat: {before[name]} -> {after[name]}"
        for name in before
        if not is_flat(before[name], after[name], most_children=CONCURRENCY)
    ]


def _kill_orphans(folder: Path, living: set[int]) -> list[str]:
    """Kill the children that killed workers left behind, and say which."""
    orphans = [pid for pid, parent in parents_in(folder).items() if pid not in living and parent not in living]
    for pid in orphans:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"process {pid} outlived the worker that started it" for pid in orphans]
