"""A supervised process does not outlive its supervisor, not even one that was killed without a word.

On Linux the kernel sends a SIGTERM when the thread that started the process ends, which is the main thread of the
supervisor. Other systems have no such thing: there a killed supervisor leaves its processes behind.
"""

import ctypes
import os
import signal
import sys

PARENT_VARIABLE = "FASTWORKER_PARENT_PID"
"""Tells a supervised process who its supervisor is."""

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> bool:
    """See that this process is told to stop when its supervisor has ended; False if it has none."""
    parent = os.environ.pop(PARENT_VARIABLE, "")  # popped: what the tasks start has another parent
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if parent != str(os.getppid()):  # it ended before the kernel was asked
            signal.raise_signal(signal.SIGTERM)
    return bool(parent)
