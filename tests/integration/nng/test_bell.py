"""The bell that NNG rings."""

import ctypes
import os
import sys

import pytest

from fastworker.adapters.nng.bell import Bell, new_bell

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

LIBC = ctypes.PyDLL(None)


def ring(bell: Bell) -> None:
    LIBC.fflush(ctypes.c_void_p(bell._stream))


def fork_and_exit() -> None:
    child = os.fork()
    if child == 0:
        LIBC.fflush(None)  # as exit() does
        os._exit(0)
    os.waitpid(child, 0)


async def test_it_is_heard_once_for_each_time_it_was_armed() -> None:
    bell = new_bell()
    for _ in range(3):
        bell.arm()
        assert not bell.wait(0)
        ring(bell)
        await bell.heard()
        assert bell.has_rung
    bell.close()


async def test_a_ring_may_be_waited_for_without_the_event_loop_and_is_not_heard_again() -> None:
    bell = new_bell()
    bell.arm()
    ring(bell)
    assert bell.wait(1)
    bell.arm()
    assert not bell.wait(0)
    bell.close()


async def test_closing_gives_the_descriptors_back() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        bell = new_bell()
        bell.arm()
        bell.close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(sys.platform != "linux", reason="forks beside threads")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_forked_child_that_exits_does_not_ring_its_parents_bells() -> None:
    bell = new_bell()
    bell.arm()
    fork_and_exit()
    assert not bell.wait(0)
    bell.close()
