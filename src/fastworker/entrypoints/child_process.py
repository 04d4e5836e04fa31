"""Subworker processes as children of this one: the command line, the environment, the start."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import override

import anyio
from anyio.abc import Process

from fastworker.adapters.system_clock import SystemClock

from .die_with_parent import PARENT_VARIABLE
from .settings import ProcessSettings, SubworkerSettings, flag_of
from .supervisor import Child, RestartPolicy, Supervisor


def supervisor_of(
    settings: SubworkerSettings, *, drain_seconds: float, policy: RestartPolicy | None = None
) -> Supervisor:
    """Return the supervisor of `settings.processes` subworkers that have everything else of these settings."""

    async def launch(worker_id: str) -> Child:
        return ChildProcess(await start(subworker_command(settings, worker_id)))

    return Supervisor(
        worker_ids(settings), launch=launch, clock=SystemClock(), drain_seconds=drain_seconds, policy=policy
    )


def worker_ids(settings: SubworkerSettings) -> list[str]:
    """Return the worker ids of the processes."""
    return [f"{settings.worker_id}-{number}" for number in range(1, settings.processes + 1)]


def shortened(ids: Sequence[str]) -> str:
    """Return numbered ids as a text that stays short."""
    return ", ".join(ids) if len(ids) <= 3 else f"{ids[0]} to {ids[-1]}"


def subworker_command(settings: SubworkerSettings, worker_id: str) -> list[str]:
    """Return the command that starts one of the processes."""
    own = settings.model_copy(update={"worker_id": worker_id, "processes": 1})
    return [sys.executable, "-m", "fastworker.entrypoints.subworker", *flags(own)]


def flags(settings: ProcessSettings) -> list[str]:
    """Return settings as flags, which go over the environment and the files that the process will find.

    What is None or false is left out: then nothing else said it either.
    """
    words: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is True:
            words.append(flag_of(name))
        elif value is not None and value is not False:
            words.extend(f"{flag_of(name)}={one}" for one in (value if isinstance(value, list) else [value]))
    return words


async def start(command: Sequence[str]) -> Process:
    """Start a process that writes where this one writes, hears no Ctrl-C of its terminal, and does not outlive it."""
    return await anyio.open_process(
        command,
        stdin=subprocess.DEVNULL,
        stdout=None,
        stderr=None,
        env=os.environ | {PARENT_VARIABLE: str(os.getpid())},
        start_new_session=True,
    )


class ChildProcess(Child):
    """A process of the operating system."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    @override
    def pid(self) -> int:
        return self._process.pid

    @override
    async def wait(self) -> int:
        return await self._process.wait()

    @override
    def send_signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
