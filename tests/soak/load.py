"""The client of a soak: calls at a steady rate, and what it was told of each."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastworker import (
    Client,
    ClientNotRunning,
    ControlPlaneRestarted,
    ControlPlaneUnreachable,
    FastWorkerError,
    ResultExpired,
    TaskHandle,
    TaskLost,
)

from .checker import Answer, Call, End
from .disturbances import Disturbances

LEAVES_OPEN = (ControlPlaneUnreachable, ControlPlaneRestarted, ClientNotRunning, ResultExpired)
"""Errors of a submission after which it is unknown whether the task was accepted."""

NOBODYS_TASK = "nobody_has_this_task"


@dataclass(slots=True)
class _Record:
    """One call as it goes on."""

    call_id: str
    began: float
    answer: Answer = Answer.UNKNOWN
    answered: float = 0.0
    end: End = End.NONE
    ended: float = 0.0
    is_value_right: bool = True
    worker_id: str = ""
    detail: str = ""


class Load:
    """Makes calls of naps; `names` are the tasks that take them, some more often than others."""

    def __init__(self, client: Client, *, names: Sequence[str], journal: Path, rate: float, seed: int) -> None:
        self._client = client
        self._names = names
        self._journal = journal
        self._pause = 1 / rate
        self._chance = random.Random(seed)
        self._records: list[_Record] = []
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, seconds: float) -> None:
        """Make calls at the steady rate, whether earlier ones have ended or not."""
        due = time.monotonic()
        end = due + seconds
        while due < end:
            self._call(*self._next_call())
            due += self._pause
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def burst(self, name: str, number: int) -> None:
        """Make calls of one task at once."""
        for _ in range(number):
            self._call(name, 0.05)

    async def wait_for_ends(self, *, within: float) -> bool:
        """Wait until every call has ended, and tell whether they have in time; those that have not are given up."""
        if not self._running:
            return True
        _, late = await asyncio.wait(self._running, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return not late

    def calls(self, disturbances: Disturbances, resets: Sequence[float]) -> list[Call]:
        """Return what became of every call so far, given when the connection of the client was reset."""
        return [_as_call(record, disturbances, resets) for record in self._records]

    def _next_call(self) -> tuple[str, float]:
        name = NOBODYS_TASK if self._chance.random() < 0.01 else self._chance.choice(self._names)
        return name, self._chance.choice((0.0, self._chance.uniform(0.0, 0.05), self._chance.uniform(0.0, 0.3)))

    def _call(self, name: str, seconds: float) -> None:
        record = _Record(f"c{len(self._records)}", time.monotonic())
        self._records.append(record)
        task = asyncio.create_task(self._follow(record, name, seconds))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _follow(self, record: _Record, name: str, seconds: float) -> None:
        try:
            handle = await self._client.delay(name, str(self._journal), record.call_id, seconds)
        except FastWorkerError as error:
            record.answer = Answer.UNKNOWN if isinstance(error, LEAVES_OPEN) else Answer.REFUSED
            record.detail = _text(error)
        else:
            record.answer, record.answered = Answer.ACKNOWLEDGED, time.monotonic()
            await _note_end(record, handle)


async def _note_end(record: _Record, handle: TaskHandle[Any]) -> None:
    try:
        value = await handle
    except TaskLost as error:
        record.end, record.detail = End.LOST, _text(error)
        result = await handle.result()
        record.worker_id = result.worker_id if result else ""
    except FastWorkerError as error:
        record.end, record.detail = End.OTHER, _text(error)
    else:
        record.end, record.detail = End.SUCCESS, repr(value)
        record.is_value_right = value == f"{record.call_id} has slept"
    record.ended = time.monotonic()


def _as_call(record: _Record, disturbances: Disturbances, resets: Sequence[float]) -> Call:
    return Call(
        record.call_id,
        record.answer,
        record.end,
        is_value_right=record.is_value_right,
        was_in_doubt=any(record.began <= moment <= record.answered for moment in resets),
        was_disturbed=disturbances.touched(record.worker_id, record.began, record.ended),
        detail=record.detail,
    )


def _text(error: FastWorkerError) -> str:
    return f"{type(error).__name__}: {error}"
