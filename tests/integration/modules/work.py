"""What the tests have done by real workers."""

import asyncio
import os
import sys
import threading
import time
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from fastworker import task


def _say_started(folder: str, name: str) -> Path:
    said = Path(folder, f"{name}.tmp")
    said.write_text(str(os.getpid()))
    said.rename(said.with_suffix(".started"))  # whoever sees it can read it whole
    return Path(folder, f"{name}.open")


@task
async def wait_at_gate(folder: str, name: str) -> str:
    gate = _say_started(folder, name)
    while not gate.exists():  # noqa: ASYNC110 - it is opened by another process
        await asyncio.sleep(0.01)
    return name


@task
def wait_at_gate_in_thread(folder: str, name: str) -> str:
    gate = _say_started(folder, name)
    while not gate.exists():
        time.sleep(0.01)
    return name


def _append(path: Path, line: str) -> None:
    with path.open("a") as notes:
        notes.write(f"{line}\n")


@task
async def note(folder: str, name: str) -> str:
    _append(Path(folder, "notes"), name)
    return name


@task
async def echo(value: int) -> int:
    return value


@task
async def echo_and_count(folder: str, value: int) -> int:
    _append(Path(folder, f"executed-{os.getpid()}"), str(value))
    return value


@task
def add(a: int, b: int = 0) -> int:
    return a + b


@task
def join(*words: str, separator: str = " ") -> str:
    return separator.join(words)


@task
def pid() -> int:
    return os.getpid()


@task
def thread_name() -> str:
    return threading.current_thread().name


@task
def block_thread(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@task
async def block_loop(seconds: float) -> int:
    time.sleep(seconds)  # noqa: ASYNC251 - the mistake that the test is about
    return os.getpid()


@task
def divide(a: int, b: int) -> float:
    return a / b


@task
async def divide_async(a: int, b: int) -> float:
    return a / b


@task
def leave_with(code: int) -> None:
    sys.exit(code)


@task
async def leave_with_async(code: int) -> None:
    sys.exit(code)


@task
def interrupt() -> None:
    raise KeyboardInterrupt


@task
async def interrupt_async() -> None:
    raise KeyboardInterrupt


@task
async def cancel_itself() -> None:
    raise asyncio.CancelledError


@task
def kill_worker() -> None:
    os._exit(9)


@task
def an_open_file() -> Any:
    return {"handle": TextIOWrapper(BytesIO())}


@task
def a_lock() -> Any:
    return {"handle": threading.Lock()}


@task
def size(text: str) -> int:
    return len(text)


@task
def text_of_size(characters: int) -> str:
    return "x" * characters
