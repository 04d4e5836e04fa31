"""Tasks for child processes, which find them by importing this module."""

import asyncio
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio

from fastworker.application.current_task import current_task
from fastworker.application.task_function import TaskFunction, task
from fastworker.domain.errors import Retry
from tests.contracts.task_bodies import BODIES

IMPORTED_AT = time.monotonic()
LONG_SECONDS = 60.0
"""Longer than any test waits."""


def _as_def(body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
    def function(*args: Any) -> Any:
        return body(*args)

    function.__module__ = __name__
    return task(name=body.__name__)(function)


def _as_async(body: Callable[..., Any]) -> TaskFunction[..., Any, Any]:
    async def function(*args: Any) -> Any:
        return body(*args)

    function.__module__ = __name__
    return task(name=f"async_{body.__name__}")(function)


DEF_TASKS = {body.__name__: _as_def(body) for body in BODIES}
ASYNC_TASKS = {body.__name__: _as_async(body) for body in BODIES}
globals().update(DEF_TASKS)
globals().update({function.name: function for function in ASYNC_TASKS.values()})


@task
def sleep_long() -> None:
    current_task().progress(0)
    time.sleep(LONG_SECONDS)


@task
async def sleep_long_async() -> None:
    current_task().progress(0)
    await anyio.sleep(LONG_SECONDS)


@task
def tell_pid() -> int:
    return os.getpid()


@task
def tell_when_imported() -> float:
    return IMPORTED_AT


@task
def loaded_modules() -> list[str]:
    return sorted({name.partition(".")[0] for name in sys.modules})


@task
def report_pid_and_sleep() -> None:
    current_task().progress(os.getpid())
    time.sleep(LONG_SECONDS)


@task
def read_address_zero() -> bytes:
    return ctypes.string_at(0)


@task
def exit_at_once(code: int) -> None:
    os._exit(code)


@task
def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task
def fill_memory(size: int) -> int:
    globals()["filling"] = b"x" * size
    return os.getpid()


@task
def open_descriptors() -> list[str]:
    """What each descriptor but the standard streams is."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append((int(entry.name), os.readlink(entry)))
        except OSError:  # the descriptor of the folder itself
            continue
    return sorted(target for number, target in found if number > 2)


@task
def close_all_descriptors() -> None:
    os.closerange(3, 1_000)
    time.sleep(LONG_SECONDS)


@task
def write_junk() -> None:
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the descriptor of the folder itself
            if os.readlink(entry).startswith("socket"):
                os.write(int(entry.name), b"junk" * 100)
    time.sleep(LONG_SECONDS)


@task
def swallow_and_sleep() -> None:
    current_task().progress(0)
    try:
        time.sleep(LONG_SECONDS)
    except TimeoutError:
        current_task().progress(1)
    time.sleep(LONG_SECONDS)


@task
def start_a_program_and_sleep() -> None:
    program = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG_SECONDS})"])
    current_task().progress(program.pid)
    time.sleep(LONG_SECONDS)


@task
def fork_a_process_and_exit() -> None:
    """The forked process holds the child's socket open, as one forked by C code would."""
    if ctypes.CDLL(None).fork() == 0:
        time.sleep(2)
        os._exit(0)
    os._exit(5)


@task
def print_and_die() -> None:
    print("said before the end")
    os.kill(os.getpid(), signal.SIGKILL)


@task
def log_a_line() -> None:
    logging.getLogger("there").info("a line")
    logging.getLogger("there").debug("not this")


@task
def ask_for_a_retry() -> None:
    raise Retry("not yet", after=2.5)


@task
def hold_the_gil() -> None:
    """Run C code that never lets go: no thread of this process runs any more."""
    current_task().progress(os.getpid())
    ctypes.PyDLL(None).sleep(int(LONG_SECONDS))


@task
def echo(payload: bytes) -> bytes:
    return payload


@task
def log_everywhere() -> str:
    """Note from several threads at once, and from finalizers, which run at any place."""

    class Noisy:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            logging.getLogger("finalizer").info("gone")

    def work() -> None:
        for number in range(200):
            Noisy()
            logging.getLogger("thread").info("line %d", number)

    threads = [threading.Thread(target=asyncio.run, args=(asyncio.to_thread(work),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    context_task = current_task()
    for number in range(2_000):
        Noisy()
        context_task.progress(number)
    for thread in threads:
        thread.join()
    return "done"


def make_local_task() -> TaskFunction[..., Any, Any]:
    @task
    def local() -> None:
        pass

    return local


class Timer:
    """Shows how long the process has until its alarm rings."""

    def __repr__(self) -> str:
        return str(signal.getitimer(signal.ITIMER_REAL)[0])


@task
def fail_beside_a_timer() -> None:
    timer = Timer()
    raise ValueError(id(timer))
