"""What a task forks is a process like any other: it ends by its signals, and the worker hears nothing of them."""

import os
import signal
import threading
from functools import cache

_OURS = (signal.SIGINT, signal.SIGTERM)
_masks = threading.local()


@cache  # once for each process: a second time would hold the signals back for ever
def free_forks_of_our_signals() -> None:
    """See that SIGINT and SIGTERM end what is forked from now on.

    They are held back while a fork is made: in its first moments the child shares the pipe by which a signal wakes the
    event loop of this process, which would take the child's signal for its own.
    """
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_let_go)


def _hold() -> None:
    _masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before)


def _let_go() -> None:
    signal.set_wakeup_fd(-1)
    for number in _OURS:
        signal.signal(number, signal.SIG_DFL)
    _release()
