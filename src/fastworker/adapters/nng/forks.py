"""Processes that were forked from one in which NNG runs.

NNG's threads are not there, and its locks are as they were at the fork. pynng's handler at the exit of Python waits for
those threads, so that `sys.exit` in such a process would never return: it is taken away. In a process that was forked
before NNG ran, it stays.
"""

import atexit
import os

from pynng import nng

_opened_in: int | None = None


def note_opened() -> int:
    """Note that NNG runs in this process from now on; return the process in which it ran first: this or an ancestor."""
    global _opened_in
    if _opened_in is None:
        _opened_in = os.getpid()
    return _opened_in


def _spare_exit() -> None:
    if _opened_in is not None:
        atexit.unregister(nng._pynng_atexit)


os.register_at_fork(after_in_child=_spare_exit)
