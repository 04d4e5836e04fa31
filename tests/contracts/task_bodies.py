"""What the tasks of the executors' contract do; in a module of its own, where child processes find it."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastworker.application.current_task import current_task, note_in_task, running_execution
from fastworker.domain.journal import LogLine

FLOOD = 2_000
PATIENCE_SECONDS = 20.0


class Odd(BaseException):
    def __str__(self) -> str:
        raise Odd


class Unanswering(Exception):
    def __bool__(self) -> bool:
        raise RuntimeError("asked")


class _Unnamed(type):
    @property
    def __name__(cls) -> str:
        raise RuntimeError("asked")


class Unnamed(Exception, metaclass=_Unnamed):
    pass


class Unshown:
    def __repr__(self) -> str:
        raise Unnamed


def nothing() -> None:
    pass


def double(number: int) -> int:
    return number * 2


def raise_something(number: int) -> int:
    errors: dict[int, BaseException] = {
        0: ValueError("bad"),
        1: SystemExit(3),
        2: KeyboardInterrupt(),
        3: GeneratorExit(),
        4: asyncio.CancelledError(),
        5: Odd(),
    }
    if number in errors:
        raise errors[number]
    return number


def fail_with_something_odd(number: int) -> int:
    held = Unshown()
    if number == 0:
        raise ValueError("from one that does not say whether it is true") from Unanswering()
    if number == 1:
        raise Unnamed("its class does not say its name")
    if number == 2:
        raise ValueError("with something that cannot be shown", id(held))
    return number


def make_a_lock() -> Any:
    return threading.Lock()


def stumble() -> None:
    raise LookupError("nothing there")


def report_twice(number: int) -> None:
    current_task().progress(1, 2, f"half of {number}")
    current_task().progress(2, 2, f"all of {number}")


def report_from_a_thread() -> None:
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(report_twice, 7))
    thread.start()
    thread.join()


def flood() -> None:
    execution = running_execution.get()
    assert execution is not None
    for number in range(FLOOD):
        current_task().progress(number + 1, FLOOD)
        note_in_task(execution, LogLine("info", "flood", str(number)))


def run_until(gate: str) -> tuple[float, float]:
    """Run until there is a file, and for a moment at least; return from when to when, by the clock of the machine."""
    began_at = time.monotonic()
    current_task().progress(0)
    time.sleep(0.05)
    while not Path(gate).exists():
        assert time.monotonic() < began_at + PATIENCE_SECONDS, "nobody has opened the gate"
        time.sleep(0.01)
    return began_at, time.monotonic()


BODIES: list[Callable[..., Any]] = [
    nothing,
    double,
    raise_something,
    fail_with_something_odd,
    make_a_lock,
    stumble,
    report_twice,
    report_from_a_thread,
    flood,
    run_until,
]
