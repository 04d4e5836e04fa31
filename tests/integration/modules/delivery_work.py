"""Tasks that fail, hang, fork, crash or disobey: what the tests of the delivery promises have done."""

import asyncio
import ctypes
import logging
import math
import multiprocessing
import os
import re
import resource
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from fastworker import Reject, Retry, current_task, task


def _append(folder: str, line: str) -> None:
    with Path(folder, "notes").open("a") as notes:
        notes.write(f"{line}\n")


def _gate(folder: str, name: str) -> Path:
    """Note a start, say who runs it, and return what to wait for."""
    _append(folder, name)
    said = Path(folder, f"{name}.tmp")
    said.write_text(str(os.getpid()))
    said.rename(said.with_suffix(".started"))  # whoever sees it can read it whole
    return Path(folder, f"{name}.open")


def _wait_in_thread(gate: Path) -> None:
    while not gate.exists():
        time.sleep(0.01)


async def _wait(gate: Path) -> None:
    while not gate.exists():  # noqa: ASYNC110, ASYNC240 - it is opened by another process
        await asyncio.sleep(0.01)


# ---- counting starts ----


@task
async def counted(folder: str, name: str) -> str:
    """Note each start, and wait at a gate."""
    await _wait(_gate(folder, name))
    return name


@task
async def counted_pause(folder: str, name: str, seconds: float) -> str:
    """Note each start, and take some time."""
    _append(folder, name)
    await asyncio.sleep(seconds)
    return name


@task
def counted_in_thread(folder: str, name: str) -> str:
    """Note each start, and wait at a gate in a thread."""
    _wait_in_thread(_gate(folder, name))
    return name


@task(isolation="process")
def counted_in_process(folder: str, name: str) -> str:
    """Note each start, and wait at a gate in a child process."""
    _wait_in_thread(_gate(folder, name))
    return name


# ---- failing ----


@task(retries=2, backoff=0.05)
async def fail_first(folder: str, name: str, failures: int) -> int:
    """Fail in the first attempts, and tell the number of the one that did not."""
    _append(folder, name)
    attempt = current_task().attempt
    if attempt <= failures:
        raise ConnectionError(f"attempt {attempt} of {name}")
    return attempt


@task(retries=2, backoff=3600)
def ask_for_another_try(folder: str, name: str) -> int:
    """Ask for the second attempt at once, whatever the backoff."""
    _append(folder, name)
    attempt = current_task().attempt
    if attempt == 1:
        raise Retry("not yet", after=0)
    return attempt


@task(retries=5, backoff=0)
def refuse(folder: str, name: str) -> None:
    """Want no other attempt."""
    _append(folder, name)
    raise Reject("never")


@task(retries=5, backoff=0, never_on=LookupError)
def look_up_in_vain(folder: str, name: str) -> None:
    """Raise what is not tried again."""
    _append(folder, name)
    raise KeyError(name)


@task(retries=9, backoff=0)
def kill_the_worker(folder: str) -> None:
    """End each worker that it is given to."""
    _append(folder, current_task().name)
    os._exit(9)


# ---- telling ----


@task
def tell_of_steps(folder: str, steps: int) -> str:
    """Report each step and wait at its gate, so that none is replaced by the next."""
    log = logging.getLogger("delivery")
    for step in range(1, steps + 1):
        current_task().progress(step, steps, f"step {step}")
        log.warning("after step %d", step)
        _wait_in_thread(_gate(folder, f"step-{step}"))
    return "told"


@task(isolation="process")
def tell_of_steps_in_process(folder: str, steps: int) -> str:
    """Do the same in a child process."""
    return tell_of_steps(folder, steps)


# ---- ending when told, or not ----


@task
async def sleep_async(folder: str, name: str) -> None:
    """Sleep for ever."""
    _gate(folder, name)
    await asyncio.sleep(3600)


@task
def heed(folder: str, name: str) -> str:
    """Work in a thread until it is told to end."""
    _gate(folder, name)
    while not current_task().is_cancelled:
        time.sleep(0.01)
    raise TimeoutError("heeded")


@task(isolation="process")
def sleep_in_process(folder: str, name: str) -> None:
    """Sleep for ever in a child process, whatever is raised there."""
    _gate(folder, name)
    while True:
        try:
            time.sleep(3600)
        except BaseException:  # so it must be killed
            continue


