"""What bounds a child process: the life of its worker, the time of an attempt, and the memory that it tells of."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from fastworker.application.execution import Execution, StopReason, failure, perform, perform_async
from fastworker.application.failure_locals import ReadLocals
from fastworker.domain.errors import TaskTimeout
from fastworker.domain.frame_locals import FailureLocals
from fastworker.domain.task import Outcome

from .parent_link import UNDISTURBED

GLANCE_SECONDS = 1.0
"""How often a child looks for its worker where the kernel does not do it."""

_SOON_SECONDS = 0.01
_PR_SET_PDEATHSIG = 1
_OOM_SCORE = "500"


def die_with(worker_pid: int) -> None:
    """Have this process end when its worker ends, however that happens, and whatever runs here."""
    if not _killed_by_kernel():
        threading.Thread(target=_watch, args=(worker_pid,), daemon=True).start()
    if os.getppid() != worker_pid:  # it ended before we asked
        os._exit(1)


def be_the_first_to_go() -> None:
    """When memory runs out, the kernel shall choose a child and not its worker."""
    with suppress(OSError):  # not Linux, or it is forbidden
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)


def outlive_signals() -> None:
    """Leave the end to the worker: a SIGTERM to all its processes lets it finish what runs."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ignore)


def resident_bytes() -> int:
    """Return the memory that this process holds, or where that is not told, the most that it has held."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def perform_in_time(execution: Execution) -> Outcome:
    """Run an attempt in the main thread; over time, `TaskTimeout` is raised in its code, once."""
    try:
        if execution.function.is_async:
            return asyncio.run(_perform_async_in_time(execution))
        seconds = execution.terms.timeout_seconds
        return perform(execution) if seconds is None else _perform_under_alarm(execution, seconds)
    except BaseException as error:  # the alarm outside of the task's code, or what a task left behind in its loop
        return failure(execution, error)


async def _perform_async_in_time(execution: Execution) -> Outcome:
    seconds, task = execution.terms.timeout_seconds, asyncio.current_task()
    if seconds is None or task is None:
        return await perform_async(execution)

    def time_is_over() -> None:
        execution.stop_reason = StopReason.TIMEOUT
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, time_is_over)
    outcome = await perform_async(execution)
    timer.cancel()
    return outcome


def _perform_under_alarm(execution: Execution, seconds: float) -> Outcome:
    def ring(_: int, frame: FrameType | None) -> None:
        if _is_undisturbed(frame):
            signal.setitimer(signal.ITIMER_REAL, _SOON_SECONDS)
            return
        execution.stop_reason = StopReason.TIMEOUT
        raise TaskTimeout(f"not done within its timeout of {seconds:g} s: its code was interrupted")

    signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return perform(execution)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, _ignore)


def after_its_time(read: ReadLocals) -> ReadLocals:
    """Have the locals of an attempt read when its time counts no more: an alarm meanwhile would hide its error."""

    def read_then(error: BaseException) -> FailureLocals | None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return read(error)

    return read_then


def _ignore(_: int, frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, programs that a task starts do not inherit it."""


def _is_undisturbed(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code in UNDISTURBED:
            return True
        frame = frame.f_back
    return False


def _killed_by_kernel() -> bool:
    """Ask the kernel to kill this process with the thread that started it; also holds in C code with the GIL."""
    if sys.platform != "linux":
        return False
    refused: int = ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return not refused


def _watch(worker_pid: int) -> None:
    while os.getppid() == worker_pid:
        time.sleep(GLANCE_SECONDS)
    os._exit(1)
