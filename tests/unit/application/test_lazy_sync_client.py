"""A blocking client that is made when it is first used."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, cast, override

import pytest

from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.domain.errors import ClientNotRunning


class Recorded:
    """A client that writes down what is asked of it."""

    def __init__(self, said: list[str]) -> None:
        self._said = said
        self.is_started = False
        said.append("made")

    def start(self) -> None:
        """Write it down, if it changes anything."""
        if not self.is_started:
            self.is_started = True
            self._said.append("started")

    def stop(self) -> None:
        """Write it down."""
        self._said.append("stopped")


def a_lazy_client(said: list[str]) -> LazySyncClient:
    return LazySyncClient(lambda: cast("Any", Recorded(said)))


def test_nothing_is_made_until_it_is_used() -> None:
    said: list[str] = []
    lazy = a_lazy_client(said)
    lazy.stop()
    assert said == []


def test_all_threads_have_the_same_client() -> None:
    said: list[str] = []
    lazy = a_lazy_client(said)
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(lambda _: lazy.running(), range(50)))
    assert clients == {lazy.running()}
    assert said == ["made", "started"]


def test_a_client_that_is_not_running_any_more_is_started_again() -> None:
    said: list[str] = []
    lazy = a_lazy_client(said)
    cast("Any", lazy.running()).is_started = False
    assert cast("Any", lazy.running()).is_started
    assert said == ["made", "started", "started"]


def test_a_client_is_started_outside_the_context_of_its_first_user() -> None:
    said: list[str] = []
    user: ContextVar[str] = ContextVar("user", default="nobody")

    class Asking(Recorded):
        """A client that asks who is there."""

        @override
        def start(self) -> None:
            said.append(user.get())

    user.set("a request")
    LazySyncClient(lambda: cast("Any", Asking(said))).running()
    assert said == ["made", "nobody"]


def test_after_a_stop_the_next_use_makes_another() -> None:
    said: list[str] = []
    lazy = a_lazy_client(said)
    first = lazy.running()
    lazy.stop()
    lazy.stop()
    assert said == ["made", "started", "stopped"]
    assert lazy.running() is not first


def test_the_client_of_a_parent_is_refused_and_left_alone_after_a_fork() -> None:
    said: list[str] = []
    lazy = a_lazy_client(said)
    lazy.running()
    lazy.leave_behind()
    with pytest.raises(ClientNotRunning, match="forked"):
        lazy.running()
    lazy.stop()
    assert said == ["made", "started"]


FORKED_MEANWHILE = """
import os, signal, threading
from fastworker.application.lazy_sync_client import LazySyncClient

class Client:
    def start(self): pass

class Slow:
    def start(self):
        begun.set()
        may_end.wait(30)

new, begun, may_end = Slow, threading.Event(), threading.Event()
lazy = LazySyncClient(lambda: new())
thread = threading.Thread(target=lazy.running)
thread.start()
begun.wait(30)
child = os.fork()
if not child:
    signal.alarm(10)
    new = Client
    os._exit(0 if isinstance(lazy.running(), Client) else 1)
may_end.set()
thread.join()
assert os.waitpid(child, 0)[1] == 0, "the child waited for a thread of its parent"
"""


def test_a_process_that_is_forked_while_a_thread_makes_the_client_makes_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED_MEANWHILE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_lock_that_is_held_is_renewed() -> None:
    lazy = a_lazy_client([])
    with lazy._lock:
        lazy.leave_behind()
        assert lazy.running() is lazy.running()


STOPPED_IN_CHILD = """
import os, signal
from fastworker import SyncClient
from fastworker.application.lazy_sync_client import LazySyncClient

lazy = LazySyncClient(lambda: SyncClient("tcp://127.0.0.1:5999"))
lazy.running()
child = os.fork()
if not child:
    signal.alarm(10)
    lazy.stop()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0, "the child waited for the thread of its parent's client"
lazy.stop()
"""


def test_a_stop_in_a_forked_process_does_not_wait_for_the_thread_of_its_parent() -> None:
    done = subprocess.run([sys.executable, "-c", STOPPED_IN_CHILD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