@task
async def ignore_cancellation(folder: str, name: str) -> str:
    """Swallow every cancellation until the gate opens."""
    gate = _gate(folder, name)
    while not gate.exists():
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            _append(folder, f"{name}-was-told")
    return name


@task
async def clean_up(folder: str, name: str) -> None:
    """Note that there was time to clean up."""
    _gate(folder, name)
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.05)
        _append(folder, f"{name}-cleaned-up")


@task
async def hold_the_loop(seconds: float) -> None:
    """Block the event loop of the worker."""
    time.sleep(seconds)  # noqa: ASYNC251 - the mistake that the test is about


@task
def hold_the_interpreter(seconds: float) -> float:
    """Hold the interpreter's lock in one regular expression, for about so long; tell for how long it was."""
    return _match(_text_that_takes(seconds))


@task(isolation="process", timeout=1)
def match_for_ever(folder: str, name: str) -> None:
    """Hold the interpreter's lock for ever, in code that looks for signals now and then."""
    _gate(folder, name)
    _match("a" * 60 + "b")


@task(isolation="process", timeout=1)
def count_for_ever(folder: str, name: str) -> int:
    """Hold the interpreter's lock for ever, in code that looks for nothing."""
    _gate(folder, name)
    return sum(range(1 << 60))


def _text_that_takes(seconds: float) -> str:
    """Return a text that takes about so long: each letter more doubles it."""
    length = 16
    while (took := _match("a" * length + "b")) < 0.05:
        length += 1
    return "a" * (length + round(math.log2(seconds / took))) + "b"


def _match(text: str) -> float:
    """Match in vain, and return the time that this thread computed for: how busy the machine is does not count."""
    began = time.thread_time()
    assert re.match(r"(a+)+$", text) is None
    return time.thread_time() - began


# ---- forking ----


def _fork() -> int:
    """Fork a process that ends at once, and return its exit code."""
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@task
def fork_in_thread() -> int:
    return _fork()


@task
async def fork_in_loop() -> int:
    return _fork()


@task(isolation="process")
def fork_in_process() -> int:
    return _fork()


def _start_and_terminate(*, at_once: bool) -> int | None:
    """Start a forked process, end it by SIGTERM when it runs or sooner, and return its exit code."""
    context = multiprocessing.get_context("fork")
    runs = context.Event()
    process = context.Process(target=_say_and_sleep, args=(runs,), daemon=True)
    process.start()
    if not at_once:
        runs.wait()
    process.terminate()
    process.join(3)
    exit_code = process.exitcode
    process.kill()
    return exit_code


def _say_and_sleep(runs: Event) -> None:
    runs.set()
    while True:
        time.sleep(3600)


@task
def terminate_in_thread(at_once: bool) -> int | None:
    return _start_and_terminate(at_once=at_once)


@task
async def terminate_in_loop(at_once: bool) -> int | None:
    return _start_and_terminate(at_once=at_once)


@task(isolation="process")
def terminate_in_process(at_once: bool) -> int | None:
    return _start_and_terminate(at_once=at_once)


def _leave_a_fork(folder: str, name: str) -> int:
    """Fork a process that outlives the task, until its gate opens, and return its id."""
    pid = os.fork()
    if pid == 0:
        while not Path(folder, f"{name}.open").exists():
            time.sleep(0.01)
        os._exit(0)
    return pid


@task
def leave_a_fork(folder: str, name: str) -> int:
    return _leave_a_fork(folder, name)


@task(isolation="process")
def leave_a_fork_of_the_child(folder: str, name: str) -> int:
    return _leave_a_fork(folder, name)


# ---- crashing a child process ----


@task(isolation="process")
def crash() -> None:
    ctypes.string_at(0)


@task(isolation="process")
def exit_at_once(code: int) -> None:
    os._exit(code)


@task(isolation="process")
def kill_itself() -> None:
    """Be ended as the kernel ends who takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


@task(isolation="process")
def take_too_much_memory() -> int:
    """Ask for more memory than there is."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.RLIM_INFINITY))
    return len(bytearray(4 << 30))


@task(isolation="process")
def pid_of_child() -> int:
    return os.getpid()
