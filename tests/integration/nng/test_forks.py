"""Processes that are forked from one with a client: they end by `sys.exit` like any other, and use no client of it."""

import subprocess
import sys

import pytest

BEGIN = """
import asyncio, gc, os, signal, sys, warnings
import fastworker
from fastworker import Client, ClientNotRunning, FastWorkerError, SyncClient

warnings.simplefilter("ignore", DeprecationWarning)  # of os.fork beside threads: this is what is tried here
os.environ["FASTWORKER_ADDRESS"] = "tcp://127.0.0.1:1"

@fastworker.task
def nothing() -> None: ...

def fork() -> bool:
    "Return True in the child; in the parent, when the child has ended well, and in time."
    child = os.fork()
    if not child:
        signal.alarm(15)
        return True
    assert (status := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) == 7, status
    return False
"""

STARTED = """
client = SyncClient(connect_timeout=0.01)
client.start()
if fork():
    sys.exit(7)
client.stop()
"""

ENTERED = """
with SyncClient(connect_timeout=0.01) as client:
    if fork():
        sys.exit(7)
"""

OF_THE_PROCESS = """
from fastworker.entrypoints import client as clients
clients.SyncClient.__init__.__kwdefaults__["connect_timeout"] = 0.01
try:
    nothing.submit_sync()
except fastworker.ControlPlaneUnreachable:
    pass
if fork():
    try:
        nothing.submit_sync()
    except ClientNotRunning:
        sys.exit(7)
"""

USED_IN_THE_CHILD = """
with SyncClient(connect_timeout=0.01) as client:
    if fork():
        try:
            client.delay("nothing")
        except ClientNotRunning as error:
            assert "forked" in str(error)
            sys.exit(7)
"""

IN_AN_EVENT_LOOP = """
async def submit() -> None:
    try:
        await nothing.submit()
    except ClientNotRunning as error:
        assert "forked" in str(error)
        os._exit(7)  # as multiprocessing does: by sys.exit asyncio would close the loop, and the parent's with it

async def main() -> None:
    async with Client(connect_timeout=0.01) as client:
        await asyncio.sleep(0.05)
        if fork():
            asyncio.run(submit())
asyncio.run(main())
"""

FORKED_BEFORE = """
if fork():
    with SyncClient(connect_timeout=0.01) as client:
        try:
            client.delay("nothing")
        except fastworker.ControlPlaneUnreachable:
            sys.exit(7)
with SyncClient(connect_timeout=0.01):
    pass
"""

MADE_BEFORE = """
class Watched(SyncClient):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name == "_portal" and value is not None:
            self.call(asyncio.sleep, 0)  # as another thread might at this very moment

client = Watched(connect_timeout=0.01)
if fork():
    with client:
        sys.exit(7)
"""

STOPPED_AND_FREED = """
gc.disable()

def use() -> None:
    with SyncClient(connect_timeout=0.01) as client:
        try:
            client.inspect()
        except fastworker.ControlPlaneUnreachable:
            pass

async def use_in_a_loop() -> None:
    async with Client(connect_timeout=0.01) as client:
        try:
            await client.inspect()
        except fastworker.ControlPlaneUnreachable:
            pass

use()
asyncio.run(use_in_a_loop())
if fork():
    gc.collect()
    sys.exit(7)
"""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(STARTED, id="a client was started"),
        pytest.param(ENTERED, id="a client was entered, and is left by the exit"),
        pytest.param(OF_THE_PROCESS, id="submit_sync was used, which says so in the child"),
        pytest.param(USED_IN_THE_CHILD, id="a client is used in the child, which says so"),
        pytest.param(IN_AN_EVENT_LOOP, id="a client is used in an event loop of the child, which says so"),
        pytest.param(FORKED_BEFORE, id="a child that was forked before that has a client of its own"),
        pytest.param(MADE_BEFORE, id="a client was made, and is started in the child, where threads wait for it"),
        pytest.param(STOPPED_AND_FREED, id="clients were stopped, and the child frees what is left of them"),
    ],
)
def test_a_forked_process_ends(script: str) -> None:
    command = [sys.executable, "-W", "error", "-c", BEGIN + script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
