"""Kills and freezes workers and breaks links, at random, by a seed that repeats the same acts in the same order."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from tests.integration.processes import Process
from tests.integration.system import WORKER_HAS_JOINED, System
from tests.integration.waiting import until_in_loop

from .disturbances import Disturbances
from .fault_proxy import FaultProxy
from .link_acts import LINK_ACTS, RECONNECT_SECONDS, LinkAct

type Act = Callable[[random.Random], Awaitable[None]]

JOIN_SECONDS = 30.0


class Chaos:
    """Three routines side by side: one against workers, one against each link. `steady` is never killed."""

    def __init__(
        self,
        system: System,
        *,
        client_link: FaultProxy,
        worker_link: FaultProxy,
        steady: str,
        lease_seconds: float,
        seed: int,
    ) -> None:
        self.disturbances = Disturbances()
        self.story: list[str] = []
        self.surprises: list[str] = []
        self._system = system
        self._client_link = client_link
        self._worker_link = worker_link
        self._steady = steady
        self._silence_seconds = lease_seconds + 1.0  # the control plane looks for silent workers once per second
        self._seed = seed
        self._began = time.monotonic()

    async def run(self, seconds: float) -> None:
        """Disturb for some seconds, and until the acts that have begun are over; then everything is whole again."""
        self._began = time.monotonic()
        end = self._began + seconds
        decks: list[Sequence[Act]] = [
            [self._kill, self._freeze_for_a_moment, self._kill, self._freeze],
            [partial(self._break, self._client_link, "client link", act) for act in LINK_ACTS],
            [partial(self._break, self._worker_link, "worker link", act) for act in LINK_ACTS],
        ]
        async with asyncio.TaskGroup() as group:
            for number, deck in enumerate(decks):
                group.create_task(_play(deck, random.Random(f"{self._seed}-{number}"), end))

    # ---- workers ----

    async def _kill(self, chance: random.Random) -> None:
        worker_id = chance.choice([name for name in sorted(self._system.workers) if name != self._steady])
        process = self._system.workers[worker_id]
        self._note(f"kill {worker_id}")
        if not process.is_running:
            self.surprises.append(f"{worker_id} had ended before it was killed:\n{process.log}")
        with self.disturbances.during(worker_id):
            process.send(signal.SIGKILL)  # not its children: they have to notice by themselves
            await until_in_loop(lambda: not process.is_running, what=f"{worker_id} is dead")
            await asyncio.sleep(chance.uniform(0.0, self._silence_seconds))
            again = self._system.launch_worker(worker_id)
            await until_joined(again)

    async def _freeze_for_a_moment(self, chance: random.Random) -> None:
        await self._freeze_for(chance.uniform(0.2, 1.0), chance)

    async def _freeze(self, chance: random.Random) -> None:
        await self._freeze_for(chance.uniform(1.0, 3.0), chance)

    async def _freeze_for(self, seconds: float, chance: random.Random) -> None:
        worker_id = chance.choice(sorted(self._system.workers))
        process = self._system.workers[worker_id]
        self._note(f"freeze {worker_id} for {seconds:.1f} s")
        with self.disturbances.during(worker_id, aftermath_seconds=self._silence_seconds):
            process.send(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                process.send(signal.SIGCONT)

    # ---- links ----

    async def _break(self, link: FaultProxy, name: str, act: LinkAct, chance: random.Random) -> None:
        seconds = chance.triangular(0.2, 2.0, 0.4)
        self._note(f"{name}: {act.name} for {seconds:.1f} s")
        with self._link_disturbed(link):
            act.begin(link, chance)
            try:
                await asyncio.sleep(seconds)
            finally:
                await link.heal()

    def _link_disturbed(self, link: FaultProxy) -> AbstractContextManager[None]:
        """Note that every worker is disturbed; a client's link is none of theirs."""
        disturbed = self._system.workers if link is self._worker_link else ()
        return self.disturbances.during(*disturbed, aftermath_seconds=RECONNECT_SECONDS + self._silence_seconds)

    def _note(self, act: str) -> None:
        self.story.append(f"{time.monotonic() - self._began:5.1f} s  {act}")


async def until_joined(worker: Process) -> None:
    """Wait until a worker that was launched has joined; fail if it ends before."""

    def has_joined() -> bool:
        was_running = worker.is_running
        joined = WORKER_HAS_JOINED in worker.log
        assert joined or was_running, f"{worker.name} ended before it joined:\n{worker.log}"
        return joined

    await until_in_loop(has_joined, within=JOIN_SECONDS, what=f"{worker.name} joins")


async def _play(deck: Sequence[Act], chance: random.Random, end: float) -> None:
    """Do every act of a deck in random order, and again, with short rests, until the time is over."""
    while True:
        for act in chance.sample(deck, len(deck)):
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            if time.monotonic() >= end:
                return
            await act(chance)
