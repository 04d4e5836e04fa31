"""The work of the benchmarks: what every contestant runs. Standard library only.

A contestant with asynchronous tasks may take the `_async` ones where they exist: the work is the same.
"""

import asyncio
import time
from pathlib import Path

GATE_STEP_SECONDS = 0.001


def noop() -> None:
    """Do nothing."""


async def noop_async() -> None:
    """Do nothing, in the worker's event loop."""


def nap(seconds: float) -> None:
    """Hold a thread for some seconds."""
    time.sleep(seconds)


async def nap_async(seconds: float) -> None:
    """Sleep without holding anything."""
    await asyncio.sleep(seconds)


def burn(rounds: int) -> int:
    """Hold the processor; `rounds_of` tells how many rounds take how long here."""
    total = 0
    for number in range(rounds):
        total += number * number
    return total


def echo(text: str) -> str:
    """Return what came."""
    return text


async def echo_async(text: str) -> str:
    """Return what came."""
    return text


def stamp() -> float:
    """Return when it ran."""
    return time.time()


def gate(path: str) -> float:
    """Wait until a file exists; return when that was seen. It tells its beginning and its end by files beside it."""
    Path(f"{path}.began").touch()
    while not Path(path).exists():
        time.sleep(GATE_STEP_SECONDS)
    ended = time.time()
    Path(f"{path}.ended").write_text(repr(ended))
    return ended


def rounds_of(seconds: float) -> int:
    """Return how many rounds of `burn` take this process so long."""
    rounds = 100_000
    return int(rounds * seconds / min(_seconds_of(rounds) for _ in range(5)))


def _seconds_of(rounds: int) -> float:
    began = time.perf_counter()
    burn(rounds)
    return time.perf_counter() - began
